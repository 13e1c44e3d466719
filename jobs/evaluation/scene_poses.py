"""Where a card lies in the frame of a small scene."""

import numpy as np
import numpy.typing as npt

from udfs.nets.quads import MARGIN

Points = npt.NDArray[np.float32]

PARTIAL = 0.12  # share of scenes with an edge or a corner of the card out of the frame
MOST_OUT = 0.08  # of the card's width, and never beyond the input's margin, where a corner has no heat


def pose(card: tuple[int, ...], frame: tuple[int, int], rng: np.random.Generator) -> Points:
    """Corners of a card in a frame: mostly near a quarter turn, sometimes at any angle, sometimes filling it."""
    height, width = frame
    ratio = card[0] / card[1]
    quarter = int(rng.choice(4, p=[0.55, 0.15, 0.15, 0.15]))
    free = rng.random()
    if free < 0.05:  # a scan or a crop: the page is the frame
        inset = rng.normal(0, 1.5, (4, 2)) * (rng.random() < 0.7) - 0.5
        full = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        return np.roll(full + inset, quarter, axis=0).astype(np.float32)
    angle = np.deg2rad(90 * quarter + (rng.uniform(-45, 45) if free < 0.3 else rng.normal(0, 7)))
    half = np.array([[-1, -ratio], [1, -ratio], [1, ratio], [-1, ratio]]) / 2
    tilt = rng.normal(0, 0.09, 2).clip(-0.25, 0.25)
    half = half / (1 + half @ tilt)[:, None]
    half = half @ np.array([[1, rng.normal(0, 0.03)], [rng.normal(0, 0.03), 1]])
    spin = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shape = half @ spin
    extent = shape.max(axis=0) - shape.min(axis=0)
    fit = float(min(width / extent[0], height / extent[1]))
    scale = fit * float(rng.uniform(0.35, 1.0) if rng.random() < 0.6 else rng.uniform(0.86, 1.03))
    room = np.maximum(np.array([width, height]) - extent * scale, 0)
    centre = np.array([width, height]) / 2 + room * rng.uniform(-0.5, 0.5, 2)
    middle = (shape.max(axis=0) + shape.min(axis=0)) / 2
    return np.asarray((shape - middle) * scale + centre - 0.5, np.float32)


def tight_pose(card: tuple[int, ...], frame: tuple[int, int], rng: np.random.Generator) -> Points:
    """Corners of a card that an app or a scanner has cut out with a narrow margin of 0.5 to 8 %."""
    height, width = frame
    quarter = (2 if rng.random() < 0.15 else 0) + (width < height)
    ratio = card[0] / card[1] if width >= height else card[1] / card[0]
    margins = rng.uniform(0.005, 0.04) + rng.uniform(0, 0.02, 4)
    left, top, right, bottom = margins * max(width, height)
    wide, high = width - left - right, height - top - bottom
    scale = min(wide, high / ratio)
    lean = np.deg2rad(rng.normal(0, 1.2))
    half = np.array([[-1, -ratio], [1, -ratio], [1, ratio], [-1, ratio]]) * scale / 2
    turned = half @ np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    bent = turned + rng.normal(0, 0.008, (4, 2)) * scale * (rng.random() < 0.6)
    centre = np.array([left + wide / 2, top + high / 2])
    return np.asarray(np.roll(bent + centre - 0.5, quarter, axis=0), np.float32)


def pushed_out(corners: Points, frame: tuple[int, int], rng: np.random.Generator) -> Points:
    """Corners of a card that now and then reaches a little over one side of the frame (h, w) or over two."""
    over, sides = rng.uniform(0.005, MOST_OUT, 2), rng.choice([-1, 0, 1], 2)
    if rng.random() > PARTIAL:
        return corners
    beyond = np.minimum(over * np.linalg.norm(corners[1] - corners[0]), MARGIN - 1)
    right = np.array(frame[::-1]) - 0.5 - corners.max(axis=0) + beyond
    left = -0.5 - corners.min(axis=0) - beyond
    return np.asarray(corners + np.where(sides > 0, right, np.where(sides < 0, left, 0.0)), np.float32)
