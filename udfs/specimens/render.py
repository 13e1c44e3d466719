"""Prints a person's papers on a blank: the flat page and the whole truth about it."""

from dataclasses import dataclass, field
from datetime import date
from zlib import crc32

import cv2
import numpy as np

from udfs.specimens.barcodes import barcode_text, draw_barcode
from udfs.specimens.blanks import Blank, fitted, print_blank
from udfs.specimens.fonts import TextStyle, draw_text, print_mask
from udfs.specimens.ground import pixels, specimen_box
from udfs.specimens.issuers import Design
from udfs.specimens.layouts import Entry, Rectangle
from udfs.specimens.mrz_face import mrz_mask
from udfs.specimens.mrz_lines import LINE_LENGTH, MrzContent, compose_mrz
from udfs.specimens.people import Papers, Person
from udfs.specimens.portraits import draw_portrait
from udfs.specimens.rendered import Box, Image, Rendered

__all__ = ["Blank", "render"]
MRZ_INK = (30, 28, 28)
MRZ_WIDTH = 0.915  # of the page's width
MRZ_LINE_MM = 5.4  # from line to line
MRZ_CODES = {"passport": "P", "id_card": "I", "driving_licence": "D"}
VALUE_GAP_MM = 0.85  # keeps accents of a value clear of its label


@dataclass
class _Sheet:
    """The page being printed and the truth gathered so far."""

    design: Design
    page: Image
    zones: dict[str, Box] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


def render(
    design: Design, person: Person, papers: Papers, *, blank: Blank | None = None, portrait: Image | None = None
) -> Rendered:
    """Print one side for a person, on the issuer's blank or a forger's, with a portrait of any size if one is given."""
    ground = print_blank(design, blank, crc32(f"{papers.number}/{design.design_id}".encode()))
    sheet = _Sheet(design, ground.copy(), zones={"specimen": specimen_box(design)})
    values = field_values(design, person, papers)
    for entry in design.layout.entries:
        _print_entry(sheet, entry, values[entry.name])
    _print_pictures(sheet, person, papers, portrait)
    _print_mrz(sheet, person, papers)
    _print_barcode(sheet, person, papers)
    return Rendered(
        sheet.page, ground, design.design_id, design.side, dict(sheet.zones), dict(sheet.printed), dict(sheet.values)
    )


def field_values(design: Design, person: Person, papers: Papers) -> dict[str, str]:
    """Canonical values of every field that any side of the document may print."""
    return {
        "surname": person.surname.upper(),
        "given_names": person.given_names.upper(),
        "full_name": f"{person.given_names} {person.surname}".upper(),
        "number": papers.number,
        "birth_date": person.birth_date.isoformat(),
        "issue_date": papers.issue_date.isoformat(),
        "expiry_date": papers.expiry_date.isoformat(),
        "sex": person.sex,
        "nationality": person.nationality,
        "issuing_state": design.issuer,
        "personal_number": papers.personal_number,
        "address": papers.address.upper(),
        "categories": papers.categories,
    }


def print_value(design: Design, name: str, value: str) -> str:
    """A canonical value as this issuer prints it; dates in the issuer's own form."""
    return design.print_date(date.fromisoformat(value)) if name.endswith("_date") else value


def portrait_size(design: Design) -> tuple[int, int]:
    """Width and height in pixels of the portrait on this side; (0, 0) where it has none."""
    if design.layout.portrait is None:
        return (0, 0)
    x0, y0, x1, y1 = _whole(design, design.layout.portrait)
    return x1 - x0, y1 - y0


def _print_entry(sheet: _Sheet, entry: Entry, value: str) -> None:
    design, scale = sheet.design, sheet.design.px_per_mm
    layout, text = design.layout, print_value(design, entry.name, value)
    style = TextStyle(design.fonts.value, layout.value_em * scale, design.colours.value, design.fonts.rasteriser)
    fitting = fitted(text, style, entry.width * scale)
    baseline = (entry.y + layout.label_em + VALUE_GAP_MM + layout.value_em * 0.85) * scale
    sheet.zones[entry.name] = draw_text(sheet.page, text, (entry.x * scale, baseline), fitting[1])
    sheet.printed[entry.name] = text
    sheet.values[entry.name] = value


def _whole(design: Design, rectangle: Rectangle) -> tuple[int, int, int, int]:
    x0, y0, x1, y1 = (round(value) for value in pixels(design, rectangle))
    return x0, y0, x1, y1


