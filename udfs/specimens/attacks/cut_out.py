"""A composite under the camera: a field's or the portrait's strip cut from another print and laid on the document."""

import cv2
import numpy as np

from udfs.specimens.attacks import dye_sublimation, grey_copy, halftone, inkjet
from udfs.specimens.attacks.attacked import Attacked, altered, fields_to_change, unaltered
from udfs.specimens.attacks.canvas import flat_canvas, whole_box
from udfs.specimens.attacks.glued import MM_PER_INCH, draw_laying, laid
from udfs.specimens.attacks.portrait_swap import stranger
from udfs.specimens.attacks.printing import Printer
from udfs.specimens.attacks.recapture import pixels_per_inch, recaptured, whole_page
from udfs.specimens.attacks.retype import retype_field
from udfs.specimens.portraits import draw_portrait
from udfs.specimens.rendered import Image, Rendered

PRINTERS: tuple[Printer, ...] = (inkjet.printed, halftone.printed, dye_sublimation.printed)
COPIERS: tuple[Printer, ...] = (*PRINTERS, grey_copy.printed)
ON_A_PRINT = 0.35  # how often the document under the strips is itself a print
MOST_STRIPS = 3


def applies(page: Rendered) -> bool:
    """On every side with a portrait or a field worth changing."""
    return "portrait" in page.zones or bool(fields_to_change(page))


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """One to three printed strips on the genuine document, or on a print of it."""
    if not applies(page):
        return unaltered(flat_canvas(page))
    candidates = [*fields_to_change(page), *(name for name in ("portrait",) if name in page.zones)]
    number = min(len(candidates), int(rng.integers(1, MOST_STRIPS + 1)))
    names = tuple(candidates[int(place)] for place in rng.permutation(len(candidates))[:number])
    ppi = pixels_per_inch(page)
    printer = PRINTERS[int(rng.integers(len(PRINTERS)))]
    if rng.random() >= ON_A_PRINT:
        image = page.image
        for name in names:
            image = _with_strip(page, image, name, printer, rng)
        return altered(flat_canvas(page), image, names)
    base = whole_page(page, COPIERS[int(rng.integers(len(COPIERS)))](page.image, ppi, rng), rng)
    image = base.image
    for name in names:
        image = _with_strip(page, image, name, printer, rng)
    return Attacked(image, base.mask, ("page", *names))


def _with_strip(page: Rendered, sheet: Image, name: str, printer: Printer, rng: np.random.Generator) -> Image:
    """The sheet, as fine as the page or FINENESS times finer, with a printed strip over a field or the portrait."""
    px_per_mm = pixels_per_inch(page) / MM_PER_INCH
    box = whole_box(page, page.zones[name], round(float(rng.uniform(0.4, 1.6)) * px_per_mm))
    x0, y0, x1, y1 = box
    content = _content(page, name, rng)[y0:y1, x0:x1]
    strip = recaptured(content, printer(content, pixels_per_inch(page), rng), rng)
    moved = rng.normal(0, 0.15, 2) * px_per_mm
    laying = draw_laying(rng, turn=0.5, core_mm=(0.0, 0.2))
    fine = sheet.shape[1] // page.image.shape[1]
    if fine > 1:
        strip = np.asarray(cv2.resize(strip, None, fx=fine, fy=fine, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    centre = (
        ((x0 + x1) / 2 + float(moved[0])) * fine - 0.5,
        ((y0 + y1) / 2 + float(moved[1])) * fine - 0.5,
    )
    return laid(sheet, strip, centre, laying, px_per_mm=px_per_mm * fine)


def _content(page: Rendered, name: str, rng: np.random.Generator) -> Image:
    """The page as the forger has it in his file: another value in the field, or another face."""
    if name != "portrait":
        return retype_field(flat_canvas(page), name, rng).image
    x0, y0, x1, y1 = whole_box(page, page.zones[name], 0)
    image = page.image.copy()
    image[y0:y1, x0:x1] = draw_portrait(*stranger(rng), (x1 - x0, y1 - y0))
    return image
