"""PNGs whose chunks lie: lengths, sums, sizes, palettes, profiles, streams that inflate without end."""

import zlib
from functools import lru_cache

from tests.robustness.bad_exif import bad_exif
from tests.robustness.draws import Rng, below, cut, flipped, one_of, shuffled, spliced, wild

MAGIC = b"\x89PNG\r\n\x1a\n"
Chunk = tuple[bytes, bytes]


def chunks(content: bytes) -> list[Chunk]:
    """Names and data of a sound PNG's chunks."""
    found, at = [], len(MAGIC)
    while at < len(content):
        length = int.from_bytes(content[at : at + 4])
        found.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def chunk(name: bytes, data: bytes) -> bytes:
    """One chunk with its length and sum."""
    return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)


def joined(parts: list[Chunk]) -> bytes:
    """A PNG of these chunks."""
    return MAGIC + b"".join(chunk(name, data) for name, data in parts)


@lru_cache(maxsize=4)
def zeros(number: int) -> bytes:
    """So many zero bytes, deflated."""
    return zlib.compress(bytes(number), 9)


def bad_png(rng: Rng, content: bytes) -> bytes:
    """One of the ways below, at times with bytes flipped besides."""
    broken = one_of(rng, WAYS)(rng, chunks(content))
    return flipped(rng, broken, 3) if rng.random() < 0.1 else broken


def _lengths(rng: Rng, parts: list[Chunk]) -> bytes:
    at = below(rng, len(parts))
    front, back = joined(parts[:at]), b"".join(chunk(*part) for part in parts[at:])
    return front + wild(rng, 4) + back[4:]


def _sums(rng: Rng, parts: list[Chunk]) -> bytes:
    at = 1 + below(rng, len(parts))
    front = joined(parts[:at])
    return front[:-4] + rng.bytes(4) + b"".join(chunk(*part) for part in parts[at:])


def _cut_at_a_chunk(rng: Rng, parts: list[Chunk]) -> bytes:
    return joined(parts[: below(rng, len(parts))]) + chunk(*one_of(rng, parts))[: below(rng, 14)]


def _order(rng: Rng, parts: list[Chunk]) -> bytes:
    return joined(shuffled(rng, parts))


def _header(rng: Rng, parts: list[Chunk]) -> bytes:
    """Other sizes, depths, colour types, compression, filter and interlace methods under the same pixels."""
    header = bytearray(parts[0][1])
    if rng.random() < 0.5:
        at = one_of(rng, (0, 4))
        header[at : at + 4] = wild(rng, 4)
    else:
        header[8 + below(rng, 5)] = one_of(rng, (0, 1, 2, 3, 4, 6, 8, 16, 255))
    lie = (b"IHDR", bytes(header))
    return joined([lie, *parts[1:]] if rng.random() < 0.8 else [parts[0], lie, *parts[1:]])


def _palette(rng: Rng, parts: list[Chunk]) -> bytes:
    """PLTE and tRNS of odd lengths, too many, too late."""
    odd = [
        (b"PLTE", rng.bytes(one_of(rng, (0, 1, 3, 700, 768, 900)))),
        (b"tRNS", rng.bytes(one_of(rng, (0, 1, 2, 6, 257)))),
    ]
    at = 1 + below(rng, len(parts) - 1)
    return joined([*parts[:at], *(part for part in odd if rng.random() < 0.7), *parts[at:]])


def _metadata(rng: Rng, parts: list[Chunk]) -> bytes:
    """EXIF, profile, text, gamma, animation chunks that hold nonsense, or inflate a thousandfold."""
    swollen = zeros(one_of(rng, (100, 2_000_000, 12_000_000)))
    added = [
        (b"eXIf", bad_exif(rng)), (b"iCCP", b"x\x00\x00" + one_of(rng, (swollen, rng.bytes(60)))),
        (b"zTXt", b"k\x00\x00" + swollen), (b"iTXt", b"k\x00\x01\x00\x00\x00" + swollen), (b"gAMA", wild(rng, 4)),
        (b"cHRM", rng.bytes(32)), (b"sBIT", rng.bytes(3)), (b"acTL", wild(rng, 4) + wild(rng, 4)),
        (b"fcTL", rng.bytes(26)), (b"caBX", b"jumbc2pa" + rng.bytes(20)), (b"hIST", rng.bytes(7)),
        (b"tEXt", rng.bytes(90)),
    ]  # fmt: skip
    chosen = [part for part in added if rng.random() < 0.25] or [one_of(rng, added)]
    return joined([parts[0], *chosen, *parts[1:]])


def _stream(rng: Rng, parts: list[Chunk]) -> bytes:
    """Pixel streams that end early, go on for ever, name filters that do not exist, or are no deflate at all."""
    header, size = parts[0], parts[0][1]
    rows = int.from_bytes(size[4:8])
    row = 1 + int.from_bytes(size[:4]) * 3
    made = one_of(
        rng,
        (
            zlib.compress(rng.bytes(row * 3)), zlib.compress(b"\x09" * row * rows, 1), rng.bytes(500), b"",
            zlib.compress(bytes(row * rows * 4), 9), zeros(40_000_000)[: 20_000 + below(rng, 20_000)],
        ),
    )  # fmt: skip
    split = below(rng, len(made))
    rest = [part for part in parts[1:] if part[0] != b"IDAT"]
    return joined([header, (b"IDAT", made[:split]), (b"IDAT", made[split:]), *rest])


def _crowd(rng: Rng, parts: list[Chunk]) -> bytes:
    """Thousands of chunks that say nothing."""
    name = one_of(rng, (b"tEXt", b"abCd", b"IDAT", b"\x00\xff\x00\xff", b"eXIf"))
    return joined([parts[0], *[(name, b"")] * one_of(rng, (100, 3_000, 9_000)), *parts[1:]])


def _bytes(rng: Rng, parts: list[Chunk]) -> bytes:
    content = joined(parts)
    return one_of(rng, (flipped(rng, content), cut(rng, content), spliced(rng, content, content)))


WAYS = (_lengths, _sums, _cut_at_a_chunk, _order, _header, _palette, _metadata, _stream, _crowd, _bytes)
