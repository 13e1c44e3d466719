"""Where the machine readable zone is looked for: among the lines read, then where rows of one length stand."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from udfs.nets.mrz import MrzNet
from udfs.reading.detector import Image
from udfs.reading.lines import TextLine, moved_box
from udfs.reading.mrz import best_mrz
from udfs.reading.mrz_band import Points, propose_zones
from udfs.reading.mrz_fitting import rows_of
from udfs.reading.mrz_layouts import FILLER
from udfs.reading.mrz_parsing import Mrz
from udfs.reading.mrz_zone import read_bands, read_zones

Matrix = npt.NDArray[np.float64]

# Where on a card rows are proposed that the text reader did not find: an MRZ stands at the foot.
FOOT = 0.5
# What was not found as text must show by so many check digits that it is a machine readable zone.
PROVEN = 2
CHECKED = {"number": "number", "birth": "birth_date", "expiry": "expiry_date"}
# A photograph with a longer side, in pixels, is searched in a reduced copy: four of a large one are too much memory.
MOST_SIDE = 3_000
TURNS = (None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE)


def find_on_card(net: MrzNet | None, card: Image, lines: Sequence[TextLine]) -> Mrz | None:
    """Find the zone of an upright card (BGR uint8), boxes in its pixels, given the lines read on it."""
    rows = rows_of(lines)
    mrz = best_mrz(rows if net is None else read_zones(net, card, rows))
    if mrz is not None or net is None:
        return mrz
    top = round(FOOT * card.shape[0])
    down = np.array([0, top], np.float32)
    return _proven(net, card, [[quad + down for quad in zone] for zone in propose_zones(card[top:])])


def find_on_photo(net: MrzNet, photo: Image, to_card: Matrix) -> Mrz | None:
    """Find a zone anywhere on a photograph, whichever quarter turn it stands in.

    Args:
        net: the line net.
        photo: BGR uint8 [h, w, 3].
        to_card: float64 [3, 3], the homography from its pixels to those that boxes are given in.
    """
    scale = min(1.0, MOST_SIDE / max(photo.shape[:2]))
    if scale < 1:
        photo = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
        to_card = to_card @ np.diag([1 / scale, 1 / scale, 1.0])
    for turn in TURNS:
        turned = photo if turn is None else np.asarray(cv2.rotate(photo, turn), np.uint8)
        mrz = _proven(net, turned, propose_zones(turned))
        if mrz is not None:
            return _moved(mrz, to_card @ turned_back(turn, photo.shape))
    return None


def turned_back(turn: int | None, shape: tuple[int, ...]) -> Matrix:
    """The homography [3, 3] from a turned picture's pixels to those of the picture of `shape` (h, w) before."""
    right, foot = shape[1] - 1, shape[0] - 1
    back = {
        None: [[1, 0, 0], [0, 1, 0]],
        cv2.ROTATE_90_CLOCKWISE: [[0, 1, 0], [-1, 0, foot]],
        cv2.ROTATE_180: [[-1, 0, right], [0, -1, foot]],
        cv2.ROTATE_90_COUNTERCLOCKWISE: [[0, -1, right], [1, 0, 0]],
    }
    return np.array([*back[turn], [0, 0, 1]], np.float64)


def _proven(net: MrzNet, image: Image, zones: Sequence[Sequence[Points]]) -> Mrz | None:
    """Give the first proposed zone that is one by its check digits."""
    for zone in zones:
        mrz = best_mrz(read_bands(net, image, zone))
        if mrz is not None and _proofs(mrz) >= PROVEN:
            return mrz
    return None


def _proofs(mrz: Mrz) -> int:
    """Check digits that hold over something written: one of a field of fillers says nothing."""
    written = {check: mrz.fields[name].raw.strip(FILLER) for check, name in CHECKED.items() if name in mrz.fields}
    return sum(mrz.checks[check] is True and bool(text) for check, text in written.items())


def _moved(mrz: Mrz, to_card: Matrix) -> Mrz:
    fields = {
        name: replace(field, box=moved_box(field.box, to_card) if field.box is not None else None)
        for name, field in mrz.fields.items()
    }
    return replace(mrz, boxes=tuple(moved_box(box, to_card) for box in mrz.boxes), fields=fields)
