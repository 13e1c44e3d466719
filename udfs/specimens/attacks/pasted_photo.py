"""Another person's photograph glued over the portrait: a print of its own on paper of its own."""

from functools import partial

import cv2
import numpy as np

from udfs.specimens.attacks import dye_sublimation, halftone, inkjet
from udfs.specimens.attacks.attacked import Attacked, altered, unaltered
from udfs.specimens.attacks.canvas import flat_canvas, whole_box
from udfs.specimens.attacks.glued import MM_PER_INCH, draw_laying, laid
from udfs.specimens.attacks.portrait_swap import stranger
from udfs.specimens.attacks.printing import FINENESS, Printer
from udfs.specimens.attacks.recapture import pixels_per_inch, recaptured
from udfs.specimens.portraits import Faces, draw_portrait
from udfs.specimens.rendered import Image, Rendered

# A photograph is printed finely, by whatever prints it.
FINE_LINES = (140.0, 200.0)
PRINTERS: tuple[Printer, ...] = (
    dye_sublimation.printed,
    inkjet.printed,
    partial(halftone.printed, lines_per_inch=FINE_LINES),
)
PRINTER_SHARES = (0.45, 0.4, 0.15)
RIM_MM = (0.0, 0.7)


def applies(page: Rendered) -> bool:
    """On every side with a portrait."""
    return "portrait" in page.zones


def apply(page: Rendered, rng: np.random.Generator, faces: Faces = draw_portrait) -> Attacked:
    """A printed photograph of someone else, a little turned and moved, over the holder's."""
    if not applies(page):
        return unaltered(flat_canvas(page))
    seeds = stranger(rng)
    x0, y0, x1, y1 = whole_box(page, page.zones["portrait"], 0)
    grown = float(rng.uniform(1.0, 1.06))
    size = (round((x1 - x0) * grown), round((y1 - y0) * grown))
    ppi = pixels_per_inch(page)
    printer = PRINTERS[int(rng.choice(len(PRINTERS), p=PRINTER_SHARES))]
    picture = faces(*seeds, size)
    photo = recaptured(picture, printer(picture, ppi, rng), rng)
    px_per_mm = ppi / MM_PER_INCH
    moved = rng.normal(0, 0.25, 2) * px_per_mm
    centre = ((x0 + x1 - 1) / 2 + float(moved[0]), (y0 + y1 - 1) / 2 + float(moved[1]))
    laying = draw_laying(rng, turn=0.9, core_mm=(0.0, 0.12))
    image = laid(page.image, _rimmed(photo, px_per_mm * FINENESS, rng), centre, laying, px_per_mm=px_per_mm)
    return altered(flat_canvas(page), image, ("portrait",))


def _rimmed(photo: Image, scale: float, rng: np.random.Generator) -> Image:
    """The photograph with what is left of its paper's white rim, of another width on each side."""
    top, bottom, left, right = (round(float(wide) * scale) for wide in rng.uniform(*RIM_MM, 4))
    white = [float(each) for each in rng.uniform(236, 253, 3)]
    return np.asarray(
        cv2.copyMakeBorder(photo, top, bottom, left, right, cv2.BORDER_CONSTANT, value=white), dtype=np.uint8
    )
