"""Sound files of every accepted format, made once: what the bad ones are made from."""

import io
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from tests.udfs.images.pdfs import lone, pdf_of
from udfs.specimens.issuers import DESIGNS
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render

Image = npt.NDArray[np.uint8]
HEIC = Path(__file__).parents[1] / "data" / "small.heic"


@lru_cache(maxsize=2)
def sound_page(width: int) -> Image:
    """A specimen passport's page on a table, BGR, `width` pixels wide in all."""
    design = next(design for design in DESIGNS if design.side == "page")
    rng = np.random.default_rng(7)
    person = draw_person(rng, nationality=design.issuer)
    page = render(design, person, draw_papers(person, design, date(2026, 3, 1), rng)).image
    inner = round(width * 0.86)
    small = cv2.resize(page, (inner, round(inner * page.shape[0] / page.shape[1])), interpolation=cv2.INTER_AREA)
    rim = (width - inner) // 2
    laid = cv2.copyMakeBorder(small, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=(70, 82, 96))
    noisy = laid + np.random.default_rng(8).normal(0, 2.5, laid.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


@lru_cache(maxsize=2)
def sound_files(width: int) -> Mapping[str, bytes]:
    """The page as a file of each kind, by name; names begin with their format."""
    page = sound_page(width)
    colours = Pillow.fromarray(page[:, :, ::-1])
    exif = Pillow.Exif()
    exif[0x0112], exif[0x010F], exif[0x0110], exif[0x0131] = 6, "Orlanda", "Orlanda Mini", "Editor 3"
    alpha = colours.convert("RGBA")
    alpha.putalpha(Pillow.linear_gradient("L").resize(colours.size))
    icc = bytes(range(256)) * 3
    jpeg = written(colours, "JPEG", quality=85)
    return {
        "jpeg": jpeg,
        "jpeg_progressive": written(colours, "JPEG", quality=80, progressive=True),
        "jpeg_grey": written(colours.convert("L"), "JPEG", quality=90),
        "jpeg_cmyk": written(colours.convert("CMYK"), "JPEG", quality=90),
        "jpeg_exif": written(colours, "JPEG", quality=75, exif=exif, icc_profile=icc, subsampling=0),
        "jpeg_restarts": written(colours, "JPEG", quality=75, restart_marker_blocks=4),
        "png": written(colours, "PNG", compress_level=1),
        "png_palette": written(colours.convert("P"), "PNG", transparency=3),
        "png_alpha": written(alpha, "PNG", exif=exif),
        "png_grey": written(colours.convert("L"), "PNG", transparency=9),
        "png_one_bit": written(colours.convert("1"), "PNG"),
        "png_deep": cv2.imencode(".png", page.astype(np.uint16) * 257)[1].tobytes(),
        "webp": written(colours, "WEBP", quality=80, exif=exif),
        "webp_lossless": written(alpha, "WEBP", lossless=True, method=0),
        "heic": HEIC.read_bytes(),
        "pdf": lone(jpeg),
        "pdf_drawn": pdf_of("Surname SPECIMEN", "a second page"),
    }


def written(picture: Pillow.Image, kind: str, **options: object) -> bytes:
    """A picture as Pillow writes it."""
    sink = io.BytesIO()
    picture.save(sink, kind, **options)
    return sink.getvalue()
