"""Small draws that every mutation is made of."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Rng = np.random.Generator
Item = TypeVar("Item")
MOST_REPEATED = 4_000  # bytes of a part that comes hundreds of times
WILD = (0, 1, 2, 3, 7, 127, 128, 255, 256, 4_095, 32_767, 32_768, 65_535, 2**24, 2**31 - 1, 2**31, 2**32 - 1)


def one_of(rng: Rng, items: Sequence[Item]) -> Item:
    """One item, all equally likely."""
    return items[int(rng.integers(len(items)))]


def below(rng: Rng, most: int) -> int:
    """A whole number of 0 to most - 1; 0 where there is none."""
    return int(rng.integers(max(1, most)))


def wild(rng: Rng, size: int) -> bytes:
    """A number that parsers stumble over, big endian, in so many bytes."""
    return (one_of(rng, WILD) % 256**size).to_bytes(size)


def flipped(rng: Rng, content: bytes, most: int = 12) -> bytes:
    """Some bytes exchanged."""
    broken = bytearray(content)
    for _ in range(1 + below(rng, most)):
        if broken:
            broken[below(rng, len(broken))] = below(rng, 256)
    return bytes(broken)


def cut(rng: Rng, content: bytes) -> bytes:
    """The end lost."""
    return content[: below(rng, len(content) + 1)]


def spliced(rng: Rng, content: bytes, other: bytes) -> bytes:
    """A stretch of one file written over, into, or cut out of another."""
    at, length = below(rng, len(content)), 1 + below(rng, 400)
    start = below(rng, len(other))
    stretch = other[start : start + length]
    return one_of(
        rng,
        (
            content[:at] + stretch + content[at + length :],
            content[:at] + stretch + content[at:],
            content[:at] + content[at + length :],
            content[:at] + bytes(length) + content[at + length :],
            content[:at] + other[start:],
        ),
    )


def polyglot(rng: Rng, content: bytes, other: bytes) -> bytes:
    """Two files in one, or one that begins as another format."""
    fronts = (
        b"PK\x03\x04",
        b"GIF89a",
        b"%PDF-1.7\n",
        b"BM",
        b"RIFF\x10\x00\x00\x00WEBP",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
    )
    return one_of(
        rng, (content + other, one_of(rng, fronts) + content, content + b"PK\x05\x06" + bytes(18), other[:12] + content)
    )


def shuffled(rng: Rng, parts: Sequence[Item]) -> list[Item]:
    """Parts with some of them doubled, dropped, exchanged or repeated many times."""
    order = list(parts)
    for _ in range(1 + below(rng, 3)):
        at, other = below(rng, len(order)), below(rng, len(order))
        match below(rng, 4):
            case 0:
                order.insert(other, order[at])
            case 1 if len(order) > 1:
                del order[at]
            case 2:
                order[at], order[other] = order[other], order[at]
            case _:
                order[at:at] = [order[at]] * (300 if len(repr(order[at])) < MOST_REPEATED else 3)
    return order
