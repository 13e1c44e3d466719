"""What every screen does to a picture: gamut, white and black, light in bands, glass, frame, and its subpixels."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.attacked import Attacked
from udfs.specimens.attacks.recapture import pixels_per_inch, recaptured
from udfs.specimens.rendered import Image, Rendered

Plane = npt.NDArray[np.float32]

SCREEN_GAMMA = 2.2
FEWEST_ACROSS = 480  # of less, nobody could read a document
WIDEST = 5_000  # samples
GLARE, FRAME = 0.3, 0.3


@dataclass(frozen=True)
class Mosaic:
    """Where a screen's colours shine.

    Attributes:
        light: float32 [n * pitch, n * pitch, 3], light of each sample of n x n pixels, BGR; every colour's mean is 1.
        pitch: samples a pixel.
        depth: how much darker than its pixel a sample without light is, as a share.
    """

    light: Plane
    pitch: int
    depth: float


def on_screen(page: Rendered, across: int, mosaic: Mosaic, rng: np.random.Generator) -> Attacked:
    """The whole page shown so many screen pixels wide, `mosaic.pitch` samples a screen pixel."""
    # Subpixels keep their pixel's mean, so the light is matched before there are so many of them.
    shown = recaptured(page.image, displayed(page.image, across, rng), rng)
    return Attacked(lit_subpixels(shown, mosaic), np.ones(page.image.shape[:2], dtype=np.bool_), ("page",))


def pixels_across(page: Rendered, ppi: float, most: int, rng: np.random.Generator) -> int:
    """How many screen pixels show the page's width: at its own size or larger, up to a hand's breadth more."""
    inches = page.image.shape[1] / pixels_per_inch(page)
    shown = inches * float(rng.uniform(1.0, 2.2 if ppi < 220 else 1.4))
    return int(np.clip(ppi * shown, FEWEST_ACROSS, most))


def displayed(image: Image, across: int, rng: np.random.Generator) -> Image:
    """The page as so many screen pixels show it, before a pixel is seen from near: BGR uint8 [h, w, 3]."""
    down = round(across * image.shape[0] / image.shape[1])
    reduces = across < image.shape[1]
    shown = cv2.resize(image, (across, down), interpolation=cv2.INTER_AREA if reduces else cv2.INTER_CUBIC)
    light: Plane = np.asarray(cv2.transform(cv2.LUT(shown, _linear(rng)), _gamut(rng)), dtype=np.float32)
    light *= (_bands(down, rng) * _seen_aslant(down, rng))[:, None, None] * _seen_aslant(across, rng)[None, :, None]
    if rng.random() < GLARE:
        light += _glare((down, across), rng)[..., None]
    levels = np.rint(np.clip(light, 0, 1) * 4095).astype(np.uint16)
    steps = np.rint(255 * (np.arange(4096) / 4095) ** (1 / SCREEN_GAMMA)).astype(np.uint8)
    framed = np.asarray(steps[levels], dtype=np.uint8)
    if rng.random() < FRAME:
        _frame(framed, rng)
    return framed


def lit_subpixels(shown: Image, mosaic: Mosaic) -> Image:
    """Each screen pixel of BGR uint8 [h, w, 3] as samples, each colour brighter where its own subpixel is.

    The mean of a pixel's samples is the pixel: a camera has no brighter than white, so near white subpixels melt
    into one another, as they do in a picture that is exposed for the screen.
    """
    pitch, side = mosaic.pitch, mosaic.light.shape[0]
    height, width = shown.shape[:2]
    fine = np.empty((height * pitch, width * pitch, 3), np.uint8)
    repeat, levels = side // pitch, np.arange(256, dtype=np.float32)
    for channel in range(3):
        own, weights = np.ascontiguousarray(shown[..., channel]), mosaic.light[..., channel] - 1
        room = np.minimum(mosaic.depth * levels * float(weights.max()), 255 - levels) / float(weights.max())
        tables = {float(each): np.rint(levels + room * each) for each in np.unique(weights)}
        lit = {each: cv2.LUT(own, np.clip(table, 0, 255).astype(np.uint8)) for each, table in tables.items()}
        for row in range(side):
            for column in range(side):
                source = lit[float(weights[row, column])][row // pitch :: repeat, column // pitch :: repeat]
                fine[row::side, column::side, channel] = source
    return fine


def balanced(mosaic: Plane) -> Plane:
    """The mosaic [h, w, 3] with a mean of 1 for each colour."""
    return np.asarray(mosaic / mosaic.mean(axis=(0, 1)), dtype=np.float32)


def _linear(rng: np.random.Generator) -> Plane:
    """Linear light of each grey level on a screen whose black is not black."""
    black = np.float32(rng.uniform(0.002, 0.03))
    gamma = SCREEN_GAMMA + float(rng.uniform(-0.15, 0.15))
    return np.asarray(black + (1 - black) * (np.arange(256, dtype=np.float32) / 255) ** gamma, dtype=np.float32)


def _gamut(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Matrix [3, 3] of BGR: primaries more or less saturated than the camera takes them for, and the white point."""
    mixed = np.full((3, 3), float(rng.uniform(-0.05, 0.06)))
    np.fill_diagonal(mixed, 0)
    np.fill_diagonal(mixed, 1 - mixed.sum(axis=1))
    warm = float(rng.normal(0, 0.04))
    return np.asarray(np.diag([1 + warm, 1.0, 1 - warm]) @ mixed, dtype=np.float64)


