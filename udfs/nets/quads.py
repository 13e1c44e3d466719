"""Plain geometry of the corner net: frames of an image at net scale, and the best quad in its two maps."""

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np

from udfs.nets.blocks import Floats, Image

FILL = 127
MARGIN = 10  # px of the net's input kept free around the frame, so that a corner at or just past its edge has heat
PEAKS = 8
PEAK_FLOOR = 0.08
MASK_AT = 0.5


@dataclass(frozen=True)
class Frame:
    """A rectangle of an image (`left`, `top`, `right`, `bottom` in its pixels) laid into the net's square input."""

    box: tuple[int, int, int, int]
    scale: float
    shift: tuple[float, float]

    def to_image(self, points: Floats) -> Floats:
        """Map [n, 2] points (pixel centres) of the net's input to pixels of the image."""
        left, top, _, _ = self.box
        moved = (points + 0.5 - np.array(self.shift)) / self.scale - 0.5
        return np.asarray(moved + np.array([left, top]), np.float32)


def frame_of(shape: tuple[int, int], side: int, region: tuple[Floats, Floats] | None = None) -> Frame:
    """Centre an image of `shape` (h, w), or a region (low, high corner) of it, in a square of `side` pixels."""
    height, width = shape
    left, top, right, bottom = 0, 0, width, height
    if region is not None:
        low, high = region
        left, top = (int(np.clip(low[0], 0, width - 2)), int(np.clip(low[1], 0, height - 2)))
        right = int(np.clip(np.ceil(high[0]) + 1, left + 2, width))
        bottom = int(np.clip(np.ceil(high[1]) + 1, top + 2, height))
    scale = (side - 2 * MARGIN) / max(right - left, bottom - top)
    shift = ((side - (right - left) * scale) / 2, (side - (bottom - top) * scale) / 2)
    return Frame((left, top, right, bottom), scale, shift)


def letterbox(image: Image, frame: Frame, side: int) -> Image:
    """Cut a frame out of an image and lay it into [side, side, 3], shrunk by area, grey around it."""
    left, top, right, bottom = frame.box
    part = image[top:bottom, left:right]
    shrink = frame.scale
    if shrink < 0.5:  # halve by area first: a warp alone would alias
        size = (max(1, round((right - left) * shrink)), max(1, round((bottom - top) * shrink)))
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
        ratio = np.array([part.shape[1] / (right - left), part.shape[0] / (bottom - top)])
    else:
        ratio = np.ones(2)
    step = shrink / ratio
    warp = np.array(
        [
            [step[0], 0.0, frame.shift[0] + 0.5 * step[0] - 0.5],
            [0.0, step[1], frame.shift[1] + 0.5 * step[1] - 0.5],
        ]
    )
    laid = cv2.warpAffine(
        part, warp, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=(FILL,) * 3
    )
    return np.asarray(laid, dtype=np.uint8)


def unit_square(side: int) -> Floats:
    """The corners of a square image of `side` pixels, clockwise from its top left, float32 [4, 2]."""
    return np.array([[0, 0], [side - 1, 0], [side - 1, side - 1], [0, side - 1]], np.float32)


def clockwise(points: Floats) -> Floats:
    """Order four points clockwise on the screen, beginning with the one nearest to the frame's top left."""
    around = points - points.mean(axis=0)
    ordered = points[np.argsort(np.arctan2(around[:, 1], around[:, 0]), kind="stable")]
    return np.roll(ordered, -int(ordered.sum(axis=1).argmin()), axis=0).astype(np.float32)


def best_quad(heat: Floats, mask: Floats) -> tuple[Floats, float]:
    """Choose the four corner peaks that best enclose the mask; [4, 2] in map pixels, and an agreement 0..1.

    Args:
        heat: float32 [h, w], probability of a corner.
        mask: float32 [h, w], probability that the document covers the pixel.
    """
    peaks, strengths = _peaks(heat)
    best, agreement = _from_mask(mask), 0.0
    filled = (mask >= MASK_AT).astype(np.uint8)
    agreement = 0.3 * _cover(best, filled)
    for choice in combinations(range(len(peaks)), 4):
        quad = clockwise(peaks[list(choice)])
        if not cv2.isContourConvex(quad):
            continue
        score = _cover(quad, filled) * float(strengths[list(choice)].mean()) ** 0.5
        if score > agreement:
            best, agreement = quad, score
    return best, float(agreement)


def _peaks(heat: Floats) -> tuple[Floats, Floats]:
    """The strongest local maxima with sub-pixel place (centroid of 5x5): [k, 2] x, y and their heat [k]."""
    top = np.asarray(cv2.dilate(heat, np.ones((5, 5), np.uint8)))
    rows, columns = np.nonzero((heat >= top) & (heat > PEAK_FLOOR))
    order = np.argsort(-heat[rows, columns], kind="stable")[:PEAKS]
    padded = np.pad(heat, 2)
    grid = np.arange(-2, 3, dtype=np.float32)
    places = []
    for row, column in zip(rows[order], columns[order], strict=True):
        window = padded[row : row + 5, column : column + 5]
        total = float(window.sum())
        places.append(
            (
                column + float((window.sum(axis=0) * grid).sum()) / total,
                row + float((window.sum(axis=1) * grid).sum()) / total,
            )
        )
    return np.array(places, np.float32).reshape(-1, 2), heat[rows[order], columns[order]].astype(np.float32)


def _from_mask(mask: Floats) -> Floats:
    """The rectangle of least area around the mask's largest blob, or the whole map where there is none."""
    filled = (mask >= MASK_AT).astype(np.uint8)
    contours, _ = cv2.findContours(filled, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return unit_square(mask.shape[0])
    largest = max(contours, key=cv2.contourArea)
    return clockwise(np.asarray(cv2.boxPoints(cv2.minAreaRect(largest)), np.float32))


def _cover(quad: Floats, filled: Image) -> float:
    """Intersection over union of a quad and a 0/1 mask of the same map."""
    drawn = np.zeros_like(filled)
    cv2.fillConvexPoly(drawn, np.round(quad).astype(np.int32), 1)
    both = int(np.count_nonzero(drawn & filled))
    either = int(np.count_nonzero(drawn | filled))
    return both / either if either else 0.0
