"""The page on a monitor, laptop or tablet: stripes of red, green and blue, with dark rows between pixels."""

import numpy as np

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.attacks.screens import WIDEST, Mosaic, Plane, balanced, on_screen, pixels_across
from udfs.specimens.rendered import Rendered

PIXELS_PER_INCH = (90.0, 500.0)
PITCH = 3  # samples a screen pixel, so that each stripe is one


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """The page on a drawn screen, fine enough that the camera makes its own moire of it."""
    low, high = np.log(PIXELS_PER_INCH)
    across = pixels_across(page, float(np.exp(rng.uniform(low, high))), WIDEST // PITCH, rng)
    mosaic = stripes(float(rng.uniform(0.1, 0.6)), reverse=bool(rng.random() < 0.15))
    return on_screen(page, across, Mosaic(mosaic, PITCH, float(rng.uniform(0.35, 0.75))), rng)


def stripes(gap: float, *, reverse: bool) -> Plane:
    """One pixel [3, 3, 3] (BGR): each colour in its own column, from red to blue or reversed; the last row dimmer."""
    mosaic = np.zeros((PITCH, PITCH, 3), np.float32)
    for column, channel in enumerate((0, 1, 2) if reverse else (2, 1, 0)):
        mosaic[:, column, channel] = 1
    mosaic[-1] *= 1 - gap
    return balanced(mosaic)
