"""How much of one portrait another explains, once both are laid over one another."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from udfs.neighbours.portrait_patches import SIZE, Floats
from udfs.neighbours.portrait_registration import Search, Warp, searched, stretches, warped

RIM = 4  # px of the patch that the frame and a differing crop reach
SOFT_SIGMA = 1.0  # px: both made equally soft, as no two captures are equally sharp
LIGHT_SIGMA = 4.0  # px: slower is light, and what faces have in common
RIDGE = 1e-3  # of the mean energy of the columns
LEAST_PIXELS = 600  # of 2,080 inside the rim that both must show
SCALES = (0.4, 2.0)  # farther, the search ran away
BLOCK = 1024  # pairs whose sums wait for one another: 5 MiB

Rows = npt.NDArray[np.int64]
Sums = npt.NDArray[np.float64]
Warps = npt.NDArray[np.float32]
INSIDE = (slice(RIM, SIZE[1] - RIM), slice(RIM, SIZE[0] - RIM))
ACROSS, DOWN = (grid[INSIDE] for grid in np.meshgrid(np.linspace(-1, 1, SIZE[0]), np.linspace(-1, 1, SIZE[1])))
PLANE = np.stack([np.ones_like(ACROSS), ACROSS, DOWN]).reshape(3, -1)
BOWL = np.stack([*PLANE, *(PLANE[1:] * PLANE[1]), PLANE[2] ** 2])
FIELDS = 10  # contrast, slopes across and down, each with its plane, and the curve
ONE, OTHER, LIGHT = slice(0, FIELDS), slice(FIELDS, 2 * FIELDS), slice(2 * FIELDS, 2 * FIELDS + len(BOWL))
WHITE = np.ones((SIZE[1], SIZE[0]), np.float32)
MASK = np.zeros((SIZE[1], SIZE[0]), np.uint8)
MASK[INSIDE] = 255
FULLY, SHORTLY = Search(MASK), Search(MASK, iterations=10)  # by ten, strangers lie as they will


def agreements(patches: Sequence[Floats], left: Rows, right: Rows, starts: Warps) -> npt.NDArray[np.float64]:
    """Agreement [m] of pairs of patches [60, 48], 0 to 1, laid over one another by warps [m, 2, 3] of left to right.

    It is the multiple correlation of either with the other one's contrast, light, sharpness and what is left of its
    misplacement, the smaller of both ways: what remains is what another photograph has and this one has not.
    Pairs in order of their left rows are fastest.
    """
    found = [
        _agreements(patches, left[first : first + BLOCK], right[first : first + BLOCK], starts[first : first + BLOCK])
        for first in range(0, len(left), BLOCK)
    ]
    return np.concatenate(found) if found else np.zeros(0)


def closer(left: Floats, right: Floats, start: Warp, how: Search) -> Warp:
    """A warp [2, 3] of left to right that lays one over the other better, the first one where none is found."""
    found = searched(left, right, start, how)
    if found is None:
        return start
    large, small = stretches(found)
    return found if SCALES[0] < small and large < SCALES[1] else start


def between(left: Warps, right: Warps) -> Warps:
    """Warps [m, 2, 3] from pixels of one patch to those of another, by those [m, 2, 3] of both from the mean face."""
    last = np.broadcast_to([0.0, 0.0, 1.0], (len(left), 1, 3))
    whole = np.concatenate([left.astype(np.float64), last], axis=1)
    return np.asarray((right.astype(np.float64) @ np.linalg.inv(whole)).astype(np.float32))


def _agreements(patches: Sequence[Floats], left: Rows, right: Rows, starts: Warps) -> npt.NDArray[np.float64]:
    """Agreement of the pairs of one block."""
    sums, pixels = np.empty((len(left), LIGHT.stop, LIGHT.stop)), np.empty(len(left))
    rows, opened = np.empty((LIGHT.stop, BOWL.shape[1])), -1
    for number, (one, other) in enumerate(zip(left.tolist(), right.tolist(), strict=True)):
        if one != opened:
            own, opened = _fields(patches[one]), one
        shown = _shown(starts[number])
        pixels[number] = shown.sum()
        np.multiply(own, shown, out=rows[ONE])
        np.multiply(_fields(warped(patches[other], starts[number])), shown, out=rows[OTHER])
        np.multiply(BOWL, shown, out=rows[LIGHT])
        sums[number] = rows @ rows.T
    enough = pixels >= LEAST_PIXELS
    found = np.zeros(len(left))
    lit = _without_light(sums[enough])
    found[enough] = np.minimum(_explained(lit, ONE, OTHER), _explained(lit, OTHER, ONE))
    return found


def _shown(warp: Warp) -> npt.NDArray[np.bool_]:
    """Which pixels inside the rim [2080] a warp [2, 3] sends into the patch."""
    inside = cv2.warpAffine(WHITE, warp, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(inside)[INSIDE].ravel() > 0.99


def _fields(patch: Floats) -> Sums:
    """What a patch may be explained by, inside the rim [10, 2080]: itself, its slopes and its curve."""
    by = _banded(patch)
    middle = by[INSIDE]
    before, after = by[INSIDE[0], RIM - 1 : -RIM - 1], by[INSIDE[0], RIM + 1 : 1 - RIM]
    above, below = by[RIM - 1 : -RIM - 1, INSIDE[1]], by[RIM + 1 : 1 - RIM, INSIDE[1]]
    slopes = np.stack([middle, (after - before) / 2, (below - above) / 2]).reshape(3, 1, -1)
    curve = (before + after + above + below - 4 * middle).reshape(1, -1)
    return np.concatenate([(slopes * PLANE).reshape(-1, curve.shape[1]), curve])


def _banded(patch: Floats) -> Floats:
    """A patch, softened, without light, at unit standard deviation."""
    soft = np.asarray(cv2.GaussianBlur(patch, (0, 0), SOFT_SIGMA), np.float32)
    fast = soft - np.asarray(cv2.GaussianBlur(soft, (0, 0), LIGHT_SIGMA), np.float32)
    return np.asarray(fast / (float(fast.std()) + 1e-6), np.float32)


def _without_light(sums: Sums) -> Sums:
    """Products of the fields of both [m, 20, 20] once the bowl is projected out of them."""
    fields = slice(0, LIGHT.start)
    slow = np.linalg.solve(sums[:, LIGHT, LIGHT], sums[:, LIGHT, fields])
    return np.asarray(sums[:, fields, fields] - sums[:, fields, LIGHT] @ slow, np.float64)


def _explained(sums: Sums, by: slice, of: slice) -> npt.NDArray[np.float64]:
    """Multiple correlation [m] of one's contrast with the fields of the other, by a ridge regression."""
    energy, shared, whole = sums[:, by, by], sums[:, by, of.start], sums[:, of.start, of.start]
    ridge = RIDGE * np.trace(energy, axis1=1, axis2=2) / FIELDS + 1e-9
    weights = np.linalg.solve(energy + ridge[:, None, None] * np.eye(FIELDS), shared[:, :, None])[:, :, 0]
    told = 2 * (weights * shared).sum(axis=1) - np.einsum("mi,mij,mj->m", weights, energy, weights)
    return np.asarray(np.sqrt(np.clip(told / np.maximum(whole, 1e-9), 0.0, 1.0)), np.float64)
