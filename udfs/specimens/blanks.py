"""Blanks with their labels: the printing office's own, and a forger's re-creation of it."""

from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.fonts import TextStyle, draw_text, text_width
from udfs.specimens.ground import draw_art
from udfs.specimens.issuers import Design
from udfs.specimens.labels import document_name, field_label
from udfs.specimens.rendered import Image

BAND = (0.012, 0.072)  # cycles per pixel of a page 1,000 px wide: where a re-drawn blank differs
CARD_WIDTH = 1000.0
MAX_GAIN = 0.10  # ink gain from print to print, share of a 1 px blur
MAX_SHIFT = 0.28  # registration in px
TONE = 0.008  # relative change of each ink


@dataclass(frozen=True)
class Blank:
    """A forger's own blank: texture of `sigma` grey levels, labels off by about `label_shift_px` at 1,000 px width."""

    seed: int
    sigma: float
    label_shift_px: float = 0.0


@lru_cache(maxsize=48)
def draw_blank(design: Design, blank: Blank | None = None) -> Image:
    """The blank with labels, the issuer's or a forger's, uint8 [h, w, 3]; do not write into it."""
    page = draw_art(design).copy()
    if blank is not None and blank.sigma > 0:
        rng = np.random.default_rng((blank.seed, crc32(design.design_id.encode())))
        textured = page.astype(np.float32) + (blank.sigma * _band_noise(page.shape[:2], rng))[..., None]
        page = np.clip(np.rint(textured), 0, 255).astype(np.uint8)
    _draw_words(page, design, blank)
    page.setflags(write=False)
    return page


def print_blank(design: Design, blank: Blank | None, print_seed: int) -> Image:
    """One print of a blank: slight ink gain, registration and tone that differ from sheet to sheet."""
    rng = np.random.default_rng((print_seed, 3))
    page = draw_blank(design, blank)
    height, width = page.shape[:2]
    shift = rng.uniform(-MAX_SHIFT, MAX_SHIFT, 2)
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], dtype=np.float64)
    moved = cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    gain = float(rng.uniform(-MAX_GAIN, MAX_GAIN))
    printed = cv2.addWeighted(moved, 1 - gain, cv2.GaussianBlur(moved, (0, 0), 1.0), gain, 0)
    tones = 1 + rng.uniform(-TONE, TONE, 3)
    curves = np.clip(np.rint(np.arange(256)[:, None] * tones + rng.uniform(-1, 1)), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(printed, curves.reshape(256, 1, 3)), dtype=np.uint8)


def _band_noise(shape: tuple[int, ...], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Noise of unit deviation inside BAND, float32 [h, w]."""
    height, width = shape[0], shape[1]
    spectrum = np.fft.rfft2(rng.normal(size=(height, width)))
    scale = width / CARD_WIDTH
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :]) * scale
    spectrum[(frequency < BAND[0]) | (frequency > BAND[1])] = 0
    noise = np.fft.irfft2(spectrum, s=(height, width))
    return np.asarray(noise / noise.std(), dtype=np.float32)


def _draw_words(page: Image, design: Design, blank: Blank | None) -> None:
    """Title, document name and field labels, each label a block that a forger may have set a little off."""
    scale = design.px_per_mm
    spread = blank.label_shift_px * design.width_px / CARD_WIDTH if blank is not None else 0.0
    rng = np.random.default_rng((blank.seed if blank is not None else 0, crc32(design.family.encode()), 5))
    fonts, em = design.fonts, design.layout.label_em
    label_style = TextStyle(fonts.label, em * scale, design.colours.label, fonts.rasteriser)
    for text, pen, style in _titles(design, page):
        dx, dy = rng.normal(0, 1, 2) * spread
        draw_text(page, text, (pen[0] + dx, pen[1] + dy), style)
    for entry in design.layout.entries:
        dx, dy = rng.normal(0, 1, 2) * spread
        label = fitted(field_label(design, entry.name), label_style, entry.width * scale)
        pen = (entry.x * scale + dx, (entry.y + em) * scale + dy)
        draw_text(page, label[0], pen, label[1])


def fitted(text: str, style: TextStyle, width: float) -> tuple[str, TextStyle]:
    """The text with a style small enough for `width` px."""
    needed = text_width(text, style)
    if needed <= width:
        return text, style
    return text, TextStyle(style.face, style.size_px * width / needed * 0.995, style.ink, style.rasteriser)


def _titles(design: Design, page: Image) -> list[tuple[str, tuple[float, float], TextStyle]]:
    scale, header = design.px_per_mm, design.layout.header
    dark = float(page[round(header * scale * 0.4), 4].mean()) < 150
    ink = (250, 250, 250) if dark else design.colours.accent
    em = header * 0.40
    margin, base = 4.5 * scale, header * 0.56 * scale
    room = design.width_px - 3 * margin
    state, document = design.title.upper(), document_name(design)
    title = fitted(state, TextStyle(design.fonts.title, em * scale, ink), room * 0.56)[1]
    name = fitted(document, TextStyle(design.fonts.label, em * 0.78 * scale, ink), room * 0.44)[1]
    right = design.width_px - margin - text_width(document, name)
    return [(state, (margin, base), title), (document, (right, base), name)]
