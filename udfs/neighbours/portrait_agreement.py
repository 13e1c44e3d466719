"""How much of one portrait another explains, once both are laid over one another."""

import cv2
import numpy as np
import numpy.typing as npt

from udfs.neighbours.portrait_patches import SIZE, Floats
from udfs.neighbours.portrait_registration import BLUR, Warp, searched, warped

RIM = 4  # px of the patch that the frame and a differing crop reach
SOFT_SIGMA = 1.0  # px: both made equally soft, as no two captures are equally sharp
LIGHT_SIGMA = 4.0  # px: slower is light, and what faces have in common
RIDGE = 1e-3  # of the mean energy of the columns
LEAST_PIXELS = 600  # of 2,880 that both must show
SCALES = (0.4, 2.0)  # farther, the search ran away

Columns = npt.NDArray[np.float64]
ACROSS, DOWN = np.meshgrid(np.linspace(-1, 1, SIZE[0]), np.linspace(-1, 1, SIZE[1]))
PLANE = (np.ones_like(ACROSS), ACROSS, DOWN)
BOWL = (*PLANE, ACROSS**2, ACROSS * DOWN, DOWN**2)


def agreement(left: Floats, right: Floats, start: Warp) -> float:
    """Agreement of two patches [60, 48], 0 to 1, laid over one another from a first warp [2, 3] of left to right.

    It is the multiple correlation of either with the other one's contrast, light, sharpness and what is left of its
    misplacement, the smaller of both ways: what remains is what another photograph has and this one has not.
    """
    mask = np.zeros(left.shape, np.uint8)
    mask[RIM:-RIM, RIM:-RIM] = 255
    found = searched(left, right, start, mask, BLUR)
    warp = found if found is not None and _plausible(found) else start
    laid = warped(right, warp)
    inside = cv2.warpAffine(np.ones_like(right), warp, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    shown = (np.asarray(inside) > 0.99) & (mask > 0)
    if int(shown.sum()) < LEAST_PIXELS:
        return 0.0
    one, other = _banded(left), _banded(laid)
    bowl = _orthonormal(np.stack([term[shown] for term in BOWL], axis=1))
    return min(_explained(one, other, shown, bowl), _explained(other, one, shown, bowl))


def between(left: Warp, right: Warp) -> Warp:
    """The warp from pixels of one patch to those of another, by the warps [2, 3] of both from the mean face."""
    whole = [np.vstack([warp.astype(np.float64), [0.0, 0.0, 1.0]]) for warp in (left, right)]
    return np.asarray((whole[1] @ np.linalg.inv(whole[0]))[:2], np.float32)


def _plausible(warp: Warp) -> bool:
    """Whether two crops of one portrait may differ by a warp."""
    large, small = np.linalg.svd(warp[:, :2].astype(np.float64), compute_uv=False).tolist()
    return bool(SCALES[0] < small and large < SCALES[1])


def _banded(patch: Floats) -> Floats:
    """A patch, softened, without light, at unit standard deviation."""
    soft = np.asarray(cv2.GaussianBlur(patch, (0, 0), SOFT_SIGMA), np.float32)
    fast = soft - np.asarray(cv2.GaussianBlur(soft, (0, 0), LIGHT_SIGMA), np.float32)
    return np.asarray(fast / (float(fast.std()) + 1e-6), np.float32)


def _orthonormal(columns: Columns) -> Columns:
    """Columns [pixels, q] as orthonormal ones of the same span, by Cholesky: for so few, far cheaper than QR."""
    return np.asarray(np.linalg.solve(np.linalg.cholesky(columns.T @ columns), columns.T).T, np.float64)


def _explained(by: Floats, of: Floats, shown: npt.NDArray[np.bool_], bowl: Columns) -> float:
    """Multiple correlation of `of` with `by`, its slopes and its curve over the pixels shown; `bowl` projected out."""
    down, across = np.gradient(by)
    fields = [*(field * term for field in (by, across, down) for term in PLANE), np.asarray(cv2.Laplacian(by, -1))]
    columns = np.stack([field[shown] for field in fields], axis=1).astype(np.float64)
    wanted = of[shown].astype(np.float64)
    columns -= bowl @ (bowl.T @ columns)
    wanted -= bowl @ (bowl.T @ wanted)
    energy = columns.T @ columns
    ridge = RIDGE * np.trace(energy) / len(energy) * np.eye(len(energy))
    rest = wanted - columns @ np.linalg.solve(energy + ridge + 1e-9 * np.eye(len(energy)), columns.T @ wanted)
    return float(np.sqrt(max(0.0, 1.0 - float(rest @ rest) / max(float(wanted @ wanted), 1e-9))))
