"""The same portrait photo again, over the whole gallery."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from udfs.neighbours.index import Vectors, by_cosine
from udfs.neighbours.thresholds import tail_threshold

NULL_PAIRS = 200_000  # unrelated pairs that the false match curve is measured on
MOST = 0.995  # a threshold above it would refuse the photo itself after a codec


@dataclass(frozen=True)
class PortraitPairs:
    """Pairs of one portrait photo.

    Attributes:
        left: int64 [m], row of one content.
        right: int64 [m], row of the other, larger than left.
        cosine: float64 [m].
        threshold: cosine from which a pair is tied.
        unrelated: pairs that it was measured on.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    cosine: npt.NDArray[np.float64]
    threshold: float
    unrelated: int


def portrait_pairs(vectors: Vectors, *, least: float, rate: float, neighbours: int) -> PortraitPairs:
    """Pairs of unit portrait vectors [n, d] above the larger of `least` and the measured false match threshold."""
    found = by_cosine(vectors, vectors, k=neighbours + 1)
    strangers = _strangers(vectors)
    measured = tail_threshold(strangers, rate)
    threshold = min(MOST, max(least, measured)) if np.isfinite(measured) else max(least, (1.0 + least) / 2.0)
    left = np.repeat(np.arange(len(vectors)), found.rows.shape[1])
    right, cosine = found.rows.ravel(), found.scores.ravel()
    pairs = {
        (min(a, b), max(a, b)): c
        for a, b, c in zip(left.tolist(), right.tolist(), cosine.tolist(), strict=True)
        if a != b and b >= 0 and c >= threshold
    }
    ordered = sorted(pairs)
    ends = np.array(ordered, dtype=np.int64).reshape(-1, 2)
    scores = np.array([pairs[pair] for pair in ordered], dtype=np.float64)
    return PortraitPairs(ends[:, 0], ends[:, 1], scores, threshold, len(strangers))


def _strangers(vectors: Vectors) -> npt.NDArray[np.float64]:
    """Cosines of pairs taken at even strides through the gallery: nearly all are of unrelated people."""
    count = len(vectors)
    wanted = min(NULL_PAIRS, count * (count - 1) // 2)
    if wanted <= 0:
        return np.zeros(0)
    shifts = range(1, 1 + max(1, min(count // 2, -(-wanted // count))))
    rolled = [np.einsum("ij,ij->i", vectors, np.roll(vectors, shift, axis=0), dtype=np.float64) for shift in shifts]
    return np.round(np.concatenate(rolled), 6)
