"""The page on a telephone's OLED: diamonds of RGBG, a green in each pixel and red and blue in every other one."""

import numpy as np

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.attacks.screens import WIDEST, Mosaic, Plane, balanced, on_screen, pixels_across
from udfs.specimens.rendered import Rendered

PIXELS_PER_INCH = (220.0, 500.0)
PITCH = 4  # samples a screen pixel, so that a subpixel is two or three
# Which samples of a 3 x 3 spot a diamond of red or blue fills.
DIAMOND = np.array([[0.4, 1.0, 0.4], [1.0, 1.0, 1.0], [0.4, 1.0, 0.4]], np.float32)


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """The page on a drawn telephone, fine enough that the camera makes its own moire of it."""
    across = pixels_across(page, float(rng.uniform(*PIXELS_PER_INCH)), WIDEST // PITCH, rng)
    mosaic = np.ascontiguousarray(np.rot90(diamonds(), int(rng.integers(4))))
    return on_screen(page, across, Mosaic(mosaic, PITCH, float(rng.uniform(0.35, 0.75))), rng)


def diamonds() -> Plane:
    """Two by two pixels [8, 8, 3] (BGR): greens at the pixels' corners, red and blue between them in turn."""
    mosaic = np.zeros((2 * PITCH, 2 * PITCH, 3), np.float32)
    for row in range(2):
        for column in range(2):
            top, left = row * PITCH, column * PITCH
            mosaic[top : top + 2, left : left + 2, 1] = 1
            channel = 2 if (row + column) % 2 == 0 else 0
            spot = mosaic[top + 1 : top + 4, left + 1 : left + 4, channel]
            spot += DIAMOND
    return balanced(mosaic)
