"""The same portrait photo again, by its pixels: registered, searched for over the gallery, compared pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from udfs.neighbours.index import Vectors, by_cosine
from udfs.neighbours.portrait_agreement import agreement, between
from udfs.neighbours.portrait_patches import open_patches
from udfs.neighbours.portrait_registration import registered
from udfs.neighbours.thresholds import mixed_threshold

NEAREST = 8  # a campaign hangs together by each member's nearest
CHANCE_TIES = 1e-4  # of the pairs compared: with it chance makes hardly a group of three in a million portraits
MOST = 0.9995  # a threshold above it would refuse the photo itself after a codec

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PhotoPairs:
    """Pairs of one portrait photo.

    Attributes:
        left: int64 [m], row of one content.
        right: int64 [m], row of the other, larger than left.
        agreement: float64 [m], of their pixels, 0 to 1.
        threshold: agreement from which a pair is tied.
        compared: pairs that it was measured on.
        shown: bool [n], which patches show a face and so were compared.
    """

    left: Rows
    right: Rows
    agreement: npt.NDArray[np.float64]
    threshold: float
    compared: int
    shown: npt.NDArray[np.bool_]


def photo_pairs(patches: Sequence[bytes], *, least: float, rate: float, neighbours: int) -> PhotoPairs:
    """Pairs of patches that agree by `least` and more than strangers do, of whose pairs a share `rate` may be tied."""
    opened = open_patches(patches)
    laid = registered(opened)
    rows = np.flatnonzero(laid.faces)
    left, right = nearest_pairs(laid.vectors[rows], min(neighbours, NEAREST))
    left, right = rows[left], rows[right]
    agreed = np.array(
        [
            agreement(opened[one], opened[other], between(laid.warps[one], laid.warps[other]))
            for one, other in zip(left.tolist(), right.tolist(), strict=True)
        ],
        dtype=np.float64,
    )
    share = len(left) / max(len(rows) * (len(rows) - 1) / 2, 1.0)
    measured = _opened_up(mixed_threshold(_stretched(agreed), min(CHANCE_TIES, rate / max(share, rate))))
    threshold = min(MOST, max(least, measured)) if np.isfinite(measured) else least
    tied = agreed >= threshold
    return PhotoPairs(left[tied], right[tied], agreed[tied], threshold, len(left), laid.faces)


def nearest_pairs(vectors: Vectors, neighbours: int) -> tuple[Rows, Rows]:
    """Rows (left, right), left smaller, in order, of which either is among the other's nearest of unit vectors."""
    if len(vectors) < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    found = by_cosine(vectors, vectors, k=neighbours + 1).rows
    one, other = np.repeat(np.arange(len(vectors)), found.shape[1]), found.ravel()
    real = (other >= 0) & (other != one)
    ends = np.unique(np.sort(np.stack([one[real], other[real]], axis=1), axis=1), axis=0).astype(np.int64)
    return ends[:, 0], ends[:, 1]


def _stretched(agreed: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Agreements as -ln(1 - a), in which strangers' tails are normal and the best do not crowd at one."""
    return -np.log(np.maximum(1.0 - agreed, 1e-6))


def _opened_up(stretched: float) -> float:
    """The agreement of a stretched value; infinity stays."""
    return float(1.0 - np.exp(-stretched)) if np.isfinite(stretched) else stretched
