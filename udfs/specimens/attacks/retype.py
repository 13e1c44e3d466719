"""A field's value replaced: the old ink removed, another text set in a forger's face and rasteriser."""

from datetime import date, timedelta

import cv2
import numpy as np

from udfs.specimens.attacks.attacked import (
    Attacked,
    altered,
    fields_to_change,
    ink_mask,
    unaltered,
    whole_box,
)
from udfs.specimens.fonts import TextStyle, cap_height, draw_text, text_width
from udfs.specimens.names import GIVEN_NAMES, SURNAMES
from udfs.specimens.rendered import Image, Rendered

# Faces that a forger has at hand; none of those that are held out of training.
FACES = ("roboto", "roboto_medium", "sans", "sans_semibold", "serif", "dejavu", "dejavu_serif", "stix")
DIGITS = "0123456789"
# A text may grow a little past the old one before it would run into its neighbour.
WIDEST = 1.08


def applies(page: Rendered) -> bool:
    """On every page with a field worth changing."""
    return bool(fields_to_change(page))


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """Replace the value of one field that a forger gains by."""
    if not applies(page):
        return unaltered(page)
    return retype_field(page, str(rng.choice(fields_to_change(page))), rng)


def retype_field(page: Rendered, name: str, rng: np.random.Generator) -> Attacked:
    """Replace the value of a named field."""
    text = other_text(name, page.printed[name], rng)
    box = whole_box(page, page.zones[name], 3)
    image = _erased(page, box, rng)
    draw_text(image, text, _pen(page, name), _style(page, name, text, rng))
    return altered(page, _blended(page.image, image, rng), (name,))


def other_text(name: str, text: str, rng: np.random.Generator) -> str:
    """Another value of the same form: a date stays a possible date, a number keeps its letters."""
    if name in ("surname", "full_name", "given_names"):
        names = SURNAMES if name == "surname" else GIVEN_NAMES["F"] + GIVEN_NAMES["M"]
        first = [str(other).upper() for other in names if str(other).upper() != text.split(maxsplit=1)[0]]
        return " ".join((str(rng.choice(first)), *text.split()[1:]))
    if name.endswith("_date"):
        return _other_date(text, rng)
    places = [place for place, char in enumerate(text) if char in DIGITS]
    chosen = rng.choice(places, size=min(len(places), 2), replace=False)
    changed = list(text)
    for place in chosen:
        changed[place] = str(rng.choice([digit for digit in DIGITS if digit != text[place]]))
    return "".join(changed)


def _other_date(text: str, rng: np.random.Generator) -> str:
    """The date with its four-digit year moved by 1 to 9 years: possible on every form of date."""
    start = next(place for place in range(len(text) - 3) if text[place : place + 4].isdigit())
    moved = date(int(text[start : start + 4]), 7, 1) + timedelta(
        days=365 * int(rng.choice([*range(-9, 0), *range(1, 10)]))
    )
    return f"{text[:start]}{moved.year}{text[start + 4 :]}"


def _erased(page: Rendered, box: tuple[int, int, int, int], rng: np.random.Generator) -> Image:
    """The page without the ink in a box: filled from around each stroke, or cloned from clear ground nearby."""
    x0, y0, x1, y1 = box
    image = page.image.copy()
    donor = _clear_place(page, box, rng)
    if donor is not None and rng.random() < 0.5:
        left, top = donor
        image[y0:y1, x0:x1] = page.image[top : top + y1 - y0, left : left + x1 - x0]
        return image
    strokes = np.zeros(image.shape[:2], np.uint8)
    strokes[y0:y1, x0:x1] = cv2.dilate(ink_mask(page, box).astype(np.uint8), np.ones((3, 3), np.uint8))
    near = (slice(max(0, y0 - 8), y1 + 8), slice(max(0, x0 - 8), x1 + 8))
    filled = cv2.inpaint(np.ascontiguousarray(image[near]), np.ascontiguousarray(strokes[near]), 3, cv2.INPAINT_TELEA)
    image[near] = filled
    return image


def _clear_place(page: Rendered, box: tuple[int, int, int, int], rng: np.random.Generator) -> tuple[int, int] | None:
    """Top left of ground as large as the box on which nothing is printed, if a few tries find one."""
    width, height = box[2] - box[0], box[3] - box[1]
    for _ in range(24):
        left = int(rng.integers(0, max(1, page.image.shape[1] - width)))
        top = int(np.clip(box[1] + rng.integers(-120, 121), 0, page.image.shape[0] - height))
        place = (left, top, left + width, top + height)
        if not any(_overlap(place, zone) for zone in page.zones.values()):
            return left, top
    return None


def _overlap(place: tuple[int, int, int, int], zone: tuple[float, float, float, float]) -> bool:
    return place[0] < zone[2] and zone[0] < place[2] and place[1] < zone[3] and zone[1] < place[3]


def _pen(page: Rendered, name: str) -> tuple[float, float]:
    """Where the new text's baseline starts: the old ink's bottom left, above what hangs below the line."""
    x0, _, _, y1 = page.zones[name]
    hangs = any(char in "QJ,;" for char in page.printed[name])
    return x0, y1 - (2.0 if hangs else 0.0)


def _style(page: Rendered, name: str, text: str, rng: np.random.Generator) -> TextStyle:
    """A forger's face at the old text's height, in the old ink's colour, no wider than the room."""
    x0, y0, x1, y1 = page.zones[name]
    box = whole_box(page, page.zones[name], 0)
    ink = page.image[box[1] : box[3], box[0] : box[2]][ink_mask(page, box)]
    dark = np.percentile(ink, 20, axis=0) if len(ink) else np.full(3, 30.0)
    colour = tuple(int(value) for value in np.clip(dark + rng.integers(-8, 9), 0, 255))
    face = str(rng.choice(FACES))
    style = TextStyle(
        face,
        (y1 - y0) / cap_height(face),
        (colour[0], colour[1], colour[2]),
        "hinted" if rng.random() < 0.5 else "reduced",
    )
    room = WIDEST * (x1 - x0) * len(text) / len(page.printed[name])
    excess = text_width(text, style) / room
    return style if excess <= 1 else TextStyle(style.face, style.size_px / excess, style.ink, style.rasteriser)


def _blended(genuine: Image, forged: Image, rng: np.random.Generator) -> Image:
    """The forgery as its maker leaves it: as set, softened, or with the noise of the rest laid over."""
    touched = (genuine != forged).any(axis=2)
    chance = rng.random()
    if chance < 0.4:
        return forged
    work = cv2.GaussianBlur(forged, (0, 0), float(rng.uniform(0.4, 0.7)))
    if chance >= 0.7:
        noise = rng.normal(0, 2.0, forged.shape[:2])[..., None]
        work = np.clip(np.rint(forged + noise), 0, 255).astype(np.uint8)
    return np.asarray(np.where(touched[..., None], work, forged), dtype=np.uint8)
