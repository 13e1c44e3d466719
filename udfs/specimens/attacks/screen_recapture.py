"""The page shown on a screen and photographed: stripes of three colours, dark rows between pixels, refresh bands."""

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.attacks.canvas import Canvas
from udfs.specimens.rendered import Image, Rendered

Plane = npt.NDArray[np.float32]

SCENE_GAMMA = 2.2
PIXELS_ACROSS = (480, 1250)
# Each screen pixel is three stripes wide and three rows high.
PITCH = 3


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(canvas: Canvas, rng: np.random.Generator) -> Attacked:
    """The page on a screen, three samples a screen pixel, so that the camera makes its own moire of them."""
    page = canvas.page
    across = int(rng.integers(*PIXELS_ACROSS))
    down = round(across * page.image.shape[0] / page.image.shape[1])
    shown = cv2.resize(page.image, (across, down), interpolation=cv2.INTER_AREA)
    linear = _black_level(((np.arange(256) / 255) ** SCENE_GAMMA).astype(np.float32), rng)[shown]
    linear = linear * np.array([rng.uniform(0.98, 1.1), 1.0, rng.uniform(0.88, 1.0)], np.float32)
    fine = np.repeat(np.repeat(linear, PITCH, axis=0), PITCH, axis=1)
    depth = float(rng.uniform(0.14, 0.3))
    fine *= _stripes(fine.shape[1], depth)[None]
    fine *= (_rows(fine.shape[0], depth / 2) * _refresh(fine.shape[0], rng))[:, None, None]
    return Attacked(_grey_levels(fine), np.ones(page.image.shape[:2], dtype=np.bool_), ("page",))


def _black_level(curve: Plane, rng: np.random.Generator) -> Plane:
    """A screen's black is not black."""
    black = np.float32(rng.uniform(0.004, 0.03))
    return np.asarray(black + (1 - black) * curve, dtype=np.float32)


def _stripes(width: int, depth: float) -> Plane:
    """Gain [w, 3] of blue, green and red: each colour shines from its own third of a pixel; the mean stays 1."""
    place = np.arange(width) % PITCH
    own = np.stack([place == 2, place == 1, place == 0], axis=1)
    return np.where(own, 1 + 2 * depth, 1 - depth).astype(np.float32)


def _rows(height: int, depth: float) -> Plane:
    """Gain [h] of the dark line below each pixel; the mean stays 1."""
    return np.where(np.arange(height) % PITCH == 2, 1 - 2 * depth, 1 + depth).astype(np.float32)


def _refresh(height: int, rng: np.random.Generator) -> Plane:
    """Gain [h] of the bands that a rolling shutter makes of the backlight's pulses."""
    bands, strength = float(rng.uniform(1.5, 7)), float(rng.uniform(0.02, 0.10))
    phase = float(rng.uniform(0, 2 * np.pi))
    return (1 + strength * np.sin(np.linspace(0, 2 * np.pi * bands, height) + phase)).astype(np.float32)


def _grey_levels(linear: Plane) -> Image:
    """Linear light back to 8 bit, exposed so that the brightest stripe of white just fits."""
    level = np.clip(linear / np.float32(1.5), 0, 1)
    curve = np.rint(255 * (np.arange(4096) / 4095) ** (1 / SCENE_GAMMA)).astype(np.uint8)
    return np.asarray(curve[(level * 4095).astype(np.uint16)], dtype=np.uint8)
