"""The same portrait photo again, by its pixels: registered, searched for over the gallery, compared pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from udfs.neighbours.index import Vectors, by_cosine
from udfs.neighbours.portrait_agreement import FULLY, SHORTLY, agreements, between, closer
from udfs.neighbours.portrait_patches import Floats, open_patches
from udfs.neighbours.portrait_registration import Search, registered
from udfs.neighbours.thresholds import mixed_threshold

NEAREST = 8  # a campaign hangs together by each member's nearest
CHANCE_TIES = 1e-4  # of the pairs compared: with it chance makes hardly a group of three in a million portraits
REACH = 8.0  # times what the least agreement leaves open: pairs farther apart as registered never come that near
FAR_PAIRS = 1024  # of those that show how strangers agree: more teach a threshold nothing
MOST = 0.9995  # a threshold above it would refuse the photo itself after a codec

Rows = npt.NDArray[np.int64]
Agreed = npt.NDArray[np.float64]


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


@dataclass(frozen=True)
class _Pairs:
    """Patches, rows of pairs of them, and the warps [m, 2, 3] of left to right."""

    opened: Sequence[Floats]
    left: Rows
    right: Rows
    warps: npt.NDArray[np.float32]

    def agreements(self) -> Agreed:
        """Agreement of every pair as it lies."""
        return agreements(self.opened, self.left, self.right, self.warps)

    def laid_closer(self, chosen: Rows, how: Search) -> Agreed:
        """Agreement of some of the pairs after a search for better warps."""
        left, right, warps = self.left[chosen], self.right[chosen], self.warps[chosen]
        for number, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
            warps[number] = closer(self.opened[one], self.opened[other], warps[number], how)
        return agreements(self.opened, left, right, warps)


def photo_pairs(patches: Sequence[bytes], *, least: float, rate: float, neighbours: int) -> PhotoPairs:
    """Pairs of patches that agree by `least` and more than strangers do, of whose pairs a share `rate` may be tied."""
    opened = open_patches(patches)
    laid = registered(opened)
    rows = np.flatnonzero(laid.faces)
    left, right = nearest_pairs(laid.vectors[rows], min(neighbours, NEAREST))
    left, right = rows[left], rows[right]
    pairs = _Pairs(opened, left, right, between(laid.warps[left], laid.warps[right]))
    agreed, spread = _agreements(pairs, 1.0 - REACH * (1.0 - least))
    share = len(left) / max(len(rows) * (len(rows) - 1) / 2, 1.0)
    measured = _opened_up(mixed_threshold(_stretched(spread), min(CHANCE_TIES, rate / max(share, rate))))
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


def _agreements(pairs: _Pairs, near: float) -> tuple[Agreed, Agreed]:
    """Agreement of pairs [m], of those `near` as registered once they lie closer, and [m] what strangers are fitted on.

    There the far ones stand as a sample of them agrees once it lies closer, repeated.
    """
    agreed = pairs.agreements()
    close, far = np.flatnonzero(agreed >= near), np.flatnonzero(agreed < near)
    agreed[close] = np.maximum(agreed[close], pairs.laid_closer(close, FULLY))  # a search may run away
    strange = pairs.laid_closer(far[:: max(1, -(-len(far) // FAR_PAIRS))], SHORTLY)
    return agreed, np.concatenate([agreed[close], np.resize(strange, len(far))])


def _stretched(agreed: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Agreements as -ln(1 - a), in which strangers' tails are normal and the best do not crowd at one."""
    return -np.log(np.maximum(1.0 - agreed, 1e-6))


def _opened_up(stretched: float) -> float:
    """The agreement of a stretched value; infinity stays."""
    return float(1.0 - np.exp(-stretched)) if np.isfinite(stretched) else stretched
