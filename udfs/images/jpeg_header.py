"""The markers of a JPEG (ITU-T T.81, annex B)."""

import re
from dataclasses import dataclass, field

from udfs.images.headers import JPEG, MOST_BLOCKS, BadHeader, Block, Header

MAGIC = b"\xff\xd8\xff"
EOI, SOS, DNL = 0xD9, 0xDA, 0xDC
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
# Inside a scan FF is followed by 00 (stuffing), RST0-7, or another FF (fill); anything else ends the scan.
FILL = re.compile(rb"\xff+")  # bytes before a marker, whose own first byte is the last of them
SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
COLOURS = {1: "grey", 3: "ycc", 4: "cmyk"}
ADOBE = b"Adobe"
KEPT_NAMES = {0xDB: "DQT", 0xC4: "DHT", 0xFE: "COM", 0xDD: "DRI", SOS: "SOS"} | {0xE0 + n: f"APP{n}" for n in range(16)}


@dataclass
class _Walk:
    blocks: list[Block] = field(default_factory=list)
    frame: Block | None = None
    frame_marker: int = 0
    end: int = 0
    complete: bool = False


def parse_jpeg(content: bytes) -> Header:
    """Walk the markers up to the end of the picture.

    Raises:
        BadHeader: a marker is malformed, or there is no frame.
    """
    walk = _walk(content)
    if walk.frame is None or walk.frame.length < 6:
        raise BadHeader("no frame header")
    at = walk.frame.start
    bits, count = content[at], content[at + 5]
    if count not in COLOURS or walk.frame.length < 6 + 3 * count:
        raise BadHeader(f"{count} components")
    factors = [content[at + 7 + 3 * i] for i in range(count)]
    return Header(
        format=JPEG,
        height=int.from_bytes(content[at + 1 : at + 3]),
        width=int.from_bytes(content[at + 3 : at + 5]),
        bits=bits,
        colour=_colour(content, count, walk.blocks),
        end=walk.end,
        progressive=walk.frame_marker in PROGRESSIVE,
        complete=walk.complete,
        blocks=tuple(walk.blocks),
        sampling=tuple((factor >> 4, factor & 15) for factor in factors),
    )


def _walk(content: bytes) -> _Walk:
    walk, at = _Walk(end=len(content)), 2
    for _ in range(MOST_BLOCKS):
        fill = FILL.match(content, at)
        at = fill.end() - 1 if fill else at
        if at + 2 > len(content):
            return walk
        if fill is None:
            raise BadHeader(f"no marker at byte {at}")
        marker = content[at + 1]
        if marker == EOI:
            walk.end, walk.complete = at + 2, True
            return walk
        if marker in ALONE:
            at += 2
            continue
        following = _segment(content, at, marker, walk)
        if following is None:
            return walk
        at = following
    raise BadHeader(f"more than {MOST_BLOCKS} markers")


def _segment(content: bytes, at: int, marker: int, walk: _Walk) -> int | None:
    """Note the segment at `at` and give the place of the next marker; None where the file ends inside it."""
    length = int.from_bytes(content[at + 2 : at + 4])
    if at + 4 > len(content) or at + 2 + length > len(content):
        return None
    if length < 2:
        raise BadHeader(f"marker {marker:02X} of length {length}")
    block = Block(KEPT_NAMES.get(marker, f"{marker:02X}"), at + 4, length - 2)
    walk.blocks.append(block)
    if marker in FRAMES:
        if walk.frame is not None:
            raise BadHeader("two frame headers")
        walk.frame, walk.frame_marker = block, marker
    following = at + 2 + length
    if marker != SOS:
        return following
    ended = SCAN_END.search(content, following)
    return ended.start() if ended else None


def _colour(content: bytes, count: int, blocks: list[Block]) -> str:
    """Adobe's marker says whether three components are RGB; without it they are YCC."""
    if count != 3:
        return COLOURS[count]
    adobe = [b.start for b in blocks if b.name == "APP14" and content[b.start : b.start + 5] == ADOBE and b.length > 11]
    return "rgb" if adobe and content[adobe[0] + 11] == 0 else COLOURS[count]
