"""Sound files of pictures that no camera takes: a row of pixels, a wall of text, noise, a wild barcode."""

import cv2
import numpy as np
import zxingcpp
from PIL import Image as Pillow

from tests.robustness.bad_texts import aamva_text, symbol_text
from tests.robustness.draws import Rng, below, one_of
from tests.robustness.sound_files import Image, sound_page, written

SIDES = (1, 2, 3, 5, 7, 8, 9, 15, 31, 63, 64, 65, 190, 192, 193, 400, 640)
LONG = (1_000, 3_000, 11_999)
KINDS = ("JPEG", "PNG", "WEBP")


def odd_picture(rng: Rng, width: int) -> bytes:
    """One of the pictures below in one of the formats and colour modes."""
    drawn = one_of(rng, (_flat, _noise, _chequered, _lettered, _stretched, _symbol, _symbol, _shards))(rng, width)
    mode = one_of(rng, ("RGB", "RGB", "RGB", "L", "1", "P", "CMYK", "RGBA", "LA"))
    kind = one_of(rng, KINDS)
    if kind == "JPEG" and mode in ("1", "P", "RGBA", "LA"):
        mode = "RGB"
    if kind == "WEBP" and mode not in ("RGB", "RGBA"):
        mode = "RGB"
    if kind == "PNG" and mode == "CMYK":
        mode = "RGB"
    return written(Pillow.fromarray(drawn[:, :, ::-1]).convert(mode), kind, quality=int(rng.integers(1, 101)))


def _shape(rng: Rng) -> tuple[int, int]:
    if rng.random() < 0.3:
        shape = one_of(rng, LONG), one_of(rng, (1, 2, 8, 70))
        return shape if rng.random() < 0.5 else shape[::-1]
    return one_of(rng, SIDES), one_of(rng, SIDES)


def _flat(rng: Rng, width: int) -> Image:
    return np.full((*_shape(rng), 3), rng.integers(0, 256, 3), np.uint8)


def _noise(rng: Rng, width: int) -> Image:
    return rng.integers(0, 256, (*_shape(rng), 3), np.uint8)


def _chequered(rng: Rng, width: int) -> Image:
    """Squares of one size, down to single pixels: the most edges that there can be."""
    rows, columns = _shape(rng)
    side = one_of(rng, (1, 2, 4, 8, 40))
    board = (np.arange(rows)[:, None] // side + np.arange(columns)[None, :] // side) % 2
    return np.repeat((board * 255).astype(np.uint8)[:, :, None], 3, axis=2)


def _lettered(rng: Rng, width: int) -> Image:
    """More lines of text than a document has: words, dates, codes, lines of an MRZ."""
    page = np.full((width * 3 // 4, width, 3), 235, np.uint8)
    words = (
        "Surname",
        "31.02.1980",
        "P<UTO",
        "<<<<<<<<<<<<<",
        "99/99/9999",
        "DAQ",
        "1.",
        "Date of birth",
        "X" * 30,
        "0O0O0O",
    )
    step = one_of(rng, (9, 12, 20, 34))
    for top in range(step, page.shape[0], step):
        line = " ".join(one_of(rng, words) for _ in range(8))
        cv2.putText(
            page, line, (below(rng, 40), top), cv2.FONT_HERSHEY_SIMPLEX, step / 30, (20, 20, 20), 1, cv2.LINE_AA
        )
    return page


def _stretched(rng: Rng, width: int) -> Image:
    """The page squeezed flat or narrow, turned, or so dark that nothing shows."""
    page = sound_page(width)
    rows, columns = _shape(rng)
    squeezed = cv2.resize(page, (min(columns, 2 * width), min(rows, 2 * width)), interpolation=cv2.INTER_AREA)
    dark = (page * one_of(rng, (0.0, 0.02, 0.2))).astype(np.uint8)
    return np.ascontiguousarray(one_of(rng, (squeezed, dark, np.rot90(page), 255 - page)))


def _symbol(rng: Rng, width: int) -> Image:
    """The page with a barcode on it whose payload is wild."""
    page = sound_page(width).copy()
    payload, kind = (aamva_text(rng), zxingcpp.BarcodeFormat.PDF417)
    if rng.random() < 0.5:
        payload, kind = symbol_text(rng), zxingcpp.BarcodeFormat.QRCode
    try:
        modules = np.array(zxingcpp.create_barcode(payload[:900], kind).to_image(scale=1), np.uint8)
    except (ValueError, RuntimeError):  # more than a symbol holds, or nothing
        return page
    times = max(1, min(page.shape[1] // modules.shape[1], page.shape[0] // modules.shape[0], 3))
    drawn = np.kron(modules, np.ones((times, times), np.uint8))[: page.shape[0], : page.shape[1]]
    page[: drawn.shape[0], : drawn.shape[1]] = drawn[:, :, None]
    return page


def _shards(rng: Rng, width: int) -> Image:
    """Rectangles and triangles anywhere: quads that no card makes, portraits that are none."""
    page = np.full((width * 2 // 3, width, 3), below(rng, 256), np.uint8)
    for _ in range(one_of(rng, (1, 4, 60))):
        corners = rng.integers(-60, width + 60, (one_of(rng, (3, 4)), 2)).astype(np.int32)
        cv2.fillPoly(page, [corners], tuple(int(value) for value in rng.integers(0, 256, 3)))
    return page
