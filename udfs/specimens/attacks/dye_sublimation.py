"""The page from a dye-sublimation card printer: continuous tone in ribbon lines of 300 dpi, under an overcoat."""

import cv2
import numpy as np

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.attacks.printing import FINENESS, INKS, MOST_INK, Colour, Plane, clouds, ink_amounts, laid_on
from udfs.specimens.attacks.recapture import pixels_per_inch, whole_page
from udfs.specimens.rendered import Image, Rendered

HEAD_DPI = 300
SMEAR = (0.05, 0.22)  # share of a line's dye that the next one still takes


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """A reprint of the whole page by a drawn card printer."""
    return whole_page(page, printed(page.image, pixels_per_inch(page), rng), rng)


def printed(picture: Image, ppi: float, rng: np.random.Generator) -> Image:
    """The picture as a drawn dye-sublimation printer gives it, FINENESS times as fine."""
    dpi = HEAD_DPI * float(rng.uniform(0.985, 1.015))
    lines = (round(picture.shape[1] * dpi / ppi), round(picture.shape[0] * dpi / ppi))
    sampled = cv2.resize(picture, lines, interpolation=cv2.INTER_AREA if dpi < ppi else cv2.INTER_CUBIC)
    dye = ink_amounts(np.asarray(sampled, dtype=np.uint8), _dyes(rng))
    sideways = bool(rng.random() < 0.5)
    dye = _smeared(dye, float(rng.uniform(*SMEAR)), sideways=sideways)
    dye *= _heaters(dye.shape, rng, sideways=sideways)
    size = (picture.shape[1] * FINENESS, picture.shape[0] * FINENESS)
    texture = _lines(size, ppi * FINENESS / dpi, rng)
    passes = [cv2.multiply(each, texture, dtype=cv2.CV_8U) for each in _registered(dye, size, rng)]
    white = [int(each) for each in rng.integers(242, 253, 3)]
    sheet = np.full((size[1], size[0], 3), white, np.uint8)
    layers = [np.asarray(each, dtype=np.uint8) for each in passes]
    return _overcoated(laid_on(sheet, layers, _dyes(rng)[:3], even=True), rng)


def _dyes(rng: np.random.Generator) -> tuple[Colour, ...]:
    """The inks' colours, each a little off: what the driver believes of its ribbon, and what the ribbon is."""
    off = np.exp(rng.normal(0, 0.05, (len(INKS), 3)))
    moved = np.clip(np.array(INKS) * off, 0.05, 0.98)
    return tuple((float(blue), float(green), float(red)) for blue, green, red in moved)


def _smeared(dye: Plane, share: float, *, sideways: bool) -> Plane:
    """Dye [h, w, 3] drawn on along the ribbon's feed: a warm head goes on printing."""
    tail = share ** np.arange(5)
    kernel = np.zeros((9, 1), np.float32)
    kernel[:5, 0] = (tail / tail.sum())[::-1]
    kernel = np.ascontiguousarray(kernel.T) if sideways else kernel
    return np.asarray(cv2.filter2D(dye, -1, kernel), dtype=np.float32)


def _heaters(shape: tuple[int, ...], rng: np.random.Generator, *, sideways: bool) -> Plane:
    """Gain [1, w, 1] or [h, 1, 1]: no two heating elements are alike, and each draws its own line along the feed."""
    number = shape[0] if sideways else shape[1]
    gain = (1 + float(rng.uniform(0.004, 0.02)) * rng.standard_normal(number)).astype(np.float32)
    return gain[:, None, None] if sideways else gain[None, :, None]


def _registered(dye: Plane, size: tuple[int, int], rng: np.random.Generator) -> list[Image]:
    """The three passes of the ribbon at the fine size, each a fraction of a line off: amounts, 255 for MOST_INK."""
    height, width = dye.shape[:2]
    scale = np.array([size[0] / width, size[1] / height])
    passes = []
    for plane in cv2.split(np.clip(dye * (255 / MOST_INK) + 0.5, 0, 255).astype(np.uint8)):
        shift = (scale - 1) / 2 + rng.normal(0, 0.15, 2) * scale
        matrix = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]])
        moved = cv2.warpAffine(plane, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        passes.append(np.asarray(moved, dtype=np.uint8))
    return passes


def _lines(size: tuple[int, int], pitch: float, rng: np.random.Generator) -> Plane:
    """Gain [h, w] of the dye about 1: less between lines and between elements, as a sample's area sees it."""
    depths = rng.uniform(0.05, 0.25, 2) * np.sinc(1 / pitch)
    down, across = (
        1 + depth * np.cos(2 * np.pi * np.arange(number) / pitch)
        for depth, number in zip(depths, size[::-1], strict=True)
    )
    return np.outer(down, across).astype(np.float32)


def _overcoated(image: Image, rng: np.random.Generator) -> Image:
    """The print under a clear film that throws back a broad sheen and shows a fine texture."""
    shape = image.shape[:2]
    sheen = np.clip(clouds(shape, shape[1] / 4, rng), 0, 2) * np.float32(rng.uniform(0, 6))
    texture = clouds(shape, float(rng.uniform(4, 10)), rng) * np.float32(rng.uniform(0.2, 1.5))
    light = np.clip(sheen + texture + np.float32(2.5), 0, 255).astype(np.uint8)
    return np.asarray(cv2.add(image, cv2.merge([light] * 3)), dtype=np.uint8)