def _bands(height: int, rng: np.random.Generator) -> Plane:
    """Gain [h] of the bands that a rolling shutter makes of the light's pulses; soft, or with an edge as of PWM."""
    number, strength = float(rng.uniform(1.5, 9)), float(rng.uniform(0.0, 0.10))
    phase = 2 * np.pi * (np.linspace(0, number, height) + float(rng.uniform(0, 1)))
    wave = np.sin(phase) if rng.random() < 0.6 else np.tanh(3 * (np.sin(phase) + float(rng.uniform(-0.5, 0.5))))
    return np.asarray(1 + strength * (wave - wave.mean()), dtype=np.float32)


def _seen_aslant(length: int, rng: np.random.Generator) -> Plane:
    """Gain [n] of a panel that is darker where it is seen from the side."""
    return (1 + float(rng.normal(0, 0.04)) * np.linspace(-1, 1, length)).astype(np.float32)


def _glare(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Light [h, w] that the glass throws back: a lamp's blur or a window with its bar."""
    height, width = shape
    plane = np.zeros((height // 4 + 1, width // 4 + 1), np.float32)
    x, y = rng.uniform(0, 1, 2) * (plane.shape[1], plane.shape[0])
    wide = float(rng.uniform(0.08, 0.25)) * plane.shape[1]
    corners = np.array([[-1, -1], [1, -1.1], [1.1, 1], [-0.9, 1.1]]) * wide / 2 + (x, y)
    cv2.fillConvexPoly(plane, np.rint(corners).astype(np.int32), 1.0)
    if rng.random() < 0.5:
        cv2.line(plane, (int(x), 0), (int(x), plane.shape[0]), 0.0, max(1, int(wide / 12)))
    blurred = cv2.GaussianBlur(plane, (0, 0), float(rng.uniform(0.04, 0.3)) * wide + 0.5)
    return np.asarray(cv2.resize(blurred * np.float32(rng.uniform(0.05, 0.3)), (width, height)), dtype=np.float32)


def _frame(shown: Image, rng: np.random.Generator) -> None:
    """A strip of the screen's bezel or of a window's edge along one side of the outline, in place."""
    turns = int(rng.integers(4))
    side = np.rot90(shown, turns)
    deep = max(2, int(side.shape[0] * rng.uniform(0.006, 0.03)))
    window = bool(rng.random() < 0.5)
    side[:deep] = rng.integers(190, 245) if window else rng.integers(6, 30)
    if window:
        side[deep - 1] = rng.integers(90, 150)
