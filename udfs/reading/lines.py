"""A line of text as it was read: what it says, where it stands and how sure each character is."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]


@dataclass(frozen=True)
class TextLine:
    """One line that the reader found.

    Attributes:
        text: what it says.
        box: (x0, y0, x1, y1) in pixels of the image that was read.
        quad: its corners, clockwise from the top left of the text.
        confidence: mean certainty of its characters, in [0, 1].
        certainties: certainty of each character of `text`, in [0, 1]; empty where unknown.
        centres: where each character stands along the line, in [0, 1]; empty where unknown.
    """

    text: str
    box: Box
    quad: Quad
    confidence: float
    certainties: tuple[float, ...] = ()
    centres: tuple[float, ...] = ()

    @property
    def height(self) -> float:
        """Height of the box in pixels."""
        return self.box[3] - self.box[1]


def around(boxes: Sequence[Box]) -> Box:
    """Give the smallest box that holds all given ones (at least one)."""
    return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))


def moved_box(box: Box, homography: npt.NDArray[np.float64]) -> Box:
    """Give the upright box around a box that a homography (float64 [3, 3]) has moved."""
    x0, y0, x1, y1 = box
    corners = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], dtype=np.float64)
    moved = np.asarray(cv2.perspectiveTransform(corners, homography), dtype=np.float64)[0]
    (left, top), (right, bottom) = moved.min(axis=0), moved.max(axis=0)
    return (float(left), float(top), float(right), float(bottom))
