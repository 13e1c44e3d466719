"""Part `plate`: the card as a small lossless picture."""

from collections.abc import Sequence

from udfs.images.rectify import plate_of, side_lengths
from udfs.observing.look import Look, Opened


def make_plates(looks: Sequence[Look], opened: Opened) -> None:
    """Make each card's plate, unless that would have to be grown."""
    width = opened.settings.plate_width
    for look in looks:
        if look.corners is None or not look.is_card:
            look.skipped["plate"] = "no card"
        elif side_lengths(look.corners)[0] < width:
            look.skipped["plate"] = f"card narrower than {width} px"
        else:
            plate = plate_of(look.image, look.corners, width)
            look.plate = {
                "fingerprint": opened.fingerprints["plate"],
                "width": plate.width,
                "height": plate.height,
                "luma": plate.luma,
                "reference": None,
            }
