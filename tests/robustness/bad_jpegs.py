"""JPEGs whose segments lie: lengths, sizes, tables, scans, markers that are not allowed."""

import re

from tests.robustness.bad_exif import bad_exif
from tests.robustness.draws import MOST_REPEATED, Rng, below, cut, flipped, one_of, shuffled, spliced, wild

Segment = tuple[int, bytes]  # marker, and its payload; of a scan (SOS) with all its entropy-coded data
SOS, DQT, DHT, DRI, SOF0 = 0xDA, 0xDB, 0xC4, 0xDD, 0xC0
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def segments(content: bytes) -> list[Segment]:
    """The segments of a sound JPEG between its first and its last marker."""
    found, at = [], 2
    while content[at + 1] != 0xD9:
        length = int.from_bytes(content[at + 2 : at + 4])
        end = at + 2 + length
        if content[at + 1] == SOS:
            ended = SCAN_END.search(content, end)
            end = ended.start() if ended else len(content)
        found.append((content[at + 1], content[at + 4 : end]))
        at = end
    return found


def joined(parts: list[Segment]) -> bytes:
    """A JPEG of these segments; a scan's length is that of its header."""
    return b"\xff\xd8" + b"".join(segment(*part) for part in parts) + b"\xff\xd9"


def segment(marker: int, payload: bytes) -> bytes:
    """One segment with its marker and length."""
    length = 2 + (4 + 2 * payload[0] if marker == SOS and payload else len(payload))
    return bytes((0xFF, marker)) + min(length, 65_535).to_bytes(2) + payload


def bad_jpeg(rng: Rng, content: bytes) -> bytes:
    """One of the ways below, at times with bytes flipped besides."""
    parts = segments(content)
    broken = one_of(rng, WAYS)(rng, parts)
    return flipped(rng, broken, 3) if rng.random() < 0.15 else broken


def _lengths(rng: Rng, parts: list[Segment]) -> bytes:
    content = joined(parts)
    marks = [found.start() for found in re.finditer(rb"\xff[\xc0-\xfe]", content)]
    at = one_of(rng, marks)
    return content[: at + 2] + wild(rng, 2) + content[at + 4 :]


def _cut_at_a_marker(rng: Rng, parts: list[Segment]) -> bytes:
    content = joined(parts)
    at = one_of(rng, [found.start() for found in re.finditer(rb"\xff[\xc0-\xfe]", content)])
    return content[: at + below(rng, 5)]


def _order(rng: Rng, parts: list[Segment]) -> bytes:
    return joined(shuffled(rng, parts))


def _sizes(rng: Rng, parts: list[Segment]) -> bytes:
    def wilder(payload: bytes) -> bytes:
        return payload[:1] + wild(rng, 2) + (payload[3:5] if rng.random() < 0.5 else wild(rng, 2)) + payload[5:]

    return joined([(marker, wilder(payload) if marker in FRAMES else payload) for marker, payload in parts])


def _frame(rng: Rng, parts: list[Segment]) -> bytes:
    """Another process (lossless, arithmetic, hierarchical), other bits, other components, odd sampling."""

    def other(marker: int, payload: bytes) -> Segment:
        frame = bytearray(payload)
        frame[one_of(rng, (0, 5, 6, 7, 8))] = one_of(rng, (0, 1, 2, 4, 8, 12, 16, 0x11, 0x22, 0x44, 0xF1, 255))
        return one_of(rng, (marker, *sorted(FRAMES))), bytes(frame)

    return joined([other(*part) if part[0] in FRAMES else part for part in parts])


def _tables(rng: Rng, parts: list[Segment]) -> bytes:
    """Quantization and Huffman tables of zeros, of 16 bits, too long, cut short, with ids that do not exist."""

    def other(payload: bytes) -> bytes:
        return one_of(
            rng,
            (
                payload[:1] + bytes(len(payload) - 1), bytes((payload[0] | 0x10,)) + payload[1:] * 2,
                payload[: below(rng, len(payload))], bytes((below(rng, 256),)) + payload[1:], payload * 8,
                payload[:1] + b"\xff" * (len(payload) - 1), flipped(rng, payload), b"",
            ),
        )  # fmt: skip

    tables = (DQT, DHT)
    return joined(
        [(marker, other(payload) if marker in tables and rng.random() < 0.7 else payload) for marker, payload in parts]
    )


def _scans(rng: Rng, parts: list[Segment]) -> bytes:
    """Scan headers with components, spectral ranges and tables that do not exist; scans without data; many scans."""
    made = []
    for marker, payload in parts:
        if marker == SOS:
            header = 4 + 2 * payload[0] - 1
            lie = bytearray(payload[:header])
            lie[below(rng, len(lie))] = one_of(rng, (0, 1, 2, 4, 0x11, 0x33, 63, 64, 255))
            data = one_of(rng, (payload[header:], b"", rng.bytes(300).replace(b"\xff", b"\xfe"), payload[header:][:50]))
            made += [(marker, bytes(lie) + data)] * (one_of(rng, (1, 2, 40, 400)) if len(data) < MOST_REPEATED else 1)
        else:
            made.append((marker, payload))
    return joined(made)


def _restarts(rng: Rng, parts: list[Segment]) -> bytes:
    """Restart intervals, and restart markers where none belong."""
    content = joined([(DRI, wild(rng, one_of(rng, (2, 2, 1, 4)))), *parts])
    spots = [below(rng, len(content)) for _ in range(below(rng, 6))]
    for at in spots:
        content = content[:at] + bytes((0xFF, 0xD0 + below(rng, 8))) * one_of(rng, (1, 3, 2_000)) + content[at:]
    return content


def _metadata(rng: Rng, parts: list[Segment]) -> bytes:
    """EXIF, colour profile, Adobe and JFIF segments that hold nonsense."""
    icc = b"ICC_PROFILE\x00" + bytes((below(rng, 256), below(rng, 256))) + rng.bytes(below(rng, 900))
    adobe = b"Adobe" + rng.bytes(one_of(rng, (0, 3, 7, 9)))
    c2pa = b"JP" + wild(rng, 2) + wild(rng, 4) + b"jumbc2pa" + rng.bytes(40)
    added = [(0xE1, bad_exif(rng)), (0xE2, icc), (0xEE, adobe), (0xEB, c2pa), (0xE0, b"JFIF\x00" + rng.bytes(9))]
    chosen = [part for part in added if rng.random() < 0.5] or added[:1]
    return joined(chosen * one_of(rng, (1, 1, 2, 60)) + parts)


def _fill(rng: Rng, parts: list[Segment]) -> bytes:
    """Fill bytes without end, and markers that carry nothing, before a segment."""
    content = joined(parts)
    stuff = one_of(rng, (b"\xff" * 60_000, b"\xff\x01" * 30_000, b"\xff\xd0" * 30_000, b"\xff\xfe\x00\x02" * 5_000))
    return content[:2] + stuff + content[2:]


def _bytes(rng: Rng, parts: list[Segment]) -> bytes:
    content = joined(parts)
    return one_of(rng, (flipped(rng, content), cut(rng, content), spliced(rng, content, content)))


WAYS = (_lengths, _cut_at_a_marker, _order, _sizes, _frame, _tables, _scans, _restarts, _metadata, _fill, _bytes)
