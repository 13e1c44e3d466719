"""Where the holder's photograph is on a flat card: an upright rectangle with four edges, smooth and free of text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from udfs.images.decode import Image
from udfs.images.portrait_frames import Boxes, Planes, Sums, inside, planes_of, rated

Box = tuple[float, float, float, float]
WORK_WIDTH = 256  # px: a portrait's edge is then still sharp and its texture gone
MOST_HEIGHT = 4 * WORK_WIDTH  # px: no card and no selfie is so narrow, and every place of a strip would be searched
WIDTHS = tuple(range(40, 97, 4))  # px of the work width: ISO/IEC 7501 portraits take a fifth to a third of a card
ASPECTS = (1.2, 1.29, 1.4)  # height over width: 35 x 45 mm, and a little wider and narrower
COARSE_WEIGHTS = (0.35, 0.25, 0.1, 0.1)  # of the four edges, the weakest first
STARTS, ROUNDS = 2, 2  # places whose sides are moved, and how often each side is
REACH = 0.25  # share of a box's width or height that a side is moved by at most in a round
LEAST = (36, 44)  # px of the work width: no box grows smaller than so wide and high
FOUND_AT = 0.54  # of 57 pages without a portrait none reaches 0.47, read or unread 0.50


@dataclass(frozen=True)
class Portrait:
    """A portrait: left, top, right, bottom in pixels of the card given, and a confidence of 0 to 1."""

    box: tuple[int, int, int, int]
    confidence: float


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
    planes = planes_of(small, [tuple(value * scale for value in line) for line in lines])
    places = np.array(list(_places(planes)), np.int64).reshape(-1, 4)
    starts = places[np.argsort(-rated(planes, places), kind="stable")[:STARTS]]
    best, box = max((_settled(planes, start) for start in starts), key=lambda found: found[0], default=(0.0, starts))
    if best < FOUND_AT:
        return None
    left, top, right, bottom = (round(value / scale) for value in box.tolist())
    within = (max(0, left), max(0, top), min(card.shape[1], right), min(card.shape[0], bottom))
    return Portrait(within, float(min(1.0, best)))


def _settled(planes: Planes, box: Boxes) -> tuple[float, Boxes]:
    """A box [4] after each of its sides was moved where the whole looks most like a portrait, and how much it does."""
    best = -np.inf
    for _ in range(ROUNDS):
        for side in (1, 0, 2, 3):  # the top first: it is the one that a line of the header is mistaken for
            reach = int(REACH * (box[2] - box[0] if side % 2 == 0 else box[3] - box[1]))
            moved = np.repeat(box[None], 2 * reach + 1, axis=0)
            moved[:, side] += np.arange(-reach, reach + 1)
            wide, high = moved[:, 2] - moved[:, 0], moved[:, 3] - moved[:, 1]
            fits = (moved[:, :2].min(axis=1) >= 0) & (moved[:, 2] <= planes.size[0]) & (moved[:, 3] <= planes.size[1])
            moved = moved[fits & (wide >= LEAST[0]) & (high >= LEAST[1])]
            scores = rated(planes, moved)
            best, box = float(scores.max()), moved[int(scores.argmax())]
    return best, box


def _places(planes: Planes) -> Iterator[tuple[int, int, int, int]]:
    """The best place of each window size."""
    for width in WIDTHS:
        for aspect in ASPECTS:
            height = round(width * aspect)
            if height >= planes.size[1] - 4 or width >= planes.size[0] - 4:
                continue
            score = _score(planes, width, height)
            row, column = np.unravel_index(int(score.argmax()), score.shape)
            left, top = 2 + int(column), 2 + int(row)
            yield left, top, left + width, top + height


def _score(planes: Planes, width: int, height: int) -> Sums:
    """Score of every place of one window: how whole its four edges are, and what is inside."""
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
    whole = (0, 0, width, height)
    means = [total(plane, whole) / (width * height) for plane in (planes.luma, planes.squares, planes.text)]
    steps = total(planes.across, (2, 2, width - 2, height - 2)) / (width * height)
    framed = sum(weight * edge for weight, edge in zip(COARSE_WEIGHTS, edges, strict=True))
    return np.asarray(framed + inside(means[0], means[1], means[2], steps), np.float32)


def _ascending(first: Sums, second: Sums, third: Sums, fourth: Sums) -> tuple[Sums, Sums, Sums, Sums]:
    """Four planes sorted place by place, the least first: five exchanges of whole planes, not a sort at each place."""
    first, second = np.minimum(first, second), np.maximum(first, second)
    third, fourth = np.minimum(third, fourth), np.maximum(third, fourth)
    first, third = np.minimum(first, third), np.maximum(first, third)
    second, fourth = np.minimum(second, fourth), np.maximum(second, fourth)
    return first, np.minimum(second, third), np.maximum(second, third), fourth
