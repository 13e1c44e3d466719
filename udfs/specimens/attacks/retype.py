"""A field's value replaced: the old ink removed, another text set in a forger's face and rasteriser."""

from datetime import date, timedelta

import numpy as np

from udfs.specimens.attacks.after_edits import hidden
from udfs.specimens.attacks.attacked import Attacked, altered, fields_to_change, unaltered
from udfs.specimens.attacks.canvas import Canvas, Plane, blended, ink_mask, whole_box
from udfs.specimens.attacks.erasing import erased
from udfs.specimens.fonts import TextStyle, cap_height, draw_text, text_width
from udfs.specimens.names import GIVEN_NAMES, SURNAMES
from udfs.specimens.rendered import Rendered

# Faces that a forger has at hand; none of those that are held out of training.
FACES = ("roboto", "roboto_medium", "sans", "sans_semibold", "serif", "dejavu", "dejavu_serif", "stix")
DIGITS = "0123456789"
# A text may grow a little past the old one before it would run into its neighbour.
WIDEST = 1.08


def applies(page: Rendered) -> bool:
    """On every page with a field worth changing."""
    return bool(fields_to_change(page))


def apply(canvas: Canvas, rng: np.random.Generator) -> Attacked:
    """Replace the value of one field that a forger gains by."""
    if not applies(canvas.page):
        return unaltered(canvas)
    return retype_field(canvas, str(rng.choice(fields_to_change(canvas.page))), rng)


def retype_field(canvas: Canvas, name: str, rng: np.random.Generator) -> Attacked:
    """Replace the value of a named field."""
    page = canvas.page
    text = other_text(name, page.printed[name], rng)
    bare = erased(canvas, whole_box(page, page.zones[name], 3), rng)
    ink = _ink(canvas, name, rng)
    style = _style(page, name, text, rng)
    colours = np.full(canvas.image.shape, ink, np.float32)
    typed = blended(bare, colours, canvas.onto(_coverage(page, text, _pen(page, name), style)))
    return altered(canvas, hidden(canvas.image, typed, rng), (name,))


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


def _pen(page: Rendered, name: str) -> tuple[float, float]:
    """Where the new text's baseline starts: the old ink's bottom left, above what hangs below the line."""
    x0, _, _, y1 = page.zones[name]
    hangs = any(char in "QJ,;" for char in page.printed[name])
    return x0, y1 - (2.0 if hangs else 0.0)


def _ink(canvas: Canvas, name: str, rng: np.random.Generator) -> tuple[float, float, float]:
    """The old text's ink (BGR) as the picture shows it, about as a colour picker takes it."""
    page = canvas.page
    box = whole_box(page, page.zones[name], 0)
    ink = np.zeros(page.image.shape[:2], dtype=np.bool_)
    ink[box[1] : box[3], box[0] : box[2]] = ink_mask(page, box)
    shown = canvas.image[canvas.region(ink)]
    dark = np.percentile(shown, 20, axis=0) if len(shown) else np.full(3, 30.0)
    blue, green, red = np.clip(dark + rng.integers(-8, 9), 0, 255).tolist()
    return blue, green, red


def _coverage(page: Rendered, text: str, pen: tuple[float, float], style: TextStyle) -> Plane:
    """How much of each pixel [h, w] of the page the text covers, 0 to 1."""
    sheet = np.full(page.image.shape, 255, np.uint8)
    draw_text(sheet, text, pen, style)
    return np.asarray(1 - sheet[..., 0].astype(np.float32) / 255, dtype=np.float32)


def _style(page: Rendered, name: str, text: str, rng: np.random.Generator) -> TextStyle:
    """A forger's face at the old text's height, no wider than the room; black, since only its coverage is used."""
    x0, y0, x1, y1 = page.zones[name]
    face = str(rng.choice(FACES))
    style = TextStyle(face, (y1 - y0) / cap_height(face), (0, 0, 0), "hinted" if rng.random() < 0.5 else "reduced")
    room = WIDEST * (x1 - x0) * len(text) / len(page.printed[name])
    excess = text_width(text, style) / room
    return style if excess <= 1 else TextStyle(style.face, style.size_px / excess, style.ink, style.rasteriser)
