"""How well a picture can be seen."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.images.decode import Image

DARKEST, BRIGHTEST = 2, 253
GLARE_LEVEL = 250
GLARE_LEAST_SHARE = 0.0005  # of the picture: smaller white spots are print
REBLUR = 9
MEASURED_SIDE = 2_048  # the middle of a larger picture says as much


@dataclass(frozen=True)
class Quality:
    """Sharpness, exposure (mean luma), clipped and glare as shares of 0 to 1; noise in grey levels."""

    sharpness: float
    exposure: float
    clipped: float
    glare: float
    noise: float


def quality_of(image: Image) -> Quality:
    """Measure uint8 [h, w, 3]; a large picture by its middle 2,048 x 2,048 pixels."""
    luma = np.asarray(cv2.cvtColor(_middle(image), cv2.COLOR_BGR2GRAY), np.uint8)
    return Quality(
        sharpness=sharpness(luma),
        exposure=float(luma.mean(dtype=np.float64) / 255),
        clipped=float(np.count_nonzero((luma <= DARKEST) | (luma >= BRIGHTEST)) / luma.size),
        glare=glare(luma),
        noise=noise(luma),
    )


def _middle(image: Image) -> Image:
    top = max(0, (image.shape[0] - MEASURED_SIDE) // 2)
    left = max(0, (image.shape[1] - MEASURED_SIDE) // 2)
    return image[top : top + MEASURED_SIDE, left : left + MEASURED_SIDE]


def sharpness(luma: Image) -> float:
    """Share of neighbour differences that a further blur destroys (Crete et al. 2007); 0 is blurred or empty."""
    lost = []
    for axis, kernel in ((0, (1, REBLUR)), (1, (REBLUR, 1))):
        before, after = steps(luma, axis), steps(np.asarray(cv2.blur(luma, kernel), np.uint8), axis)
        total = cv2.sumElems(before)[0]  # whole numbers far below 2^53: exact
        lost.append(cv2.sumElems(cv2.subtract(before, after))[0] / total if total else 0.0)
    return float(min(lost))


def steps(plane: Image, axis: int) -> Image:
    """Absolute differences of neighbours along an axis of uint8 [h, w], as uint8."""
    low, high = (plane[:-1], plane[1:]) if axis == 0 else (plane[:, :-1], plane[:, 1:])
    return np.zeros_like(low) if not low.size else np.asarray(cv2.absdiff(high, low), np.uint8)


def glare(luma: Image) -> float:
    """Share of the picture in saturated spots too large to be print."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((luma >= GLARE_LEVEL).astype(np.uint8), connectivity=8)
    areas = np.asarray(stats)[1:, cv2.CC_STAT_AREA]
    return float(areas[areas >= GLARE_LEAST_SHARE * luma.size].sum() / luma.size)


def noise(luma: Image) -> float:
    """Standard deviation of noise in grey levels (Immerkaer 1996), by the median so that edges do not count."""
    if min(luma.shape) < 3:
        return 0.0
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = np.abs(np.asarray(cv2.filter2D(luma, cv2.CV_16S, kernel), np.int16)[1:-1, 1:-1])
    # The kernel's coefficients have a root of squares of 6; 0.6745 is the median of |N(0, 1)|.
    return float(_median(np.bincount(response.ravel())) / (6 * 0.6745))


def _median(counts: npt.NDArray[np.intp]) -> np.float32:
    """Median of whole numbers of which so many are 0, 1, 2 ..."""
    below = np.cumsum(counts)
    middle = np.searchsorted(below, ((below[-1] - 1) // 2, below[-1] // 2), side="right")
    return np.float32(middle.mean())
