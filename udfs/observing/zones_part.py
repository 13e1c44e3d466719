"""Part `zones`: the residuals of each read place and of the portrait, to be held against the design's other cards."""

from collections.abc import Sequence

from udfs.forensics.zone_marks import zone_marks
from udfs.observing.look import RENDERED, Look, Opened
from udfs.reading.lines import moved_box

PORTRAIT = "portrait"
PARTS_OF_ROWS = "mrz."  # fields of the machine readable zone lie in its rows
ROWS = "mrz.mrz_line_"


def look_at_zones(looks: Sequence[Look], opened: Opened) -> None:
    """Measure each document's places on the picture's own pixels, never resized."""
    del opened
    for look in looks:
        if look.rendered:
            look.skipped["zones"] = RENDERED
            continue
        places = {name: box for name, box in look.places().items() if _is_place(name)}
        if look.portrait is not None and look.card is not None:
            x0, y0, x1, y1 = (float(edge) for edge in look.portrait)
            places[PORTRAIT] = moved_box((x0, y0, x1, y1), look.card.to_image)
        look.parts["zones"] = {"marks": zone_marks(look.image, places)}


def _is_place(name: str) -> bool:
    """Whether a read field is a place of its own: the more places, the odder the oddest of a genuine card."""
    return name.startswith(ROWS) or not name.startswith(PARTS_OF_ROWS)
