"""Places of a picture laid over themselves after some other history: an edit of no particular kind.

A net that sees only the attacks of a catalogue learns those. What they share is that a place has another past than
what surrounds it, and that can be drawn without end (after the self-blended images of Shiohara and Yamasaki 2022).
"""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.encoding import decoded
from udfs.specimens.rendered import Image

Mask = npt.NDArray[np.uint8]
Plane = npt.NDArray[np.float32]

PAST = 2  # most steps of another history
SIZES = (0.5, 1.6)  # to which a place was once enlarged or reduced
SHIFTS = (0.5, 80.0)  # px: up to a place that shows something else
LEAN = 0.03  # radians, and share of stretch
FILTERS = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA, cv2.INTER_LANCZOS4)
QUALITIES = (55, 95)
GRAIN = (0.8, 4.0)  # grey levels
TONE = 0.04
PLACES = 3
WIDTHS, HEIGHTS = (24, 200), (14, 120)  # px: from a few characters to a portrait
FEATHER = 2.0  # px
SHOWS_FROM = 0.4  # grey levels in mean around a pixel: less is no change


def self_blended(tile: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
    """A tile [s, s, 3] with places of another history, and where they show: uint8 0/1 [s, s]."""
    other = tile
    for _ in range(1 + int(rng.integers(PAST))):
        other = PASTS[int(rng.integers(len(PASTS)))](other, rng)
    weight = _places(tile.shape[0], rng)
    mixed = np.rint(other * weight[..., None] + tile * (1 - weight[..., None])).astype(np.uint8)
    change = cv2.absdiff(mixed, tile).max(axis=2).astype(np.float32)
    shows = (cv2.blur(change, (9, 9)) > SHOWS_FROM) & (weight > 0.5)
    return mixed, shows.astype(np.uint8)


def _places(side: int, rng: np.random.Generator) -> Plane:
    """One to three boxes or ellipses, a little turned, sharp or feathered: float32 0..1 [side, side]."""
    weight = np.zeros((side, side), np.float32)
    for _ in range(1 + int(rng.integers(PLACES))):
        size = tuple(float(np.exp(rng.uniform(np.log(low), np.log(high)))) for low, high in (WIDTHS, HEIGHTS))
        size = size if rng.random() < 0.7 else size[::-1]
        box = (tuple(rng.uniform(0, side, 2).tolist()), size, float(rng.normal(0, 8)))
        if rng.random() < 0.7:
            cv2.fillPoly(weight, [np.rint(cv2.boxPoints(box)).astype(np.int32)], 1.0)
        else:
            cv2.ellipse(weight, box, 1.0, -1)
    soft = float(rng.uniform(0, FEATHER)) if rng.random() < 0.6 else 0.0
    return np.asarray(cv2.GaussianBlur(weight, (0, 0), soft), np.float32) if soft > 0.3 else weight


def _resized(tile: Image, rng: np.random.Generator) -> Image:
    """Reduced or enlarged, and back."""
    side, (low, high) = tile.shape[0], np.log(SIZES)
    between = max(8, round(side * float(np.exp(rng.uniform(low, high)))))
    there, back = (int(rng.choice(FILTERS)) for _ in range(2))
    other = cv2.resize(tile, (between, between), interpolation=there)
    return np.asarray(cv2.resize(other, (side, side), interpolation=back), np.uint8)


def _moved(tile: Image, rng: np.random.Generator) -> Image:
    """Moved by parts of pixels, leant and stretched a little, as what was laid flat and back again."""
    side = tile.shape[0]
    middle = np.array([side / 2, side / 2])
    bend = np.eye(2) + rng.normal(0, LEAN / 2, (2, 2))
    low, high = np.log(SHIFTS)
    step = np.exp(rng.uniform(low, high, 2)) * rng.choice([-1, 1], 2)
    matrix = np.concatenate([bend, (middle - bend @ middle + step)[:, None]], axis=1)
    how = FILTERS[int(rng.integers(2))]
    return np.asarray(cv2.warpAffine(tile, matrix, (side, side), flags=how, borderMode=cv2.BORDER_REFLECT), np.uint8)


def _compressed(tile: Image, rng: np.random.Generator) -> Image:
    """Through a JPEG whose grid lies anywhere."""
    left, top = (int(start) for start in rng.integers(0, 8, 2))
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*QUALITIES))]
    data = cv2.imencode(".jpg", tile[top:, left:], quality)[1]
    other = tile.copy()
    other[top:, left:] = decoded(data.tobytes())
    return other


def _softened(tile: Image, rng: np.random.Generator) -> Image:
    return np.asarray(cv2.GaussianBlur(tile, (0, 0), float(rng.uniform(0.4, 1.3))), np.uint8)


def _sharpened(tile: Image, rng: np.random.Generator) -> Image:
    amount = float(rng.uniform(0.2, 1.2))
    soft = cv2.GaussianBlur(tile, (0, 0), float(rng.uniform(0.7, 1.5)))
    return np.asarray(cv2.addWeighted(tile, 1 + amount, soft, -amount, 0), np.uint8)


def _smoothed(tile: Image, rng: np.random.Generator) -> Image:
    """Denoised with the edges left."""
    if rng.random() < 0.5:
        return np.asarray(cv2.medianBlur(tile, 3), np.uint8)
    return np.asarray(cv2.bilateralFilter(tile, 5, float(rng.uniform(6, 30)), 3.0), np.uint8)


def _grained(tile: Image, rng: np.random.Generator) -> Image:
    grain = rng.standard_normal(tile.shape, dtype=np.float32) * np.float32(rng.uniform(*GRAIN))
    if rng.random() < 0.5:
        grain = cv2.GaussianBlur(grain, (0, 0), 0.6) * np.float32(1.8)
    return np.asarray(np.clip(np.rint(tile + grain), 0, 255), np.uint8)


def _toned(tile: Image, rng: np.random.Generator) -> Image:
    gain, lift = np.exp(rng.normal(0, TONE, 3)), rng.normal(0, 255 * TONE / 2, 3)
    return np.asarray(np.clip(np.rint(tile * gain + lift), 0, 255), np.uint8)


PASTS: tuple[Callable[[Image, np.random.Generator], Image], ...] = (
    _resized,
    _moved,
    _compressed,
    _softened,
    _sharpened,
    _smoothed,
    _grained,
    _toned,
)
