"""What every printed forgery goes through: separation into inks, paper, and ink laid on paper."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.rendered import Image

Plane = npt.NDArray[np.float32]
Colour = tuple[float, float, float]
# A picture, its pixels per inch and the draws -> the same picture printed, FINENESS times as fine.
Printer = Callable[[Image, float, np.random.Generator], Image]

FINENESS = 2
# BGR light left by a full layer of cyan, magenta, yellow and black.
INKS: tuple[Colour, ...] = ((0.86, 0.58, 0.10), (0.46, 0.14, 0.86), (0.10, 0.88, 0.97), (0.09, 0.09, 0.09))
MAIN_CHANNEL = (2, 1, 0)  # of cyan, magenta and yellow in BGR
MOST_INK = 1.4


def ink_amounts(picture: Image, inks: Sequence[Colour] = INKS) -> Plane:
    """How much cyan, magenta and yellow [h, w, 3] makes each colour: in layers, 0 to MOST_INK; their densities add."""
    light = np.maximum(np.arange(256, dtype=np.float32) / 255, 0.03)
    density = cv2.LUT(picture, -np.log(light))
    unmix = np.linalg.inv(_densities(inks)).T
    return np.asarray(np.clip(cv2.transform(density, unmix), 0, MOST_INK), dtype=np.float32)


def separated(picture: Image, *, black: float, start: float, gain: float) -> list[Image]:
    """Coverage uint8 [h, w], 0 to 255, of cyan, magenta, yellow and black.

    Args:
        picture: BGR.
        black: share of the grey that is printed with black ink.
        start: how dark a grey must be, 0 to 1, before there is black in it.
        gain: by how much a half-covered area grows on paper, as a share of the paper.
    """
    amounts = ink_amounts(picture)
    # What one layer of black is worth in cyan, magenta and yellow.
    worth = np.asarray(-np.log(np.array(INKS[3])) @ np.linalg.inv(_densities(INKS)), dtype=np.float32)
    planes = cv2.split(amounts)
    common = cv2.min(cv2.min(planes[0] / worth[0], planes[1] / worth[1]), planes[2] / worth[2])
    grey = np.maximum(common - np.float32(start), 0) * np.float32(black / (1 - start))
    rests = [plane - grey * worth[index] for index, plane in enumerate(planes)]
    mains = [INKS[index][channel] for index, channel in enumerate(MAIN_CHANNEL)] + [INKS[3][0]]
    return [_covered(plane, main, gain) for plane, main in zip([*rests, grey], mains, strict=True)]


def laid_on(paper: Image, layers: Sequence[Image], inks: Sequence[Colour], *, even: bool = False) -> Image:
    """Layers of ink, uint8 [h, w], on paper [h, w, 3]: each lets through its own light.

    A layer is coverage, 255 for full; or, where the ink lies `even`, an amount, 255 for MOST_INK layers.
    """
    channels, steps = list(cv2.split(paper)), np.arange(256) / 255
    for layer, ink in zip(layers, inks, strict=True):
        for channel in range(3):
            left = 255 * ink[channel] ** (steps * MOST_INK) if even else 255 * (1 - steps * (1 - ink[channel]))
            passed = cv2.LUT(layer, np.rint(left).astype(np.uint8))
            channels[channel] = cv2.multiply(channels[channel], passed, scale=1 / 255)
    return np.asarray(cv2.merge(channels), dtype=np.uint8)


def draw_paper(shape: tuple[int, ...], rng: np.random.Generator) -> Image:
    """Unprinted paper [h, w, 3]: its white and its fibres."""
    height, width = shape[:2]
    white = rng.uniform((244, 246, 247), 255)
    fibres = rng.standard_normal((height // 2 + 1, width // 2 + 1), dtype=np.float32)
    fibres = cv2.GaussianBlur(fibres, (0, 0), 0.9) * np.float32(rng.uniform(1.0, 3.5))
    sheet = cv2.resize(np.clip(128 + fibres, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    steps = np.arange(256, dtype=np.float64)[:, None] - 128 + white
    return np.asarray(cv2.LUT(cv2.merge([sheet] * 3), np.clip(np.rint(steps), 0, 255).astype(np.uint8)[None]), np.uint8)


def finer(plane: Image, shift: tuple[float, float] = (0.0, 0.0)) -> Image:
    """A plane at FINENESS times its size, moved right and down by `shift` fine samples."""
    half = (FINENESS - 1) / 2
    matrix = np.array([[FINENESS, 0, half + shift[0]], [0, FINENESS, half + shift[1]]], np.float64)
    size = (plane.shape[1] * FINENESS, plane.shape[0] * FINENESS)
    return np.asarray(
        cv2.warpAffine(plane, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def spread(image: Image, ppi: float, sigma_mm: float) -> Image:
    """A print, FINENESS times as fine as `ppi`, as paper spreads its light and ink."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(0.3, sigma_mm * ppi * FINENESS / 25.4)), dtype=np.uint8)


def clouds(shape: tuple[int, ...], cell: float, rng: np.random.Generator) -> Plane:
    """Smooth noise float32 [h, w] of unit strength, in patches of about `cell` samples."""
    height, width = shape[:2]
    grid = rng.standard_normal((int(height / cell) + 2, int(width / cell) + 2), dtype=np.float32)
    return np.asarray(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def _densities(inks: Sequence[Colour]) -> npt.NDArray[np.float64]:
    """Natural densities [3, 3] of full layers of cyan, magenta and yellow in blue, green and red."""
    return np.asarray(-np.log(np.array(inks[:3])), dtype=np.float64)


def _covered(amount: Plane, main: float, gain: float) -> Image:
    """Coverage uint8 that lets as much of the ink's main colour through as that many even layers, with dot gain."""
    left = cv2.exp(amount * np.float32(np.log(main)))
    share = np.clip((1 - left) * (255 / (1 - main)), 0, 255).astype(np.uint8)
    steps = np.arange(256) / 255
    grown = np.clip(steps + 4 * gain * steps * (1 - steps), 0, 1)
    return np.asarray(cv2.LUT(share, np.rint(255 * grown).astype(np.uint8)), dtype=np.uint8)
