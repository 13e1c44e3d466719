"""Faces from pinned packages, set by two rasterisers: hinted at size, or drawn fourfold and area-reduced."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage
from PIL import ImageDraw, ImageFont

from udfs.specimens.rendered import Box, Image

Rasteriser = Literal["hinted", "reduced"]
OVERSAMPLING = 4
FACES = {
    "roboto": ("font_roboto", "files/Roboto-Regular.ttf"),
    "roboto_medium": ("font_roboto", "files/Roboto-Medium.ttf"),
    "roboto_bold": ("font_roboto", "files/Roboto-Bold.ttf"),
    "sans": ("font_source_sans_pro", "files/SourceSansPro-Regular.ttf"),
    "sans_semibold": ("font_source_sans_pro", "files/SourceSansPro-Semibold.ttf"),
    "sans_bold": ("font_source_sans_pro", "files/SourceSansPro-Bold.ttf"),
    "serif": ("font_source_serif_pro", "files/SourceSerifPro-Regular.ttf"),
    "serif_semibold": ("font_source_serif_pro", "files/SourceSerifPro-Semibold.ttf"),
    "serif_bold": ("font_source_serif_pro", "files/SourceSerifPro-Bold.ttf"),
    "fredoka": ("font_fredoka_one", "files/FredokaOne-Regular.ttf"),
    "dejavu": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf"),
    "dejavu_bold": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSans-Bold.ttf"),
    "dejavu_mono": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSansMono.ttf"),
    "dejavu_serif": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSerif.ttf"),
    "stix": ("matplotlib", "mpl-data/fonts/ttf/STIXGeneral.ttf"),
    "stix_bold": ("matplotlib", "mpl-data/fonts/ttf/STIXGeneralBol.ttf"),
}


@dataclass(frozen=True)
class TextStyle:
    """How a text is set: a key of FACES, em size in pixels, BGR ink, rasteriser."""

    face: str
    size_px: float
    ink: tuple[int, int, int]
    rasteriser: Rasteriser = "reduced"


def face_path(face: str) -> Path:
    """Where the font file of a face lies, without importing its package."""
    package, inner = FACES[face]
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(f"font package {package} is not installed; install the pinned packages")
    return Path(spec.submodule_search_locations[0]) / inner


@lru_cache(maxsize=512)
def open_face(face: str, size: float) -> ImageFont.FreeTypeFont:
    """Open a face at an em size in pixels."""
    return ImageFont.truetype(str(face_path(face)), size, layout_engine=ImageFont.Layout.BASIC)


def text_width(text: str, style: TextStyle) -> float:
    """Advance width of a text in pixels."""
    return open_face(style.face, style.size_px * OVERSAMPLING).getlength(text) / OVERSAMPLING


@lru_cache(maxsize=64)
def cap_height(face: str) -> float:
    """Height of the capital H as a fraction of the em."""
    _, top, _, bottom = open_face(face, 1000.0).getbbox("H", anchor="ls")
    return float(bottom - top) / 1000.0


def text_mask(text: str, style: TextStyle, shift: tuple[float, float] = (0.0, 0.0)) -> npt.NDArray[np.float32]:
    """Ink coverage 0..1 float32 [h, w]; the pen starts at (pad, 1.2 em), pad = ceil(0.3 em), moved by shift px."""
    scale = OVERSAMPLING if style.rasteriser == "reduced" else 1
    pad = int(np.ceil(0.3 * style.size_px))
    width = int(np.ceil(text_width(text, style))) + 2 * pad
    height = int(np.ceil(1.6 * style.size_px))
    canvas = PillowImage.new("L", (width * scale, height * scale), 0)
    pen = ((pad + shift[0]) * scale, (round(1.2 * style.size_px) + shift[1]) * scale)
    font = open_face(style.face, style.size_px * scale)
    ImageDraw.Draw(canvas).text(pen, text, fill=255, font=font, anchor="ls")
    coverage = np.asarray(canvas, dtype=np.float32) / 255.0
    if scale > 1:
        coverage = np.asarray(cv2.resize(coverage, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32)
    return coverage


def draw_text(image: Image, text: str, pen: tuple[float, float], style: TextStyle) -> Box:
    """Print a text in place, its baseline starting at `pen` (x, y) px; returns the box of its ink."""
    pad, rise = int(np.ceil(0.3 * style.size_px)), round(1.2 * style.size_px)
    left, top = int(np.floor(pen[0])), int(np.floor(pen[1]))
    mask = text_mask(text, style, (pen[0] - left, pen[1] - top))
    return print_mask(image, mask, (left - pad, top - rise), style.ink)


def print_mask(image: Image, mask: npt.NDArray[np.float32], corner: tuple[int, int], ink: tuple[int, int, int]) -> Box:
    """Print a coverage mask [h, w] in one ink with its top left at `corner`, cut at the page; returns its ink box."""
    x0, y0 = max(corner[0], 0), max(corner[1], 0)
    x1, y1 = min(corner[0] + mask.shape[1], image.shape[1]), min(corner[1] + mask.shape[0], image.shape[0])
    if x1 <= x0 or y1 <= y0:
        return (float(x0), float(y0), float(x0), float(y0))
    cut = mask[y0 - corner[1] : y1 - corner[1], x0 - corner[0] : x1 - corner[0]]
    region = image[y0:y1, x0:x1].astype(np.float32)
    region += cut[..., None] * (np.asarray(ink, dtype=np.float32) - region)
    image[y0:y1, x0:x1] = np.clip(np.rint(region), 0, 255).astype(np.uint8)
    columns, rows = np.flatnonzero(cut.max(axis=0) > 0.1), np.flatnonzero(cut.max(axis=1) > 0.1)
    if not len(columns):
        return (float(x0), float(y0), float(x0), float(y0))
    return (float(x0 + columns[0]), float(y0 + rows[0]), float(x0 + columns[-1] + 1), float(y0 + rows[-1] + 1))
