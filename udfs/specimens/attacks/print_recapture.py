"""The page printed and photographed again: an offset or laser halftone, or an inkjet's scattered dots."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.attacks.canvas import Canvas
from udfs.specimens.rendered import Image, Rendered

Plane = npt.NDArray[np.float32]

FINENESS = 2
CARD_WIDTH_INCHES, PAGE_WIDTH_INCHES, CARD_RATIO = 3.37, 4.92, 1.5
# Screen angles of cyan, magenta, yellow and black that keep their rosette small.
ANGLES = (15.0, 75.0, 0.0, 45.0)
# BGR light left by a full layer of each ink.
INKS = ((0.86, 0.62, 0.10), (0.45, 0.16, 0.86), (0.12, 0.90, 0.97), (0.10, 0.10, 0.10))
GREY_REMOVED = 0.6
TILE = 256


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(canvas: Canvas, rng: np.random.Generator) -> Attacked:
    """A reprint of the whole page, twice as fine as the page so that the camera sees single dots."""
    page = canvas.page
    finer = cv2.resize(page.image, None, fx=FINENESS, fy=FINENESS, interpolation=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(finer, (0, 0), float(rng.uniform(0.6, 1.4)))
    inks = _separated(np.asarray(soft, dtype=np.uint8))
    if rng.random() < 0.6:
        cell = finer.shape[1] / _inches(page) / float(rng.uniform(85, 200))
        layers = [_am_dots(ink, cell, angle) for ink, angle in zip(inks, ANGLES, strict=True)]
    else:
        layers = [_fm_dots(ink, rng) for ink in inks]
    paper = np.array([rng.uniform(0.90, 1.0), rng.uniform(0.93, 1.0), rng.uniform(0.94, 1.0)], np.float32)
    image = _printed(layers, paper, float(rng.uniform(0.7, 1.1)))
    return Attacked(image, np.ones(page.image.shape[:2], dtype=np.bool_), ("page",))


def _inches(page: Rendered) -> float:
    """Width of the real document: an ID-1 card or a passport page."""
    height, width = page.image.shape[:2]
    return CARD_WIDTH_INCHES if width / height > CARD_RATIO else PAGE_WIDTH_INCHES


def _separated(image: Image) -> list[Plane]:
    """Cyan, magenta, yellow and black coverage [h, w] in 0 to 1, part of the grey moved into black."""
    yellow, magenta, cyan = (1 - plane.astype(np.float32) / np.float32(255) for plane in cv2.split(image))
    black: Plane = np.float32(GREY_REMOVED) * np.minimum(np.minimum(yellow, magenta), cyan)
    left = np.maximum(1 - black, np.float32(0.05))
    rests = (np.clip((plane - black) / left, 0, 1) for plane in (cyan, magenta, yellow))
    return [*(np.asarray(rest, dtype=np.float32) for rest in rests), black]


def _am_dots(ink: Plane, cell: float, angle: float) -> Plane:
    """Clustered dots on a turned grid of `cell` px: a dot grows with the coverage."""
    turn, height, width = np.deg2rad(angle), ink.shape[0], ink.shape[1]
    wave = 2 * np.pi / cell
    along = _wave(height, width, wave * np.sin(turn), wave * np.cos(turn))
    across = _wave(height, width, wave * np.cos(turn), -wave * np.sin(turn))
    # The sum of two cosines lies in -2 to 2; here as a threshold in 0 to 1.
    level = 0.5 + 0.25 * (along + across)
    return np.asarray(np.clip((ink - level) * cell * 0.8 + 0.5, 0, 1), dtype=np.float32)


def _wave(height: int, width: int, down: float, across: float) -> Plane:
    """cos(down*y + across*x) [h, w] as one outer product of phases."""
    rows = np.exp(1j * down * np.arange(height)).astype(np.complex64)
    columns = np.exp(1j * across * np.arange(width)).astype(np.complex64)
    real = np.outer(rows.real, columns.real) - np.outer(rows.imag, columns.imag)
    return np.asarray(real, dtype=np.float32)


def _fm_dots(ink: Plane, rng: np.random.Generator) -> Plane:
    """Scattered dots of one size: a threshold by a tile of blue noise, moved for each ink."""
    tile = np.roll(_blue_noise(), (int(rng.integers(TILE)), int(rng.integers(TILE))), axis=(0, 1))
    repeats = (ink.shape[0] // TILE + 1, ink.shape[1] // TILE + 1)
    threshold = np.tile(tile, repeats)[: ink.shape[0], : ink.shape[1]]
    return np.asarray(np.clip((ink - threshold) * 8 + 0.5, 0, 1), dtype=np.float32)


@lru_cache(maxsize=1)
def _blue_noise() -> Plane:
    """A tile [256, 256] of thresholds, even in 0 to 1, without low frequencies."""
    white = np.random.default_rng(0).standard_normal((TILE, TILE))
    spectrum = np.fft.fft2(white)
    frequency = np.hypot(np.fft.fftfreq(TILE)[:, None], np.fft.fftfreq(TILE)[None, :])
    blue = np.fft.ifft2(spectrum * frequency**1.5).real
    ranks = np.argsort(np.argsort(blue, axis=None)).reshape(TILE, TILE)
    return np.asarray((ranks + 0.5) / TILE**2, dtype=np.float32)


def _printed(layers: list[Plane], paper: npt.NDArray[np.float32], spread: float) -> Image:
    """BGR of the inks on the paper, the dots run together a little."""
    planes = []
    for channel in range(3):
        light = np.full(layers[0].shape, paper[channel], np.float32)
        for layer, ink in zip(layers, INKS, strict=True):
            light *= 1 - layer * np.float32(1 - ink[channel])
        planes.append(np.rint(255 * light).astype(np.uint8))
    image = cv2.merge(planes)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), spread), dtype=np.uint8)
