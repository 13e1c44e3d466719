"""Windows of drawn MRZ rows as a capture leaves them, with where each character stands and what it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.held_out import HeldOut, held_out
from jobs.evaluation.retouch import glare, grain, relight, soften
from jobs.training.mrz_print import draw_text, print_row
from udfs.nets.mrz import HEIGHT
from udfs.reading.mrz_layouts import ALPHABET
from udfs.reading.mrz_rows import row_crop
from udfs.specimens.rendered import Image
from udfs.specimens.sensor import DeviceDraw, Light, develop, draw_device

WINDOW = 320  # px along the row: 10 to 20 characters
PITCHES = (16.0, 32.0)  # px a character in the window: 44 to 24 of them in a whole row
NATIVE = (7.5, 36.0)  # px a character in the picture
HEIGHTS = (1.15, 2.3)  # of the row's picture, in cap heights
CUTS = 2  # windows of one capture, which is dearer to draw than to cut
Points = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """Part of a row: grey uint8 [32, 320, 1], the x of each centre in pixels, and its class among the 37."""

    image: Image
    centres: npt.NDArray[np.float32]
    classes: npt.NDArray[np.int64]


def draw_windows(grounds: Sequence[Image], rng: np.random.Generator) -> Iterator[Window]:
    """Cut CUTS windows out of one row, captured through light, lens, sensor and codec; one in twenty shows no row."""
    across = WINDOW / float(rng.uniform(*PITCHES))  # characters that a window holds
    shown = int(np.ceil(across)) + 2
    start = float(rng.choice([-1.0, 1.0], p=[0.6, 0.4]) * rng.uniform(0, 3.0))  # characters from window to row
    count = shown + 3 if rng.random() < 0.6 else int(rng.integers(shown // 2, shown))
    text = draw_text(rng, count) if rng.random() > 0.05 else ""
    native = float(np.exp(rng.uniform(*np.log(NATIVE))))
    row = print_row(text, native, (max(start, 0.0), across + max(-start, 0.0)), grounds, rng)
    photo, warp = _captured(row.scene, rng)
    centres = np.array([[row.left + (i + 0.5) * native, row.middle] for i in range(len(text))]).reshape(-1, 2)
    for _ in range(CUTS):
        left = row.left - (start + float(rng.uniform(-0.5, 0.5))) * native
        flat = _quad((left, row.middle), across * native * float(rng.uniform(0.85, 1.0)), row.cap, rng)
        quad = (_moved(flat, warp) + 0.06 * native * rng.standard_normal((4, 2))).astype(np.float32)
        placed = _moved(centres, _to_window(quad) @ warp) if text else centres
        yield _labelled(row_crop(photo, quad, WINDOW), placed[:, 0], text)


def _labelled(image: Image, x: npt.NDArray[np.floating], text: str) -> Window:
    inside = [i for i, at in enumerate(x) if 0 <= at < WINDOW - 1]
    classes = np.array([ALPHABET.index(text[i]) for i in inside], np.int64)
    return Window(image, x[inside].astype(np.float32), classes)


def _captured(scene: Image, rng: np.random.Generator) -> tuple[Image, npt.NDArray[np.float64]]:
    """The scene leant a little, lit, softened, through a sensor or not, and written; and the homography to it."""
    height, width = scene.shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    lean = np.deg2rad(rng.normal(0, 1.5))
    spin = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    seen = (flat - flat.mean(axis=0)) @ spin + flat.mean(axis=0) + rng.normal(0, 0.012, (4, 2)) * width
    warp = np.asarray(cv2.getPerspectiveTransform(flat, seen.astype(np.float32)), np.float64)
    leant = cv2.warpPerspective(scene, warp, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    photo = soften(np.asarray(leant, np.uint8), rng, most=1.4)
    if rng.random() < 0.5:
        photo = _sensed(photo, rng)
    photo = relight(photo, rng, 0.9)
    if rng.random() < 0.1:
        photo = glare(photo, rng)
    return grain(photo, rng), warp


def _sensed(photo: Image, rng: np.random.Generator) -> Image:
    """Through a camera's mosaic, noise and sharpening."""
    even = photo[: photo.shape[0] // 2 * 2, : photo.shape[1] // 2 * 2]
    light = Light(float(rng.uniform(0.72, 1.08)), (0.0, 0.0), (1.0, 1.0, 1.0), 0.0, (0.5, 0.5))
    return develop(np.ascontiguousarray(even), _device(held_out(), rng), light, rng)


def _device(split: HeldOut, rng: np.random.Generator) -> DeviceDraw:
    """A camera that is not held out."""
    device = draw_device(rng)
    return replace(device, gamma=min(device.gamma, split.gamma_above)) if split.device(device) else device


def _quad(start: tuple[float, float], length: float, cap: float, rng: np.random.Generator) -> Points:
    """The row's part of the scene, loose or tight by some pixels and leaning by fewer."""
    half = 0.5 * cap * float(rng.uniform(*HEIGHTS))
    x, y = start[0], start[1] + 0.16 * cap * float(np.clip(rng.normal(), -2, 2))
    fall = 0.05 * cap * float(rng.normal())
    return np.array(
        [[x, y - half - fall], [x + length, y - half + fall], [x + length, y + half + fall], [x, y + half - fall]],
        np.float32,
    )


def _moved(points: npt.NDArray[np.floating], warp: npt.NDArray[np.float64]) -> Points:
    moved = cv2.perspectiveTransform(points[None].astype(np.float64), warp)
    return np.asarray(moved[0], np.float32)


def _to_window(quad: Points) -> npt.NDArray[np.float64]:
    target = np.array([[0, 0], [WINDOW, 0], [WINDOW, HEIGHT], [0, HEIGHT]], np.float32) - 0.5
    return np.asarray(cv2.getPerspectiveTransform(quad, target), np.float64)
