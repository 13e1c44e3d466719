"""The page from a black-and-white copier or a fax: one toner, its levels, its grain, dust on the glass and streaks."""

from typing import Literal

import cv2
import numpy as np

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.attacks.halftone import Screening, dots
from udfs.specimens.attacks.inkjet import drop_pattern
from udfs.specimens.attacks.printing import FINENESS, Plane, clouds, draw_paper, finer, laid_on, spread
from udfs.specimens.attacks.recapture import pixels_per_inch, whole_page
from udfs.specimens.rendered import Image, Rendered

Process = Literal["line_screen", "scattered", "fax"]

TONER = ((0.09, 0.09, 0.09),)
SCREEN_LINES = (106.0, 150.0)
SCATTERED_DPI, FAX_DPI = (600, 600), (204, 196)
SPREAD_MM = (0.02, 0.04)
SPECKS = (20, 200)


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """A copy of the whole page by a drawn machine."""
    return whole_page(page, printed(page.image, pixels_per_inch(page), rng), rng, neutral=True)


def printed(picture: Image, ppi: float, rng: np.random.Generator) -> Image:
    """The picture as a drawn copier gives it, FINENESS times as fine, grey on white."""
    process: Process = ("line_screen", "scattered", "fax")[int(rng.choice(3, p=[0.45, 0.4, 0.15]))]
    dark = _scanned(picture, rng)
    shape = (picture.shape[0] * FINENESS, picture.shape[1] * FINENESS)
    grain = clouds(shape, 1.6, rng)
    if process == "line_screen":
        cell = ppi * FINENESS / float(rng.uniform(*SCREEN_LINES))
        screening = Screening(cell, (45.0,), str(rng.choice(["line", "round"])), float(rng.uniform(0.5, 0.9)), 0.0)
        toner = dots(finer(dark), screening, 45 + float(rng.normal(0, 1)), grain * np.float32(rng.uniform(0.03, 0.1)))
    else:
        toner = _scattered(dark, ppi, SCATTERED_DPI if process == "scattered" else FAX_DPI, rng)
    mottle = 1 - np.clip(grain * np.float32(rng.uniform(0.02, 0.12)) + 0.04, 0, 1)
    toner = np.asarray(cv2.multiply(toner, mottle, dtype=cv2.CV_8U), dtype=np.uint8)
    return spread(laid_on(draw_paper(shape, rng), [toner], TONER), ppi, float(rng.uniform(*SPREAD_MM)))


def _scanned(picture: Image, rng: np.random.Generator) -> Image:
    """How dark the machine sees the page, uint8 [h, w]: its levels, dust on the glass, streaks down the page."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    soft = cv2.GaussianBlur(grey, (0, 0), float(rng.uniform(0.5, 0.9)))
    sharp = soft + float(rng.uniform(0.2, 1.0)) * (soft - cv2.GaussianBlur(soft, (0, 0), 1.5))
    white, black = float(rng.uniform(235, 258)), float(rng.uniform(10, 45))
    dark = 255 * np.clip((white - sharp) / (white - black), 0, 1) ** float(rng.uniform(0.85, 1.3))
    marked = dark * (1 + _streaks(picture.shape[1], rng)) + 255 * _streaks(picture.shape[1], rng) * 0.15
    copied = np.clip(marked, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(*SPECKS))):
        x, y = (int(rng.integers(side)) for side in copied.shape[::-1])
        cv2.circle(copied, (x * 4, y * 4), int(rng.integers(1, 6)), int(rng.integers(90, 256)), -1, cv2.LINE_AA, 2)
    return copied


def _streaks(width: int, rng: np.random.Generator) -> Plane:
    """What each column gains or loses, [1, w]: a faint unevenness of the lamp and a few thin lines."""
    streaks = float(rng.uniform(0.003, 0.015)) * rng.standard_normal(width).astype(np.float32)
    for _ in range(int(rng.poisson(1.2))):
        place, thick = int(rng.integers(width)), int(rng.integers(1, 3))
        streaks[place : place + thick] += float(rng.uniform(-0.25, 0.35))
    return np.asarray(streaks[None], dtype=np.float32)


def _scattered(dark: Image, ppi: float, dpi: tuple[int, int], rng: np.random.Generator) -> Image:
    """Toner as single dots on the machine's grid, coverage uint8 at the fine size."""
    grid = (round(dark.shape[1] * dpi[0] / ppi), round(dark.shape[0] * dpi[1] / ppi))
    reduce = dpi[0] < ppi
    asked = cv2.resize(dark, grid, interpolation=cv2.INTER_AREA if reduce else cv2.INTER_LINEAR)
    drops = drop_pattern(np.asarray(asked, dtype=np.uint8), rng)
    size = (dark.shape[1] * FINENESS, dark.shape[0] * FINENESS)
    return np.asarray(cv2.resize(drops, size, interpolation=cv2.INTER_NEAREST if reduce else cv2.INTER_AREA), np.uint8)
