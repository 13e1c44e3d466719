"""The chunks of a PNG (W3C PNG, third edition)."""

import zlib

from udfs.images.headers import MOST_BLOCKS, PNG, BadHeader, Block, Header

MAGIC = b"\x89PNG\r\n\x1a\n"
COLOURS = {0: "grey", 2: "rgb", 3: "palette", 4: "grey", 6: "rgb"}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
ALPHA_TYPES = (4, 6)
AROUND = 12  # length, name and check sum of a chunk


def parse_png(content: bytes) -> Header:
    """Walk the chunks up to IEND and check each one's sum.

    Raises:
        BadHeader: it does not begin with a sound IHDR.
    """
    if content[12:16] != b"IHDR" or len(content) < 33:
        raise BadHeader("no IHDR")
    bits, kind, interlaced = content[24], content[25], content[28]
    if bits not in DEPTHS.get(kind, ()):
        raise BadHeader(f"colour type {kind} with {bits} bits")
    blocks, end, complete, damage = _walk(content)
    animation = next((block for block in blocks if block.name == "acTL"), None)
    return Header(
        format=PNG,
        width=int.from_bytes(content[16:20]),
        height=int.from_bytes(content[20:24]),
        bits=bits,
        colour=COLOURS[kind],
        end=end,
        alpha=kind in ALPHA_TYPES or any(block.name == "tRNS" for block in blocks),
        frames=int.from_bytes(content[animation.start : animation.start + 4]) if animation else 1,
        progressive=interlaced == 1,
        complete=complete,
        blocks=tuple(blocks),
        damage=damage,
    )


def _walk(content: bytes) -> tuple[list[Block], int, bool, str]:
    """Blocks, end of the picture, whether IEND was met, and the first damaged chunk.

    Pixel data is left out, and a tRNS behind it, which means nothing there.

    Raises:
        BadHeader: there are too many chunks.
    """
    view, damage = memoryview(content), ""
    blocks: list[Block] = []
    at, drawn = len(MAGIC), False
    for _ in range(MOST_BLOCKS):
        if at + AROUND > len(content):
            return blocks, len(content), False, damage
        length = int.from_bytes(view[at : at + 4])
        name = bytes(view[at + 4 : at + 8]).decode("latin-1")
        after = at + AROUND + length
        if after > len(content):
            return blocks, len(content), False, damage
        if not damage and zlib.crc32(view[at + 4 : after - 4]) != int.from_bytes(view[after - 4 : after]):
            damage = name if name.isalpha() else "?"
        if name == "IEND":
            return blocks, after, True, damage
        drawn = drawn or name == "IDAT"
        if name != "IDAT" and not (drawn and name == "tRNS"):
            blocks.append(Block(name, at + 8, length))
        at = after
    raise BadHeader(f"more than {MOST_BLOCKS} chunks")
