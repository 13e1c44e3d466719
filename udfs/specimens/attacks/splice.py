"""A field cut out of a photograph of another card of the same design."""

from datetime import date

import cv2
import numpy as np

from udfs.specimens.attacks.after_edits import hidden
from udfs.specimens.attacks.attacked import Attacked, altered, fields_to_change, unaltered
from udfs.specimens.attacks.canvas import Canvas, blended, whole_box
from udfs.specimens.attacks.tones import toned
from udfs.specimens.camera import draw_camera, photograph
from udfs.specimens.issuers import DESIGNS, find_design
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Image, Rendered


def applies(page: Rendered) -> bool:
    """On catalogue designs with a field: the other card is drawn from the catalogue."""
    return bool(fields_to_change(page)) and any(design.design_id == page.design for design in DESIGNS)


def apply(canvas: Canvas, rng: np.random.Generator) -> Attacked:
    """Lay a field of another person's card, with that card's own capture on it, over this one's."""
    page = canvas.page
    if not applies(page):
        return unaltered(canvas)
    design = find_design(page.design)
    person = draw_person(rng, nationality=page.values.get("nationality"))
    donor = render(design, person, draw_papers(person, design, date(2026, 1, 1), rng))
    name = str(rng.choice([field for field in fields_to_change(page) if field in donor.zones]))
    x0, y0, x1, y1 = _union(whole_box(page, page.zones[name], 4), whole_box(page, donor.zones[name], 4))
    shown, weight = canvas.rectified(), np.zeros(page.image.shape[:2], np.float32)
    sheet = shown.astype(np.float32)
    piece = _captured(donor.image, rng)[y0:y1, x0:x1]
    sheet[y0:y1, x0:x1] = toned(piece, shown[y0:y1, x0:x1], rng)
    weight[y0:y1, x0:x1] = 1
    laid = blended(canvas.image, canvas.onto(sheet), canvas.onto(weight))
    return altered(canvas, hidden(canvas.image, laid, rng), (name,))


def _union(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The smallest box that holds both."""
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])


def _captured(card: Image, rng: np.random.Generator) -> Image:
    """A card in a photograph of its own, compressed, and laid flat again at its own size."""
    photo = photograph(card, draw_camera(rng))
    _, data = cv2.imencode(".jpg", photo.image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 93))])
    back = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpPerspective(back, photo.homography, card.shape[1::-1], flags=how), dtype=np.uint8)
