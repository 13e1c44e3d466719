"""A portrait or a page as a small decoder gives it back: what a generated picture shares with its source and loses."""

from functools import partial

import numpy as np

from udfs.specimens.attacks.attacked import Attack, Attacked, altered, unaltered
from udfs.specimens.attacks.canvas import Canvas, redrawn, whole_box
from udfs.specimens.attacks.decoders import DECODERS, Decode
from udfs.specimens.rendered import Rendered

PORTRAITS = 0.7  # share of attacks that leave the rest of the page alone


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(decode: Decode, canvas: Canvas, rng: np.random.Generator) -> Attacked:
    """The portrait, where there is one, or else the whole page, through a decoder."""
    page = canvas.page
    zone = "portrait" if "portrait" in page.zones and rng.random() < PORTRAITS else "page"
    height, width = page.image.shape[:2]
    box = whole_box(page, page.zones[zone], 0) if zone == "portrait" else (0, 0, width, height)
    attacked = altered(canvas, redrawn(canvas, box, lambda image: decode(image, rng)), (zone,))
    return attacked if attacked.mask.any() else unaltered(canvas)


ATTACKS = {
    f"generated_{name}": Attack("generated", partial(apply, decode), applies) for name, decode in DECODERS.items()
}
