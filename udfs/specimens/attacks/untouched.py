"""The null attack: an editor's whole path over a field, changing nothing."""

import numpy as np

from udfs.specimens.attacks.after_edits import hidden
from udfs.specimens.attacks.attacked import Attacked, altered, fields_to_change, unaltered
from udfs.specimens.attacks.canvas import Canvas, blended, whole_box
from udfs.specimens.rendered import Rendered


def applies(page: Rendered) -> bool:
    """On every page with a field."""
    return bool(fields_to_change(page))


def apply(canvas: Canvas, rng: np.random.Generator) -> Attacked:
    """Cut a field out, convert it, put it back where it was."""
    if not applies(canvas.page):
        return unaltered(canvas)
    name = str(rng.choice(fields_to_change(canvas.page)))
    place = canvas.box_region(whole_box(canvas.page, canvas.page.zones[name], 4))
    image = blended(canvas.image, canvas.image.astype("float32"), place.astype("float32"))
    return altered(canvas, hidden(canvas.image, image, rng), ())
