"""EXIF blocks (TIFF structures) with loops, wild offsets, odd types, and text that is none."""

import struct

from tests.robustness.draws import Rng, below, one_of, wild

TAGS = (0x0112, 0x010F, 0x0110, 0x0131, 0x0201, 0x8769, 0x8825, 0xA005, 0x927C, 0xFFFF, 0)
MARK = b"Exif\x00\x00"


def bad_exif(rng: Rng) -> bytes:
    """A TIFF structure, with or without its mark."""
    little = bool(rng.random() < 0.5)
    order = "<" if little else ">"
    first = one_of(rng, (8, 8, 8, 0, 4, 9, 2**31, 2**32 - 1, 60))
    head = one_of(rng, (b"II", b"MM", b"IM", b"\x00\x00", b"")) if rng.random() < 0.2 else b"II" if little else b"MM"
    block = head + struct.pack(f"{order}HI", one_of(rng, (42, 43, 0)), first) + _directory(rng, order)
    if rng.random() < 0.4:
        block += _directory(rng, order)
    block += rng.bytes(below(rng, 200))
    if rng.random() < 0.2:
        block = block[: below(rng, len(block) + 1)]
    return (MARK if rng.random() < 0.8 else one_of(rng, (b"", b"Exif\x00", b"exif\x00\x00"))) + block


def _directory(rng: Rng, order: str) -> bytes:
    entries = [_entry(rng, order) for _ in range(below(rng, 12))]
    count = one_of(rng, (len(entries), len(entries), len(entries), 0, 513, 65_535))
    following = one_of(rng, (0, 8, 8, 9, 14, 2**31, 2**32 - 1, 4))  # 8: the first directory again
    return struct.pack(f"{order}H", count) + b"".join(entries) + struct.pack(f"{order}I", following)


def _entry(rng: Rng, order: str) -> bytes:
    tag, kind = one_of(rng, TAGS), one_of(rng, (2, 2, 3, 4, 5, 7, 0, 13, 65_535))
    count = int.from_bytes(wild(rng, 4))
    value = one_of(rng, (rng.bytes(4), wild(rng, 4), struct.pack(f"{order}I", below(rng, 300)), b"\x00\x06\x00\x00"))
    return struct.pack(f"{order}HHI", tag, kind, count) + value
