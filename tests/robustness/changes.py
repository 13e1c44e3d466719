"""What can be done to a picture without touching what it shows: each change by name."""

from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np

from tests.robustness.sound_files import Image

RNG_SEED = 11


def scaled(image: Image, factor: float) -> Image:
    """Resized; by area where it shrinks, as editors do."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=how), np.uint8)


def bordered(image: Image, share: float, colour: tuple[int, int, int]) -> Image:
    """A plain border around it, a share of its width."""
    rim = round(share * image.shape[1])
    return np.asarray(cv2.copyMakeBorder(image, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=colour), np.uint8)


def with_margin(image: Image, colour: tuple[int, int, int]) -> Image:
    """A margin as large as the picture, to its right and below."""
    height, width = image.shape[:2]
    return np.asarray(cv2.copyMakeBorder(image, 0, height, 0, width, cv2.BORDER_CONSTANT, value=colour), np.uint8)


def turned(image: Image, degrees: float) -> Image:
    """Turned about its middle on a grey ground, nothing cut off; by quarters no pixel is resampled."""
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(image, -round(degrees / 90)))
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    cosine, sine = abs(turn[0, 0]), abs(turn[0, 1])
    size = (int(height * sine + width * cosine), int(height * cosine + width * sine))
    turn[:, 2] += (size[0] / 2 - width / 2, size[1] / 2 - height / 2)
    return np.asarray(cv2.warpAffine(image, turn, size, flags=cv2.INTER_CUBIC, borderValue=(120, 120, 120)), np.uint8)


def recompressed(image: Image, quality: int) -> Image:
    """Through a JPEG of that quality."""
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def toned(image: Image, gamma: float) -> Image:
    """Through a tone curve."""
    curve = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    return np.asarray(curve[image], np.uint8)


CHANGES: Mapping[str, Callable[[Image], Image]] = {
    **{f"scale {factor}": partial(scaled, factor=factor) for factor in (0.5, 0.7, 1.3, 2.0)},
    "white border": partial(bordered, share=0.1, colour=(255, 255, 255)),
    "black border": partial(bordered, share=0.3, colour=(0, 0, 0)),
    "red border": partial(bordered, share=0.05, colour=(0, 0, 255)),
    "huge margin": partial(with_margin, colour=(200, 200, 200)),
    **{f"turned {degrees}": partial(turned, degrees=degrees) for degrees in (90, 180, 270, 2, -5, 10)},
    **{f"quality {quality}": partial(recompressed, quality=quality) for quality in (40, 60, 80, 95)},
    **{f"gamma {gamma}": partial(toned, gamma=gamma) for gamma in (0.25, 4.0)},
}


def _empty() -> dict[str, Image]:
    """Pictures that show no document."""
    rng = np.random.default_rng(RNG_SEED)
    across = np.linspace(0, 255, 1000)[None, :, None]
    stripes = ((np.arange(700)[:, None, None] // 20 % 2) * 255 * np.ones((1, 1000, 3))).astype(np.uint8)
    return {
        "white": np.full((700, 1000, 3), 255, np.uint8),
        "black": np.zeros((700, 1000, 3), np.uint8),
        "green": np.full((700, 1000, 3), (40, 200, 60), np.uint8),
        "noise": rng.integers(0, 256, (700, 1000, 3), np.uint8),
        "soft noise": np.clip(rng.normal(128, 6, (700, 1000, 3)), 0, 255).astype(np.uint8),
        "ramp": np.broadcast_to(across, (700, 1000, 3)).astype(np.uint8),
        "stripes": stripes,
    }


EMPTY: Mapping[str, Image] = _empty()
