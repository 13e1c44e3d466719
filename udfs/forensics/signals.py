"""All baseline signals of a document's pixels by name, beside those of the trunk."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from udfs.forensics import residuals, spectra
from udfs.forensics.residuals import Box
from udfs.images.decode import Image

GRID = 8
NO_STEPS = (1.0, 1.0, 1.0)
MOST_SIDE = 2_400  # px of the card's region that are measured: its middle where it is larger


def baseline_signals(
    image: Image, corners: npt.NDArray[np.float32], zones: Sequence[Box], steps: Sequence[float] = NO_STEPS
) -> dict[str, float]:
    """Measure the card's bounding box, cut on the picture's own grid of 8.

    Args:
        image: the decoded picture, uint8 [h, w, 3].
        corners: float32 [4, 2], the card's corners in its pixels.
        zones: boxes of what was read, in its pixels.
        steps: quantization steps of the file's three lowest luma frequencies; ones where it has none.
    """
    left, top, right, bottom = _region(image.shape[:2], corners)
    part = np.ascontiguousarray(image[top:bottom, left:right])
    luma = residuals.luma_of(part)
    ela_mean, ela_spread = residuals.recompression(part)
    peak, slope = spectra.spectral_marks(luma)
    inside = [(x0 - left, y0 - top, x1 - left, y1 - top) for x0, y0, x1, y1 in zones]
    contrast, counted = residuals.zone_contrast(residuals.residual_over_activity(luma), inside)
    spread, noise = residuals.chroma(part)
    return {
        "ela_mean": ela_mean,
        "ela_spread": ela_spread,
        "double_jpeg": residuals.double_compression(residuals.block_cosines(luma), steps),
        "blockiness": residuals.blockiness(luma),
        "spectral_peak": peak,
        "spectral_slope": slope,
        "zone_contrast": contrast,
        "zones": counted,
        "chroma_spread": spread,
        "chroma_noise": noise,
    }


def _region(shape: tuple[int, int], corners: npt.NDArray[np.float32]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the card's box inside the picture; left and top lie on the grid."""
    edges = []
    for axis, length in ((0, shape[1]), (1, shape[0])):
        low = float(np.clip(corners[:, axis].min(), 0, max(0, length - GRID)))
        high = float(np.clip(corners[:, axis].max() + 1, low + GRID, max(length, GRID)))
        if high - low > MOST_SIDE:
            low, high = (low + high - MOST_SIDE) / 2, (low + high + MOST_SIDE) / 2
        edges.append((int(low) // GRID * GRID, int(high)))
    (left, right), (top, bottom) = edges
    return left, top, right, bottom
