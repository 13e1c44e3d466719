"""Plain vectors of a document: where its labels stand, and what lies around the card."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from udfs.images.decode import Image
from udfs.reading.labels import PHRASES, find_label
from udfs.reading.lines import TextLine

Floats = npt.NDArray[np.float32]
LABELLED = tuple(name for name in PHRASES if name != "other")
PLACES = 2  # a back or a bilingual page may print one label twice
NUMBERS = 3  # left edge, middle height, height
ABSENT = -1.0
BACKGROUND_SIDE = 256
LEAST_BACKGROUND = 0.05  # of the picture
MARGIN = 0.03  # of the card: its edge and shadow belong to it
HUES, SATURATIONS, LEVELS, DIRECTIONS = 8, 4, 8, 8


def geometry(lines: Sequence[TextLine], size: tuple[int, int]) -> Floats:
    """Where labels stand on a card of `size` (w, h): float32 [13 x 2 x 3] in shares of the card's width.

    Per label in the order of `PHRASES`, its first two places from the top: left edge, middle height and height of its
    line; -1 where it was not read.
    """
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in LABELLED}
    for line in sorted(lines, key=lambda line: (line.box[1], line.box[0])):
        label = find_label(line.text)
        if label is not None and label.field in found:
            x0, y0, _, y1 = (value / size[0] for value in line.box)
            found[label.field].append((x0, (y0 + y1) / 2, y1 - y0))
    vector = np.full((len(LABELLED), PLACES, NUMBERS), ABSENT, np.float32)
    for row, name in enumerate(LABELLED):
        for place, numbers in enumerate(found[name][:PLACES]):
            vector[row, place] = numbers
    return vector.ravel()


def background(image: Image, corners: Floats) -> Floats | None:
    """Colour and texture of what lies around the card: float32 [48] of length one; None where there is too little."""
    scale = BACKGROUND_SIDE / max(image.shape[:2])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    around = np.ones(small.shape[:2], np.uint8)
    middle = corners.mean(axis=0)
    grown = (middle + (corners - middle) * (1 + 2 * MARGIN)) * scale
    cv2.fillConvexPoly(around, np.round(grown).astype(np.int32), 0)
    outside = around.astype(bool)
    if np.count_nonzero(outside) < LEAST_BACKGROUND * outside.size:
        return None
    joined = np.sqrt(np.concatenate([_colours(small, outside), _textures(small, outside)]))
    return np.asarray(joined / np.linalg.norm(joined), np.float32)


def _colours(image: Image, where: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Shares of pixels by hue and saturation [32], and by brightness [8]."""
    hue, saturation, value = (
        plane[where].astype(np.int64) for plane in cv2.split(cv2.cvtColor(image, cv2.COLOR_BGR2HSV))
    )
    both = hue * HUES // 180 * SATURATIONS + saturation * SATURATIONS // 256
    count = len(value)
    tones = np.bincount(both, minlength=HUES * SATURATIONS) / count
    return np.concatenate([tones, np.bincount(value * LEVELS // 256, minlength=LEVELS) / count])


def _textures(image: Image, where: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Mean gradient by direction [8], as a share of 64 grey levels a pixel."""
    luma = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    down, across = np.gradient(luma.astype(np.float64))
    strength, angle = np.hypot(across, down)[where], np.arctan2(down, across)[where] % np.pi
    sector = np.minimum((angle / np.pi * DIRECTIONS).astype(np.int64), DIRECTIONS - 1)
    return np.bincount(sector, weights=strength, minlength=DIRECTIONS) / (64 * len(strength))
