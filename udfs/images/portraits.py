"""Where the holder's photograph is on a flat card: an upright rectangle with four edges, smooth and free of text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.images.decode import Image

Box = tuple[float, float, float, float]
Sums = npt.NDArray[np.float32]  # of values of 0 to 1, so that single precision carries
WORK_WIDTH = 256  # px: a portrait's edge is then still sharp and its texture gone
MOST_HEIGHT = 4 * WORK_WIDTH  # px: no card and no selfie is so narrow, and every place of a strip would be searched
WIDTHS = tuple(range(40, 97, 2))  # px of the work width: ISO/IEC 7501 portraits take a fifth to a third of a card
ASPECTS = (1.2, 1.29, 1.4)  # height over width: 35 x 45 mm, and a little wider and narrower
FULL_STEP = 24.0  # grey levels: a longer edge counts for more than a harder one
EDGE_WEIGHTS = (0.35, 0.25, 0.1, 0.1)  # of the four edges, the weakest first: a frame has all four
CONTRAST_WEIGHT, TEXT_WEIGHT = 0.2, 1.5
FULL_CONTRAST = 0.24  # of the range of grey
QUIET, NOISE_WEIGHT = 0.3, 1.0  # share of an even step inside a face; a barcode has far more
FOUND_AT = 0.68  # rows of a barcode beside print reach 0.66


@dataclass(frozen=True)
class Portrait:
    """A portrait: left, top, right, bottom in pixels of the card given, and a confidence of 0 to 1."""

    box: tuple[int, int, int, int]
    confidence: float


@dataclass(frozen=True)
class _Planes:
    """Integral images of a small card: steps across and down (0 to 1), text cover, luma and its square."""

    across: Sums
    down: Sums
    text: Sums
    luma: Sums
    squares: Sums
    size: tuple[int, int]


def find_portrait(card: Image, lines: Sequence[Box]) -> Portrait | None:
    """Search a card, uint8 [h, w, 3], for its portrait; None where nothing looks like one.

    Args:
        card: the flat upright card.
        lines: boxes of its lines of text, in its pixels.
    """
    scale = WORK_WIDTH / card.shape[1]
    height = round(card.shape[0] * scale)
    if not min(WIDTHS) <= height <= MOST_HEIGHT:
        return None
    small = np.asarray(cv2.resize(card, (WORK_WIDTH, height), interpolation=cv2.INTER_AREA), np.uint8)
    planes = _planes(small, [tuple(value * scale for value in line) for line in lines])
    best, box = max(_scored(planes), default=(0.0, (0, 0, 0, 0)))
    if best < FOUND_AT:
        return None
    left, top, right, bottom = (round(value / scale) for value in box)
    inside = (max(0, left), max(0, top), min(card.shape[1], right), min(card.shape[0], bottom))
    return Portrait(inside, float(min(1.0, best)))


def _planes(small: Image, lines: Sequence[tuple[float, ...]]) -> _Planes:
    luma = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.float32) / 255
    colour = small.astype(np.float32)
    across, down = np.zeros_like(luma), np.zeros_like(luma)
    across[:, 1:-1] = np.minimum(np.abs(colour[:, 2:] - colour[:, :-2]).max(axis=2) / FULL_STEP, 1.0)
    down[1:-1] = np.minimum(np.abs(colour[2:] - colour[:-2]).max(axis=2) / FULL_STEP, 1.0)
    text = np.zeros_like(luma)
    for x0, y0, x1, y1 in lines:
        text[max(0, int(y0)) : int(y1) + 1, max(0, int(x0)) : int(x1) + 1] = 1
    whole = [
        np.asarray(cv2.integral(plane, sdepth=cv2.CV_32F), np.float32) for plane in (across, down, text, luma, luma**2)
    ]
    return _Planes(whole[0], whole[1], whole[2], whole[3], whole[4], (luma.shape[1], luma.shape[0]))


def _scored(planes: _Planes) -> Iterator[tuple[float, tuple[int, int, int, int]]]:
    """The best place of each window size."""
    for width in WIDTHS:
        for aspect in ASPECTS:
            height = round(width * aspect)
            if height >= planes.size[1] - 4 or width >= planes.size[0] - 4:
                continue
            score = _score(planes, width, height)
            row, column = np.unravel_index(int(score.argmax()), score.shape)
            left, top = 2 + int(column), 2 + int(row)
            yield float(score[row, column]), (left, top, left + width, top + height)


def _score(planes: _Planes, width: int, height: int) -> Sums:
    """Score of every place of one window: how whole its four edges are, contrast inside, text taken off."""
    rows, columns = planes.size[1] - height - 4, planes.size[0] - width - 4

    def total(plane: Sums, box: tuple[int, int, int, int]) -> Sums:
        """Sum over a box (left, top, right, bottom, relative to the window) at every place."""
        left, top, right, bottom = (value + 2 for value in box)
        parts = [plane[y : y + rows, x : x + columns] for y in (top, bottom) for x in (left, right)]
        return np.asarray(parts[3] - parts[2] - parts[1] + parts[0], np.float32)

    tall, wide = np.float32(2 * height), np.float32(2 * width)
    edges = _ascending(
        total(planes.across, (-1, 0, 1, height)) / tall,
        total(planes.across, (width - 1, 0, width + 1, height)) / tall,
        total(planes.down, (0, -1, width, 1)) / wide,
        total(planes.down, (0, height - 1, width, height + 1)) / wide,
    )
    area = width * height
    mean = total(planes.luma, (0, 0, width, height)) / area
    spread = np.sqrt(np.maximum(total(planes.squares, (0, 0, width, height)) / area - mean**2, 0.0))
    score = sum(weight * edge for weight, edge in zip(EDGE_WEIGHTS, edges, strict=True))
    score = score + CONTRAST_WEIGHT * np.minimum(spread / FULL_CONTRAST, 1.0)
    text = TEXT_WEIGHT * total(planes.text, (0, 0, width, height)) / area
    steps = total(planes.across, (2, 2, width - 2, height - 2)) / area
    return np.asarray(score - text - NOISE_WEIGHT * np.maximum(steps - QUIET, 0.0), np.float32)


def _ascending(first: Sums, second: Sums, third: Sums, fourth: Sums) -> tuple[Sums, Sums, Sums, Sums]:
    """Four planes sorted place by place, the least first: five exchanges of whole planes, not a sort at each place."""
    first, second = np.minimum(first, second), np.maximum(first, second)
    third, fourth = np.minimum(third, fourth), np.maximum(third, fourth)
    first, third = np.minimum(first, third), np.maximum(first, third)
    second, fourth = np.minimum(second, fourth), np.maximum(second, fourth)
    return first, np.minimum(second, third), np.maximum(second, third), fourth
