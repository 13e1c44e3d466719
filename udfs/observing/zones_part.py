"""Part `zones`: the residuals of each read place and of the portrait, to be held against the design's other cards."""

from collections.abc import Sequence

from udfs.forensics.zone_marks import zone_marks
from udfs.observing.look import RENDERED, Look, Opened
from udfs.reading.lines import moved_box

PORTRAIT = "portrait"


def look_at_zones(looks: Sequence[Look], opened: Opened) -> None:
    """Measure each document's places on the picture's own pixels, never resized."""
    del opened
    for look in looks:
        if look.rendered:
            look.skipped["zones"] = RENDERED
            continue
        places = look.places()
        if look.portrait is not None and look.card is not None:
            x0, y0, x1, y1 = (float(edge) for edge in look.portrait)
            places[PORTRAIT] = moved_box((x0, y0, x1, y1), look.card.to_image)
        look.parts["zones"] = {"marks": zone_marks(look.image, places)}
