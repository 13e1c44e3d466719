"""The page from an inkjet: scattered drops of one size (FM screening), light inks, satellites, the head's swaths."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.attacks.printing import FINENESS, INKS, Colour, draw_paper, laid_on, separated, spread
from udfs.specimens.attacks.recapture import pixels_per_inch, whole_page
from udfs.specimens.rendered import Image, Rendered

# Drops per inch along and across the head's travel.
GRIDS = ((600, 600), (720, 720), (1200, 600), (1440, 720))
SWATH_INCHES = (0.04, 0.30)
SPREAD_MM = (0.022, 0.045)
SATELLITE_MM = (0.03, 0.08)
LIGHT = 0.35  # of the full ink's coverage that a full layer of the light one is worth
TILE, VOID = 128, 1.9


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """A reprint of the whole page by a drawn printer."""
    return whole_page(page, printed(page.image, pixels_per_inch(page), rng), rng)


def printed(picture: Image, ppi: float, rng: np.random.Generator) -> Image:
    """The picture as a drawn inkjet printer gives it, FINENESS times as fine."""
    across, down = GRIDS[int(rng.integers(len(GRIDS)))]
    coverage = separated(
        picture,
        black=float(rng.uniform(0.5, 1.0)),
        start=float(rng.uniform(0.3, 0.6)),
        gain=float(rng.uniform(0, 0.08)),
    )
    swaths = _swaths(picture.shape[0], ppi, rng)
    inks = _with_light_inks(coverage) if rng.random() < 0.6 else list(zip(coverage, INKS, strict=True))
    grid = (round(picture.shape[1] * across / ppi), round(picture.shape[0] * down / ppi))
    size = (picture.shape[1] * FINENESS, picture.shape[0] * FINENESS)
    reach = float(rng.uniform(*SATELLITE_MM)) * ppi * FINENESS / 25.4
    satellites = _satellites(reach * (1 if rng.random() < 0.5 else -1), float(rng.uniform(0.05, 0.3)))
    layers = []
    for plane, _ in inks:
        banded = np.clip(plane * swaths, 0, 255).astype(np.uint8)
        drops = drop_pattern(np.asarray(cv2.resize(banded, grid, interpolation=cv2.INTER_LINEAR), np.uint8), rng)
        layer = cv2.resize(drops, size, interpolation=cv2.INTER_AREA)
        layers.append(np.asarray(cv2.filter2D(layer, -1, satellites), dtype=np.uint8))
    image = laid_on(draw_paper((size[1], size[0]), rng), layers, [ink for _, ink in inks])
    return spread(image, ppi, float(rng.uniform(*SPREAD_MM)))


def drop_pattern(ink: Image, rng: np.random.Generator) -> Image:
    """Drops, 0 or 255, on the printer's own grid: coverage against a tile of blue noise, moved for each ink."""
    tile = np.roll(blue_noise(), (int(rng.integers(TILE)), int(rng.integers(TILE))), axis=(0, 1))
    repeats = (ink.shape[0] // TILE + 1, ink.shape[1] // TILE + 1)
    threshold = np.tile(tile, repeats)[: ink.shape[0], : ink.shape[1]]
    return np.asarray(cv2.compare(ink, threshold, cv2.CMP_GT), dtype=np.uint8)


@lru_cache(maxsize=1)
def blue_noise() -> Image:
    """A tile uint8 [128, 128] of thresholds, even in 0 to 254, without low frequencies; do not write into it.

    Each next drop falls into the largest void left by those before (after Ulichney, void and cluster, 1993).
    """
    near = np.minimum(np.arange(2 * TILE) % TILE, TILE - np.arange(2 * TILE) % TILE)
    bell = np.exp(-(near[:, None] ** 2 + near[None, :] ** 2) / (2 * VOID**2)).astype(np.float32)
    crowding = np.random.default_rng(0).random((TILE, TILE), dtype=np.float32) * np.float32(1e-3)
    order = np.zeros(TILE**2, np.int64)
    for rank in range(TILE**2):
        place = int(crowding.argmin())
        row, column = divmod(place, TILE)
        crowding += bell[TILE - row : 2 * TILE - row, TILE - column : 2 * TILE - column]
        crowding[row, column] += np.float32(1e6)
        order[place] = rank
    tile = (order.reshape(TILE, TILE) * 255 // TILE**2).astype(np.uint8)
    tile.setflags(write=False)
    return tile


def _with_light_inks(coverage: list[Image]) -> list[tuple[Image, Colour]]:
    """Cyan and magenta split into a light ink for pale areas and the full one, and the others, each with its colour."""
    steps = np.arange(256) / 255
    full = np.clip((steps - 0.25) / 0.75, 0, 1)
    pale = np.clip((steps - full) / LIGHT, 0, 1)
    inks: list[tuple[Image, Colour]] = []
    for plane, ink in zip(coverage[:2], INKS[:2], strict=True):
        lighter: Colour = (1 - LIGHT * (1 - ink[0]), 1 - LIGHT * (1 - ink[1]), 1 - LIGHT * (1 - ink[2]))
        inks += [(_mapped(plane, pale), lighter), (_mapped(plane, full), ink)]
    return [*inks, *zip(coverage[2:], INKS[2:], strict=True)]


def _mapped(plane: Image, curve: npt.NDArray[np.float64]) -> Image:
    return np.asarray(cv2.LUT(plane, np.rint(255 * curve).astype(np.uint8)), dtype=np.uint8)


def _swaths(height: int, ppi: float, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Gain [h, 1] of the ink by row: swaths differ a little, and the paper's feed over- or underlaps them."""
    pitch = float(rng.uniform(*SWATH_INCHES)) * ppi
    place = np.arange(height) / pitch + float(rng.uniform(0, 1))
    own = 1 + float(rng.uniform(0.0, 0.04)) * rng.standard_normal(int(place[-1]) + 1)
    seam = float(rng.uniform(-0.12, 0.12)) * (place % 1 < 1.2 / pitch)
    return np.asarray((own[place.astype(int)] + seam)[:, None], dtype=np.float32)


def _satellites(reach: float, share: float) -> npt.NDArray[np.float32]:
    """A kernel [1, 9] that throws a share of each drop `reach` samples aside, along the head's travel."""
    kernel = np.zeros((1, 9), np.float32)
    kernel[0, 4] += 1 - share
    kernel[0, int(np.clip(4 + np.rint(reach), 0, 8))] += share
    return kernel
