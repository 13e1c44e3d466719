"""The blank of a design: paper, rainbow, guilloche, rosettes, hatching, microprint, emblem and SPECIMEN."""

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.fonts import TextStyle, print_mask, text_mask, text_width
from udfs.specimens.issuers import Colour, Design
from udfs.specimens.layouts import Rectangle
from udfs.specimens.rendered import Box, Image

SUPERSAMPLING = 2
CURVE_SHIFT = 4  # fractional bits of curve coordinates
SPECIMEN = "SPECIMEN"
Curve = npt.NDArray[np.float64]


@lru_cache(maxsize=32)
def draw_art(design: Design) -> Image:
    """The printed ground without any readable label but SPECIMEN, uint8 [h, w, 3]; do not write into it."""
    rng = np.random.default_rng(design.seed)
    size = (design.width_px * SUPERSAMPLING, design.height_px * SUPERSAMPLING)
    page = _rainbow(design)
    for curves, colour, strength in _security_lines(design, size, rng):
        _engrave(page, curves, colour, strength)
    art = np.clip(np.rint(page), 0, 255).astype(np.uint8)
    _draw_header(art, design, rng)
    _draw_microprint(art, design)
    _draw_specimen(art, design)
    art.setflags(write=False)
    return art


def specimen_box(design: Design) -> Box:
    """Where the word SPECIMEN stands, pixels."""
    return _draw_specimen(np.zeros((design.height_px, design.width_px, 3), dtype=np.uint8), design)


def pixels(design: Design, rectangle: Rectangle) -> Box:
    """A rectangle in millimetres as a box in pixels."""
    scale = design.px_per_mm
    return (rectangle[0] * scale, rectangle[1] * scale, rectangle[2] * scale, rectangle[3] * scale)


def _rainbow(design: Design) -> npt.NDArray[np.float32]:
    """Paper that runs into the tint and back, float32 [h, w, 3] in 0..255."""
    width, height = design.width_px, design.height_px
    angle = (design.seed % 628) / 100.0
    x, y = np.linspace(-0.5, 0.5, width, dtype=np.float32), np.linspace(-0.3, 0.3, height, dtype=np.float32)
    along = x[None, :] * np.float32(np.cos(angle)) + y[:, None] * np.float32(np.sin(angle))
    share = (0.5 - 0.5 * np.cos(2 * np.pi * (along * 1.4 + 0.2))).astype(np.float32)
    paper, tint = (np.asarray(c, dtype=np.float32) for c in (design.colours.paper, design.colours.tint))
    page = np.empty((height, width, 3), np.float32)
    for channel in range(3):
        page[..., channel] = paper[channel] + share * (tint[channel] - paper[channel])
    return page


def _security_lines(
    design: Design, size: tuple[int, int], rng: np.random.Generator
) -> list[tuple[list[Curve], Colour, float]]:
    """Families of curves with their ink and its strength 0..1, in the order of printing."""
    colours, scale = design.colours, design.px_per_mm * SUPERSAMPLING
    x, y, radius = (value * scale for value in design.layout.emblem)
    corner = (rng.uniform(0.1, 0.9) * size[0], rng.uniform(0.7, 1.0) * size[1])
    families = [
        (_waves(size, rng, scale), colours.line, 0.30),
        (_waves(size, rng, scale), colours.second_line, 0.26),
        (_rosette((x, y), radius, rng), colours.accent, 0.20),
        (_rosette(corner, radius * 1.3, rng), colours.second_line, 0.22),
    ]
    if rng.random() < 0.5:
        families.append((_hatching(size, rng, scale), colours.line, 0.14))
    families.append((_emblem((x, y), radius * 0.55, rng), colours.accent, 0.30))
    return families


def _waves(size: tuple[int, int], rng: np.random.Generator, scale: float) -> list[Curve]:
    """Guilloche: lines whose sway grows and ebbs under a second, slower wave."""
    width, height = size
    x = np.linspace(0, width, 260)
    period, sway = rng.uniform(14, 34) * scale, rng.uniform(1.5, 4.5) * scale
    beat, phase = rng.uniform(40, 110) * scale, rng.uniform(0, 6.28)
    twist = rng.uniform(0.02, 0.09)
    tilt = rng.uniform(-0.25, 0.25)
    rises = np.arange(-0.2 * height, 1.2 * height, rng.uniform(0.9, 1.5) * scale)
    return [
        np.stack(
            (x, rise + tilt * x + sway * np.sin(2 * np.pi * x / period + phase + twist * k) * np.cos(x / beat)), axis=1
        )
        for k, rise in enumerate(rises)
    ]


