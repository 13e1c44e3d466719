"""Small files of very large pictures, near what the guard lets through and beyond it."""

import struct
from collections.abc import Callable
from functools import lru_cache, partial

import cv2
import numpy as np

from tests.robustness.bad_jpegs import SOS, segments
from tests.robustness.bad_jpegs import joined as jpeg_of
from tests.robustness.bad_pngs import joined as png_of
from tests.robustness.bad_pngs import zeros
from tests.robustness.draws import Rng, one_of

GREY, RGB, RGBA = 0, 2, 6  # colour types of PNG
SAMPLES = {GREY: 1, RGB: 3, RGBA: 4}


def bomb(rng: Rng) -> bytes:
    """One of those below."""
    return one_of(rng, BOMBS)()


@lru_cache(maxsize=16)
def flat_png(side: int, kind: int, bits: int, clear: bytes = b"") -> bytes:
    """A black square, which deflates a thousandfold; `clear` names a colour that is transparent."""
    header = struct.pack(">IIBBBBB", side, side, bits, kind, 0, 0, 0)
    rows = zeros((1 + side * SAMPLES[kind] * bits // 8) * side)
    chunks = [(b"IHDR", header), *([(b"tRNS", clear)] if clear else []), (b"IDAT", rows), (b"IEND", b"")]
    return png_of(chunks)


@lru_cache(maxsize=4)
def flat_file(suffix: str, side: int) -> bytes:
    """A grey square as OpenCV writes it."""
    return cv2.imencode(suffix, np.full((side, side, 3), 90, np.uint8))[1].tobytes()


@lru_cache(maxsize=2)
def many_scans(side: int, scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    image = np.full((side, side, 3), 90, np.uint8)
    parts = segments(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes())
    last = max(at for at, (marker, _) in enumerate(parts) if marker == SOS)
    return jpeg_of([*parts[: last + 1], *[parts[last]] * scans, *parts[last + 1 :]])


BOMBS: tuple[Callable[[], bytes], ...] = (
    partial(flat_png, 7_700, RGB, 8), partial(flat_png, 7_700, RGBA, 8), partial(flat_png, 7_700, RGBA, 16),
    partial(flat_png, 5_400, RGBA, 16), partial(flat_png, 7_700, GREY, 16, b"\x00\x00"),
    partial(flat_png, 7_700, GREY, 8, b"\x00\x05"), partial(flat_file, ".jpg", 7_700),
    partial(flat_file, ".webp", 7_700), partial(many_scans, 3_000, 600), partial(many_scans, 1_000, 300),
)  # fmt: skip
