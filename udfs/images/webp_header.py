"""The chunks of a WebP (RFC 9649)."""

from udfs.images.headers import MOST_BLOCKS, WEBP, BadHeader, Block, Header

RIFF, MAGIC = b"RIFF", b"WEBP"
LOSSY_START = b"\x9d\x01\x2a"
LOSSLESS_MARK = 0x2F
ANIMATED, ALPHA = 0x02, 0x10


def parse_webp(content: bytes) -> Header:
    """Walk the chunks of the RIFF container.

    Raises:
        BadHeader: there is no picture chunk, or its own header is malformed.
    """
    end = 8 + int.from_bytes(content[4:8], "little")
    blocks, whole = _walk(content, min(end, len(content)))
    by_name = {block.name: block for block in reversed(blocks)}
    extended = by_name.get("VP8X")
    flags = content[extended.start] if extended and extended.length >= 10 else 0
    width, height, alpha = _size(content, by_name)
    frames = sum(block.name == "ANMF" for block in blocks)
    return Header(
        format=WEBP,
        width=width,
        height=height,
        bits=8,
        colour="rgb" if "VP8L" in by_name else "ycc",
        end=min(end, len(content)),
        alpha=alpha or bool(flags & ALPHA),
        frames=max(frames, 2) if flags & ANIMATED else 1,
        complete=whole and end <= len(content),
        blocks=tuple(blocks),
    )


def _walk(content: bytes, end: int) -> tuple[list[Block], bool]:
    blocks, at = list[Block](), 12
    while at + 8 <= end:
        if len(blocks) == MOST_BLOCKS:
            raise BadHeader(f"more than {MOST_BLOCKS} chunks")
        name = content[at : at + 4].decode("latin-1").strip()
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        blocks.append(Block(name, at + 8, min(length, len(content) - at - 8)))
        at += 8 + length + (length & 1)
    return blocks, at <= end + 1  # some writers leave out the last chunk's padding byte


def _size(content: bytes, blocks: dict[str, Block]) -> tuple[int, int, bool]:
    """Width, height and whether a lossless picture uses alpha; the canvas where the file has one."""
    extended = blocks.get("VP8X")
    if extended is not None and extended.length >= 10:
        at = extended.start
        width = int.from_bytes(content[at + 4 : at + 7], "little") + 1
        return width, int.from_bytes(content[at + 7 : at + 10], "little") + 1, False
    if (lossless := blocks.get("VP8L")) is not None and lossless.length >= 5:
        at = lossless.start
        if content[at] != LOSSLESS_MARK:
            raise BadHeader("VP8L without its mark")
        packed = int.from_bytes(content[at + 1 : at + 5], "little")
        return (packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1, bool(packed >> 28 & 1)
    if (lossy := blocks.get("VP8")) is not None and lossy.length >= 10:
        at = lossy.start
        if content[at + 3 : at + 6] != LOSSY_START:
            raise BadHeader("VP8 without its start code")
        width = int.from_bytes(content[at + 6 : at + 8], "little") & 0x3FFF
        return width, int.from_bytes(content[at + 8 : at + 10], "little") & 0x3FFF, False
    raise BadHeader("no picture chunk")
