"""Part `card`: where the card lies, which way up, and the card laid flat for the parts that follow."""

from collections.abc import Sequence

import numpy as np

from udfs.images.rectify import rectify, side_lengths
from udfs.nets.corners import Corners, find_corners
from udfs.observing.look import Floats, Look, Opened


def look_at_card(looks: Sequence[Look], opened: Opened) -> None:
    """Find each card; where no edge shows, the whole frame stands for it, and `found` says so."""
    seen = find_corners(opened.nets.corners, [look.image for look in looks])
    for look, corners in zip(looks, seen, strict=True):
        turns = quarter_turns(corners.points)
        look.found = corners.found
        look.corners = corners.points if corners.found else np.roll(frame(look), -turns, axis=0)
        look.card = rectify(look.image, look.corners, opened.settings.card_width)
        look.parts["card"] = _answer(corners, look.corners, turns)


def _answer(seen: Corners, corners: Floats, turns: int) -> dict[str, object]:
    return {
        "found": seen.found,
        "confidence": seen.confidence,
        "corners": [float(value) for value in corners.ravel()],
        "width_px": side_lengths(corners)[0],
        "quarter_turns": turns,
    }


def frame(look: Look) -> Floats:
    """Corners of the whole picture, clockwise from its top left."""
    height, width = look.image.shape[:2]
    return np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float32)


def quarter_turns(corners: Floats) -> int:
    """Clockwise quarter turns, 0 to 3, by which the card lies turned in its picture."""
    along = corners[1] - corners[0] + corners[2] - corners[3]
    return int(np.round(np.degrees(np.arctan2(float(along[1]), float(along[0]))) / 90)) % 4
