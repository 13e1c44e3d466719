"""Something printed made to vanish: characters of a field, the whole of it, or the signature."""

import numpy as np

from udfs.specimens.attacks.after_edits import hidden
from udfs.specimens.attacks.attacked import Attacked, altered, fields_to_change, unaltered
from udfs.specimens.attacks.canvas import Canvas, whole_box
from udfs.specimens.attacks.erasing import erased, filled
from udfs.specimens.rendered import Rendered

BESIDE = ("signature", "issue_date", "address", "categories")  # zones of which a forger may want nothing to be left
WHOLE = 0.5  # share of fields that vanish altogether


def applies(page: Rendered) -> bool:
    """On every page with something personal on it."""
    return bool(_zones(page))


def apply(canvas: Canvas, rng: np.random.Generator) -> Attacked:
    """Remove a field, some of its characters, or the signature, and show ground instead."""
    names = _zones(canvas.page)
    if not names:
        return unaltered(canvas)
    name = str(rng.choice(names))
    x0, y0, x1, y1 = whole_box(canvas.page, canvas.page.zones[name], 3)
    if rng.random() >= WHOLE:
        width = int((x1 - x0) * rng.uniform(0.2, 0.6))
        x0 += int(rng.integers(0, x1 - x0 - width + 1))
        x1 = x0 + width
    box = (x0, y0, x1, y1)
    image = erased(canvas, box, rng) if rng.random() < 0.5 else filled(canvas, canvas.box_region(box), rng)
    return altered(canvas, hidden(canvas.image, image, rng), (name,))


def _zones(page: Rendered) -> list[str]:
    """What may vanish, in a fixed order."""
    return [*fields_to_change(page), *(name for name in BESIDE if name in page.zones)]
