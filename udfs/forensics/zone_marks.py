"""What a place's residuals are against its own activity: smoother, cleaner or coarser than it is drawn."""

from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt

from udfs.images.decode import Image

Box = tuple[float, float, float, float]
Plane = npt.NDArray[np.float32]

CELL = 8  # px
SIGMAS = (0.7, 1.4, 2.8)  # px, between which the bands lie
LEAST_ENERGY = 0.1  # squared grey levels


def zone_marks(image: Image, zones: Mapping[str, Box]) -> dict[str, list[float]]:
    """Six marks of each place that lies in the picture, natural logarithms of ratios of squared grey levels.

    Means over cells of 8 px of the energy of: what a median of 3 px takes off, three bands of luma, and fine red and
    blue chroma; each over the luma's variance around it.

    Args:
        image: BGR uint8 [h, w, 3].
        zones: boxes (x0, y0, x1, y1) in its pixels, by name.
    """
    inside = {name: cells for name, box in zones.items() if (cells := _cells(box, image.shape[:2])) is not None}
    if not inside:
        return {}
    top, left = (min(place[axis].start for place in inside.values()) for axis in (0, 1))
    bottom, right = (max(place[axis].stop for place in inside.values()) for axis in (0, 1))
    energies = _energies(image[top * CELL : bottom * CELL, left * CELL : right * CELL])
    marks = {}
    for name, (rows, columns) in inside.items():
        part = energies[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        means = part.mean(axis=(1, 2), dtype=np.float64)
        marks[name] = [float(mean - means[-1]) for mean in means[:-1]]
    return marks


def _cells(box: Box, shape: tuple[int, int]) -> tuple[slice, slice] | None:
    """Rows and columns of the whole cells that a box touches; None where there are none."""
    x0, y0, x1, y1 = (int(np.floor(edge)) // CELL for edge in box)
    rows, columns = slice(max(0, y0), min(y1 + 1, shape[0] // CELL)), slice(max(0, x0), min(x1 + 1, shape[1] // CELL))
    return (rows, columns) if rows.start < rows.stop and columns.start < columns.stop else None


def _energies(image: Image) -> Plane:
    """Log energies by cell, float32 [7, rows, columns]: the six, and the activity."""
    planes = cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb))
    luma, red, blue = (np.asarray(plane, np.float32) for plane in planes)
    steps = [luma, *(_blurred(luma, sigma) for sigma in SIGMAS)]
    rests = [luma - cv2.medianBlur(planes[0], 3)]
    rests += [steps[place] - steps[place + 1] for place in range(len(SIGMAS))]
    rests += [plane - _blurred(plane, SIGMAS[0]) for plane in (red, blue)]
    activity = cv2.blur((luma - cv2.blur(luma, (CELL, CELL))) ** 2, (CELL, CELL))
    size = (luma.shape[1] // CELL, luma.shape[0] // CELL)
    cells = [
        cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (*(rest**2 for rest in rests), activity)
    ]
    return np.asarray(np.log(np.stack(cells) + LEAST_ENERGY), np.float32)


def _blurred(plane: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), np.float32)
