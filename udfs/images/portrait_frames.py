"""How much a box on a small card looks like a portrait: four whole edges that end at its corners, and a face inside."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.images.decode import Image

Sums = npt.NDArray[np.float32]
Means = npt.NDArray[np.floating]
Boxes = npt.NDArray[np.int64]  # [n, 4]: left, top, right, bottom
FULL_STEP = 24.0  # grey levels of a step between pixels: a longer edge counts for more than a harder one
FULL_EDGE = 16.0  # grey levels between both sides of an edge, all along it
PARTS = 4  # of a side: light behind the head and cloth at its foot may lie to either side of the card's ground
BEYOND, RUNS_ON = 0.2, 0.6  # share of a side looked at past its corners; what an edge that runs on there loses
GAP = 2  # px between a corner and what lies past it
EDGE_WEIGHTS = np.array([0.3, 0.25, 0.15, 0.1], np.float32)  # the weakest first: a frame has all four
CONTRAST_WEIGHT, TEXT_WEIGHT, SHAPE_WEIGHT = 0.2, 1.5, 2.0
FULL_CONTRAST = 0.24  # of the range of grey
QUIET, NOISE_WEIGHT = 0.3, 1.0  # share of an even step inside a face; a barcode has far more
SHAPES = (1.15, 1.45)  # height over width


@dataclass(frozen=True)
class Planes:
    """Sums over a small card, so that those of any box or line are differences.

    Attributes:
        across: float32 [h + 1, w + 1], unsigned steps between columns, 0 to 1, summed from the top left.
        down: the same between rows.
        text: cover by lines of text.
        luma: 0 to 1.
        squares: of luma.
        columns: float32 [w, h + 1, 3], signed edges (BGR, share of a full one) at the left of each column, summed down.
        rows: float32 [h, w + 1, 3], the same at the top of each row, summed across.
        size: width and height.
    """

    across: Sums
    down: Sums
    text: Sums
    luma: Sums
    squares: Sums
    columns: Sums
    rows: Sums
    size: tuple[int, int]


def planes_of(small: Image, lines: Sequence[tuple[float, ...]]) -> Planes:
    """Sums over a small card, uint8 [h, w, 3], with the boxes of its lines of text."""
    luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.float32) / 255
    colour = small.astype(np.float32)
    across, down = np.zeros_like(luma), np.zeros_like(luma)
    across[:, 1:-1] = np.minimum(np.abs(colour[:, 2:] - colour[:, :-2]).max(axis=2) / FULL_STEP, 1.0)
    down[1:-1] = np.minimum(np.abs(colour[2:] - colour[:-2]).max(axis=2) / FULL_STEP, 1.0)
    text = np.zeros_like(luma)
    for x0, y0, x1, y1 in lines:
        text[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1] = 1
    return Planes(
        *(_summed(across), _summed(down), _summed(text), _summed(luma), _summed(luma**2)),
        columns=_edges_above(colour.transpose(1, 0, 2)),
        rows=_edges_above(colour),
        size=(luma.shape[1], luma.shape[0]),
    )


def rated(planes: Planes, boxes: Boxes) -> Sums:
    """How much each box [n, 4] looks like a portrait [n]; 1 and a little more where every part of it does."""
    left, top, right, bottom = boxes.T
    edges = np.stack(
        [
            _framing(planes.columns, left, top, bottom),
            _framing(planes.columns, right, top, bottom),
            _framing(planes.rows, top, left, right),
            _framing(planes.rows, bottom, left, right),
        ],
        axis=1,
    )
    sums = [
        plane[bottom - inset, right - inset]
        - plane[top + inset, right - inset]
        - plane[bottom - inset, left + inset]
        + plane[top + inset, left + inset]
        for plane, inset in ((planes.luma, 0), (planes.squares, 0), (planes.text, 0), (planes.across, GAP))
    ]
    area, shape = (right - left) * (bottom - top), (bottom - top) / (right - left)
    odd = np.maximum(np.maximum(shape - SHAPES[1], SHAPES[0] - shape), 0.0)
    inner = inside(sums[0] / area, sums[1] / area, sums[2] / area, sums[3] / area)
    return np.asarray(np.sort(edges, axis=1) @ EDGE_WEIGHTS + inner - SHAPE_WEIGHT * odd, np.float32)


def inside(luma: Means, squares: Means, text: Means, steps: Means) -> Sums:
    """What the means inside a box tell: contrast, less text and unrest."""
    spread = np.sqrt(np.maximum(squares - luma**2, 0.0))
    contrast = CONTRAST_WEIGHT * np.minimum(spread / FULL_CONTRAST, 1.0)
    return np.asarray(contrast - TEXT_WEIGHT * text - NOISE_WEIGHT * np.maximum(steps - QUIET, 0.0), np.float32)


def _summed(plane: Means) -> Sums:
    """A plane [h, w] summed from the top left, [h + 1, w + 1]."""
    return np.asarray(cv2.integral(plane, sdepth=cv2.CV_32F), np.float32)


def _edges_above(colour: Sums) -> Sums:
    """Signed edges at the top of each row of a picture [h, w, 3], two pixels to either side, summed across.

    Each pixel's is cut off at a full one, so that letters, of which half is ink, make no whole edge.
    """
    edges = np.zeros_like(colour)
    edges[2:-1] = (colour[2:-1] + colour[3:] - colour[:-3] - colour[1:-2]) / (2 * FULL_EDGE)
    summed = np.zeros((colour.shape[0], colour.shape[1] + 1, 3), np.float32)
    np.cumsum(np.clip(edges, -1.0, 1.0), axis=1, out=summed[:, 1:])
    return summed


def _framing(lines: Sums, at: npt.NDArray[np.int64], first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> Sums:
    """How whole the edges [n] along lines `at` from `first` to `last` are, less what they run on past those ends.

    Signed edges of a patterned ground cancel along a line; a header's and the card's own edge run on.
    """
    at, length, end = np.minimum(at, len(lines) - 1), last - first, lines.shape[1] - 1
    marks = first[:, None] + length[:, None] * np.arange(PARTS + 1) // PARTS
    parts = np.abs(np.diff(lines[at[:, None], marks], axis=1)).max(axis=2) / np.diff(marks, axis=1)
    edge = parts.mean(axis=1)
    beyond = np.maximum((length * BEYOND).astype(np.int64), GAP + 1)
    before, after = np.maximum(first - GAP, 0), np.minimum(last + GAP, end)
    past = [(np.maximum(before - beyond, 0), before), (after, np.minimum(after + beyond, end))]
    runs = [np.abs(lines[at, to] - lines[at, start]).max(axis=1) / np.maximum(to - start, 1) for start, to in past]
    return np.asarray(edge - RUNS_ON * np.minimum(edge, np.maximum(*runs)), np.float32)
