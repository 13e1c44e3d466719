"""The null attack: an editor's whole path over a field, changing nothing."""

import numpy as np

from udfs.specimens.attacks.attacked import Attacked, altered, fields_to_change, unaltered, whole_box
from udfs.specimens.rendered import Rendered


def applies(page: Rendered) -> bool:
    """On every page with a field."""
    return bool(fields_to_change(page))


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """Cut a field out, convert, put it back where it was."""
    if not applies(page):
        return unaltered(page)
    name = str(rng.choice(fields_to_change(page)))
    x0, y0, x1, y1 = whole_box(page, page.zones[name], 4)
    image = page.image.copy()
    cut = image[y0:y1, x0:x1].astype(np.float32)
    image[y0:y1, x0:x1] = np.clip(np.rint(cut), 0, 255).astype(np.uint8)
    return altered(page, image, ())
