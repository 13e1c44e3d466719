"""A field cut out of a photograph of another card of the same design."""

from datetime import date

import cv2
import numpy as np

from udfs.specimens.attacks.attacked import Attacked, altered, fields_to_change, unaltered, whole_box
from udfs.specimens.issuers import DESIGNS, find_design
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Image, Rendered


def applies(page: Rendered) -> bool:
    """On catalogue designs with a field: the other card is drawn from the catalogue."""
    return bool(fields_to_change(page)) and any(design.design_id == page.design for design in DESIGNS)


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """Lay a field of another person's card, with that card's own capture on it, over this one's."""
    if not applies(page):
        return unaltered(page)
    design = find_design(page.design)
    person = draw_person(rng, nationality=page.values.get("nationality"))
    donor = render(design, person, draw_papers(person, design, date(2026, 1, 1), rng))
    name = str(rng.choice([field for field in fields_to_change(page) if field in donor.zones]))
    x0, y0, x1, y1 = _union(whole_box(page, page.zones[name], 4), whole_box(page, donor.zones[name], 4))
    image = page.image.copy()
    image[y0:y1, x0:x1] = _captured(donor.image, rng)[y0:y1, x0:x1]
    return altered(page, image, (name,))


def _union(first: tuple[int, int, int, int], second: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The smallest box that holds both."""
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])


def _captured(card: Image, rng: np.random.Generator) -> Image:
    """A card after a scan of its own: resampled, a little grainy, compressed."""
    scale = float(rng.uniform(0.75, 1.3))
    small = cv2.resize(card, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    grainy = np.clip(np.rint(small + rng.normal(0, 1.5, small.shape[:2])[..., None]), 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", grainy, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 93))])
    back = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.asarray(cv2.resize(back, card.shape[1::-1], interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