def _rosette(centre: tuple[float, float], radius: float, rng: np.random.Generator) -> list[Curve]:
    """Rosette: rings whose petals shrink and turn inwards."""
    petals, depth = int(rng.integers(6, 15)), rng.uniform(0.12, 0.30)
    second = int(rng.integers(2, 5)) * petals
    turn = rng.uniform(0.5, 2.5)
    angles = np.linspace(0, 2 * np.pi, 420)
    curves = []
    for share in np.linspace(0.25, 1.0, 16):
        wobble = 1 + depth * np.cos(petals * angles + turn * share * 3) + 0.06 * np.cos(second * angles)
        r = radius * share * wobble
        curves.append(np.stack((centre[0] + r * np.cos(angles), centre[1] + r * np.sin(angles)), axis=1))
    return curves


def _hatching(size: tuple[int, int], rng: np.random.Generator, scale: float) -> list[Curve]:
    """Straight fine lines across the page."""
    slope = rng.uniform(0.4, 1.5) * rng.choice((-1.0, 1.0))
    reach = abs(slope) * size[0]
    rises = np.arange(-reach, size[1] + reach, rng.uniform(0.8, 1.3) * scale)
    return [np.array([(0.0, rise), (float(size[0]), rise + slope * size[0])]) for rise in rises]


def _emblem(centre: tuple[float, float], radius: float, rng: np.random.Generator) -> list[Curve]:
    """An invented device: a star of many lines inside a double ring."""
    points, step = int(rng.choice((5, 7, 8, 9, 11))), int(rng.integers(2, 4))
    ring = np.linspace(0, 2 * np.pi, 120)
    curves = [
        np.stack((centre[0] + radius * s * np.cos(ring), centre[1] + radius * s * np.sin(ring)), axis=1)
        for s in (1.0, 0.94, 0.3)
    ]
    for share in np.linspace(0.35, 0.85, 7):
        corners = 2 * np.pi * np.arange(points + 1) * step / points - np.pi / 2
        curves.append(
            np.stack((centre[0] + radius * share * np.cos(corners), centre[1] + radius * share * np.sin(corners)), 1)
        )
    return curves


def _engrave(page: npt.NDArray[np.float32], curves: list[Curve], colour: Colour, strength: float) -> None:
    """Print curves in one ink, in place; `strength` is the ink's cover where a line lies."""
    height, width = page.shape[:2]
    mask = np.zeros((height * SUPERSAMPLING, width * SUPERSAMPLING), dtype=np.uint8)
    points = [np.rint(curve * 2**CURVE_SHIFT).astype(np.int32).reshape(-1, 1, 2) for curve in curves]
    cv2.polylines(mask, points, False, 255, 2, cv2.LINE_AA, CURVE_SHIFT)
    reduced = np.asarray(cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8)
    left, top, across, down = cv2.boundingRect(reduced)
    region = page[top : top + down, left : left + across]
    cover = reduced[top : top + down, left : left + across] * np.float32(strength / 255.0)
    lacking = np.asarray(colour, dtype=np.float32) - region
    lacking *= np.asarray(cv2.merge([cover, cover, cover]), dtype=np.float32)
    region += lacking


def _draw_header(art: Image, design: Design, rng: np.random.Generator) -> None:
    """A band of the accent colour, full, faded or a rule, under the title."""
    height = round(design.layout.header * design.px_per_mm * 0.86)
    accent = np.asarray(design.colours.accent, dtype=np.float32)
    style = int(rng.integers(3))
    region = art[:height].astype(np.float32)
    if style == 2:
        art[height - 3 : height] = design.colours.accent
        return
    cover = np.full(art.shape[1], 0.92, dtype=np.float32)
    if style == 1:
        cover = np.linspace(0.95, 0.62, art.shape[1], dtype=np.float32)
    art[:height] = np.clip(region + cover[None, :, None] * (accent - region), 0, 255).astype(np.uint8)


def _draw_microprint(art: Image, design: Design) -> None:
    """Rows of tiny words above and below the page's fields."""
    style = TextStyle("roboto_medium", 0.62 * design.px_per_mm, design.colours.accent)
    words = f"{design.title} {SPECIMEN} ".upper()
    count = int(design.width_px / max(text_width(words, style), 1.0)) + 1
    mask = text_mask(words * count, style) * 0.75
    for y in (design.layout.header - 0.5, design.layout.size[1] - 0.9):
        print_mask(art, mask, (0, round(y * design.px_per_mm - 0.74 * design.px_per_mm)), style.ink)


def _draw_specimen(art: Image, design: Design) -> Box:
    """The word SPECIMEN, centred at the layout's place, in place; returns its box."""
    scale = design.px_per_mm
    style = TextStyle("roboto_bold", 4.2 * scale if design.side != "page" else 5.4 * scale, design.colours.accent)
    mask = text_mask(SPECIMEN, style) * 0.55
    x, y = design.layout.specimen
    corner = (round(x * scale - mask.shape[1] / 2), round(y * scale - mask.shape[0] * 0.53))
    return print_mask(art, mask.astype(np.float32), corner, style.ink)