def _print_pictures(sheet: _Sheet, person: Person, papers: Papers, portrait: Image | None) -> None:
    layout = sheet.design.layout
    if layout.signature is not None:
        _print_signature(sheet, person, layout.signature)
    if layout.portrait is None:
        return
    x0, y0, x1, y1 = _whole(sheet.design, layout.portrait)
    if portrait is None:
        portrait = draw_portrait(person.face_seed, papers.photo_seed, (x1 - x0, y1 - y0))
    sheet.page[y0:y1, x0:x1] = cv2.resize(portrait, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    sheet.zones["portrait"] = (float(x0), float(y0), float(x1), float(y1))
    if layout.ghost is not None:
        _print_ghost(sheet, portrait, layout.ghost)


def _print_ghost(sheet: _Sheet, portrait: Image, rectangle: Rectangle) -> None:
    """A pale one-ink copy of the portrait, over the ground, fading at its rim."""
    x0, y0, x1, y1 = _whole(sheet.design, rectangle)
    grey = cv2.cvtColor(cv2.resize(portrait, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    rim = np.zeros(grey.shape, dtype=np.float32)
    rim[6:-6, 6:-6] = 1.0
    dark = (1 - np.asarray(grey, dtype=np.float32) / 255.0) * np.asarray(cv2.GaussianBlur(rim, (0, 0), 4.0))
    print_mask(sheet.page, np.asarray(dark * 0.8, dtype=np.float32), (x0, y0), sheet.design.colours.accent)
    sheet.zones["ghost"] = (float(x0), float(y0), float(x1), float(y1))


def _print_signature(sheet: _Sheet, person: Person, rectangle: Rectangle) -> None:
    """A written line that stays with the person."""
    x0, y0, x1, y1 = _whole(sheet.design, rectangle)
    rng = np.random.default_rng((person.identity, 4))
    loops = int(rng.integers(5, 10))
    t = np.linspace(0, 1, 240)
    sway = sum(rng.uniform(-1, 1) * np.sin(2 * np.pi * (loops * k / 2 * t + rng.random())) / k for k in (1, 2, 3))
    x = 0.05 + 0.85 * t + 0.05 * np.sin(2 * np.pi * loops * t)
    y = 0.5 + 0.2 * np.asarray(sway) * (1.1 - 0.7 * t)
    mask = np.zeros(((y1 - y0) * 4, (x1 - x0) * 4), dtype=np.uint8)
    points = np.stack((x * mask.shape[1], np.clip(y, 0.06, 0.94) * mask.shape[0]), axis=1).astype(np.int32)
    cv2.polylines(mask, [points.reshape(-1, 1, 2)], False, 255, 9, cv2.LINE_AA)
    cover = np.asarray(cv2.resize(mask, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA), dtype=np.float32) / 255.0
    sheet.zones["signature"] = print_mask(sheet.page, cover, (x0, y0), (70, 36, 30))


def _print_mrz(sheet: _Sheet, person: Person, papers: Papers) -> None:
    design, form = sheet.design, sheet.design.layout.mrz
    if form is None:
        return
    content = MrzContent(
        code=MRZ_CODES[design.doc_type],
        issuer=design.issuer,
        surname=person.surname,
        given_names=person.given_names,
        number=papers.number,
        nationality=person.nationality,
        birth_date=person.birth_date,
        sex=person.sex,
        expiry_date=papers.expiry_date,
        optional=papers.personal_number,
    )
    lines = compose_mrz(form, content)
    pitch = design.width_px * MRZ_WIDTH / LINE_LENGTH[form]
    if form == "TD1":
        pitch = min(pitch, 2.62 * design.px_per_mm)
    left = (design.width_px - pitch * LINE_LENGTH[form]) / 2
    step = max(MRZ_LINE_MM * design.px_per_mm, 1.75 * pitch)
    top = design.height_px - 2.6 * design.px_per_mm - step * len(lines)
    boxes = []
    for place, line in enumerate(lines):
        box = print_mask(sheet.page, mrz_mask(line, pitch), (round(left), round(top + place * step)), MRZ_INK)
        name = f"mrz_line_{place + 1}"
        sheet.zones[name], sheet.printed[name], sheet.values[name] = box, line, line
        boxes.append(box)
    spread = np.asarray(boxes)
    low, high = spread.min(axis=0), spread.max(axis=0)
    sheet.zones["mrz"] = (float(low[0]), float(low[1]), float(high[2]), float(high[3]))


def _print_barcode(sheet: _Sheet, person: Person, papers: Papers) -> None:
    rectangle = sheet.design.layout.barcode
    if rectangle is None:
        return
    x0, y0, x1, y1 = _whole(sheet.design, rectangle)
    text = barcode_text(person, papers, sheet.design.issuer)
    symbol = draw_barcode(text, (x1 - x0 - 24, y1 - y0 - 16))
    height, width = symbol.shape
    left, top = x0 + (x1 - x0 - width) // 2, y0 + (y1 - y0 - height) // 2
    sheet.page[top - 8 : top + height + 8, left - 12 : left + width + 12] = 250
    dark = (symbol < 128).astype(np.float32)
    print_mask(sheet.page, dark, (left, top), MRZ_INK)
    sheet.zones["barcode"] = (float(left), float(top), float(left + width), float(top + height))
    sheet.printed["barcode_text"] = sheet.values["barcode_text"] = text
