"""The page reprinted in offset or by a laser: clustered dots of four inks on turned grids (AM screening)."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.attacks.printing import FINENESS, INKS, Plane, clouds, draw_paper, finer, laid_on, separated, spread
from udfs.specimens.attacks.recapture import pixels_per_inch, whole_page
from udfs.specimens.rendered import Image, Rendered

LINES_PER_INCH = (85.0, 200.0)
# Degrees of cyan, magenta, yellow and black: offset, offset turned for the press, flexography, laser cells.
ANGLES = ((15.0, 75.0, 0.0, 45.0), (105.0, 45.0, 90.0, 75.0), (22.5, 82.5, 7.5, 52.5), (18.4, 71.6, 0.0, 45.0))
# Weights of the two waves that make a dot.
SHAPES = {"round": (1.0, 1.0), "elliptical": (1.3, 0.7), "line": (1.0, 0.0)}

SPREAD_MM = (0.022, 0.045)


@dataclass(frozen=True)
class Screening:
    """One press.

    Attributes:
        cell: from dot to dot, in fine samples.
        angles: degrees of cyan, magenta, yellow and black.
        shape: key of SHAPES.
        edge: how hard a dot's edge is, 1 for as hard as a sample can show.
        ragged: how far toner scatters from the edge, as a share of the threshold's range.
    """

    cell: float
    angles: tuple[float, ...]
    shape: str
    edge: float
    ragged: float


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """A reprint of the whole page, fine enough that the camera sees single dots."""
    return whole_page(page, printed(page.image, pixels_per_inch(page), rng), rng)


def printed(
    picture: Image, ppi: float, rng: np.random.Generator, *, lines_per_inch: tuple[float, float] = LINES_PER_INCH
) -> Image:
    """The picture as a press or a laser of so many lines prints it, FINENESS times as fine."""
    laser = bool(rng.random() < 0.5)
    low, high = np.log(lines_per_inch)
    cell = ppi * FINENESS / float(np.exp(rng.uniform(low, high)))
    screening = draw_screening(cell, rng, laser=laser)
    soft = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 0.6))), dtype=np.uint8)
    coverage = separated(
        soft,
        black=float(rng.uniform(0.5, 1.0)),
        start=float(rng.uniform(0.0, 0.3)),
        gain=float(rng.uniform(-0.03, 0.1)),
    )
    paper = draw_paper((picture.shape[0] * FINENESS, picture.shape[1] * FINENESS), rng)
    scatter = clouds(paper.shape, 1.5, rng) * np.float32(screening.ragged)
    misses = rng.normal(0, 0.12 * screening.cell, (len(coverage), 2))
    layers = [
        dots(finer(ink, (float(miss[0]), float(miss[1]))), screening, angle, np.rot90(scatter, 2 * (index % 2)))
        for index, (ink, angle, miss) in enumerate(zip(coverage, screening.angles, misses, strict=True))
    ]
    image = spread(laid_on(paper, layers, INKS), ppi, float(rng.uniform(*SPREAD_MM)))
    return _glossed(image, rng) if laser else image


def draw_screening(cell: float, rng: np.random.Generator, *, laser: bool) -> Screening:
    """Any press with this cell; a laser scatters its toner."""
    skew = float(rng.normal(0, 1.0))
    angles = ANGLES[-1] if laser and rng.random() < 0.6 else ANGLES[int(rng.integers(len(ANGLES)))]
    return Screening(
        cell=cell,
        angles=tuple(angle + skew for angle in angles),
        shape=str(rng.choice(list(SHAPES), p=[0.45, 0.4, 0.15])),
        edge=float(rng.uniform(0.5, 1.0)),
        ragged=float(rng.uniform(0.01, 0.05)) if laser else 0.01,
    )


def dots(ink: Image, screening: Screening, angle: float, scatter: Plane) -> Image:
    """Coverage uint8 [h, w] as dots on a grid turned by `angle` degrees: a dot grows with the coverage."""
    height, width = ink.shape
    turn, wave = np.deg2rad(angle), 2 * np.pi / screening.cell
    weights = np.array(SHAPES[screening.shape]) / (2 * sum(SHAPES[screening.shape]))
    down = wave * np.array([np.sin(turn), np.cos(turn)])
    across = wave * np.array([np.cos(turn), -np.sin(turn)])
    rows, columns = np.outer(np.arange(height), down), np.outer(across, np.arange(width))
    # cos(a + b) = cos a cos b - sin a sin b, so both waves are one product of thin matrices.
    left = np.hstack([np.cos(rows), -np.sin(rows)]) * np.concatenate([weights, weights])
    right = np.vstack([np.cos(columns), np.sin(columns)])
    threshold = left.astype(np.float32) @ right.astype(np.float32) + scatter
    level = cv2.LUT(ink, _levels(screening.shape))
    # A threshold of range 1 over half a cell, so this many grey levels a sample make an edge of one sample.
    steep = 255 * 0.64 * screening.cell * screening.edge
    return np.asarray(cv2.addWeighted(level, steep, threshold, -steep, 127.5, dtype=cv2.CV_8U), dtype=np.uint8)


@lru_cache(maxsize=4)
def _levels(shape: str) -> npt.NDArray[np.float32]:
    """Threshold [256] under which each coverage's share of the cell lies; outside of the range at either end."""
    first, second = np.array(SHAPES[shape]) / (2 * sum(SHAPES[shape]))
    phase = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    values = first * np.cos(phase)[:, None] + second * np.cos(phase)[None, :]
    levels = np.quantile(values, np.arange(256) / 255)
    levels[0], levels[-1] = levels[0] - 0.2, levels[-1] + 0.2
    return np.asarray(levels, dtype=np.float32)


def _glossed(image: Image, rng: np.random.Generator) -> Image:
    """Fused toner shines where it lies thick, and unevenly."""
    thick = cv2.GaussianBlur(255 - image.min(axis=2), (0, 0), 1.5)
    shine = np.clip(clouds(image.shape, image.shape[1] / 9, rng) + 0.4, 0, 2) * np.float32(rng.uniform(4, 18) / 255)
    light = cv2.multiply(thick, shine, dtype=cv2.CV_8U)
    return np.asarray(cv2.add(image, cv2.merge([light] * 3)), dtype=np.uint8)
