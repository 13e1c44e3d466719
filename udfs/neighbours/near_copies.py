"""The same picture again: PDQ hashes much closer than two genuine cards of one design ever come."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from udfs.neighbours.index import by_hamming

BITS = 256
MIN_QUALITY = 50  # below it PDQ's own authors do not trust the hash
STRANGER_MARGIN = 3.0  # robust standard deviations below the nearest strangers of the design
ALONE_BITS = 12  # where too few strangers can be measured: what re-encoding alone changes
MIN_STRANGERS = 8


@dataclass(frozen=True)
class NearCopies:
    """Pairs of near copies.

    Attributes:
        left: int64 [m], row of one content.
        right: int64 [m], row of the other, larger than left.
        bits: int64 [m], differing bits of 256.
        limit: bits allowed in this design.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    bits: npt.NDArray[np.int64]
    limit: int


def near_copies(hashes: Sequence[str], *, most_bits: int, neighbours: int) -> NearCopies:
    """Near copies among contents of one design, given as 64 hex digits each.

    Cards of one design resemble one another, so the limit is the smaller of `most_bits` and what lies clearly under
    the usual distance from a card to its nearest stranger in the same design.
    """
    codes = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint8).reshape(len(hashes), BITS // 8)
    found = by_hamming(codes, k=neighbours + 1)
    limit = min(most_bits, stranger_limit(found.scores, found.rows))
    left = np.repeat(np.arange(len(codes)), found.rows.shape[1])
    right, bits = found.rows.ravel(), found.scores.ravel()
    pairs = {
        (min(a, b), max(a, b)): int(d)
        for a, b, d in zip(left.tolist(), right.tolist(), bits.tolist(), strict=True)
        if a != b and b >= 0 and d <= limit
    }
    ordered = sorted(pairs)
    ends = np.array(ordered, dtype=np.int64).reshape(-1, 2)
    return NearCopies(ends[:, 0], ends[:, 1], np.array([pairs[pair] for pair in ordered], dtype=np.int64), limit)


def stranger_limit(distances: npt.NDArray[np.float64], rows: npt.NDArray[np.int64]) -> int:
    """Bits clearly under the nearest strangers' usual distance, from sorted distances and rows [n, k]."""
    own = rows == np.arange(len(rows))[:, None]
    others = np.where(own | (distances <= ALONE_BITS), np.nan, distances)
    nearest = np.array([np.nanmin(row) for row in others if np.isfinite(row).any()])
    if len(nearest) < MIN_STRANGERS:
        return ALONE_BITS
    centre = float(np.median(nearest))
    spread = 1.4826 * float(np.median(np.abs(nearest - centre)))
    return int(max(ALONE_BITS, np.floor(centre - STRANGER_MARGIN * max(spread, 2.0))))
