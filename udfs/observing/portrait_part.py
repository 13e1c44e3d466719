"""Part `portrait`: where the holder's photograph is on the card."""

from collections.abc import Sequence

from udfs.images.portraits import Box, find_portrait
from udfs.observing.look import Look, Opened
from udfs.reading.lines import moved_box


def look_for_portraits(looks: Sequence[Look], opened: Opened) -> None:
    """Find each card's portrait; a picture that shows no card is searched whole, as a selfie is."""
    del opened
    for look in looks:
        if look.card is None:
            look.skipped["portrait"] = "no card was looked for"
            continue
        seen = find_portrait(look.card.image, _printed(look))
        if seen is None:
            look.parts["portrait"] = {"found": False, "confidence": 0.0, "box": None}
            continue
        look.portrait = seen.box
        x0, y0, x1, y1 = (float(value) for value in seen.box)
        box = moved_box((x0, y0, x1, y1), look.card.to_image)
        look.parts["portrait"] = {"found": True, "confidence": seen.confidence, "box": list(box)}


def _printed(look: Look) -> list[Box]:
    """Boxes that are known to hold no face, in pixels of the flat card."""
    if look.reading is None:
        return []
    barcode = look.reading.barcode
    return [*(line.box for line in look.reading.lines), *([barcode.box] if barcode is not None and barcode.box else [])]
