"""What lies around the card in a small scene: surfaces, plain tables and things that are not the document."""

from collections.abc import Sequence

import cv2
import numpy as np

from udfs.specimens.backgrounds import TEXTURES, draw_background
from udfs.specimens.rendered import Image


def draw_backgrounds(number: int, *, seed: int) -> list[Image]:
    """Surfaces of 384 px to cut frames from: the camera's own and plain procedural ones."""
    rng = np.random.default_rng(seed)
    names = list(TEXTURES)
    return [
        draw_background(names[index % len(names)], rng, _size_of(rng)) if index % 3 else _blobs(rng)
        for index in range(number)
    ]


def _size_of(rng: np.random.Generator) -> tuple[int, int]:
    """A size whose grain, reduced to 384 px, is that of a photograph of 1,500 px or less."""
    side = int(rng.integers(384, 1000))
    return (side, side)


def _blobs(rng: np.random.Generator) -> Image:
    """Smooth colour noise at a random grain: a surface of no particular kind."""
    cells = int(rng.integers(2, 60))
    coarse = rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
    how = cv2.INTER_CUBIC if rng.random() < 0.7 else cv2.INTER_NEAREST
    base = rng.uniform(20, 235, 3)
    mixed = base + (cv2.resize(coarse, (384, 384), interpolation=how).astype(np.float32) - 128) * rng.uniform(0.05, 0.9)
    return np.clip(mixed, 0, 255).astype(np.uint8)


def surface(surfaces: Sequence[Image], frame: tuple[int, int], rng: np.random.Generator) -> Image:
    """A cut of a surface at a random zoom."""
    whole = surfaces[int(rng.integers(len(surfaces)))]
    height, width = frame
    most = min(whole.shape[0] / height, whole.shape[1] / width)
    zoom = float(rng.uniform(min(0.4, most), most))
    cut = (max(8, int(height * zoom)), max(8, int(width * zoom)))
    top = int(rng.integers(whole.shape[0] - cut[0] + 1))
    left = int(rng.integers(whole.shape[1] - cut[1] + 1))
    part = whole[top : top + cut[0], left : left + cut[1]]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    how = cv2.INTER_AREA if zoom > 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (width, height), interpolation=how), np.uint8)


def plain(frame: tuple[int, int], rng: np.random.Generator) -> Image:
    """A scanner's lid or a plain table."""
    shade = rng.uniform(225, 255) if rng.random() < 0.7 else rng.uniform(10, 225)
    table = shade + rng.normal(0, 6, 3) + rng.normal(0, 1.5, (*frame, 3))
    return np.asarray(np.clip(table, 0, 255), np.uint8)


def clutter(canvas: Image, rng: np.random.Generator) -> Image:
    """Things that are not the document: sheets, bands, discs, and the edge of another picture."""
    height, width = canvas.shape[:2]
    canvas = canvas.copy()
    for _ in range(int(rng.integers(1, 4))):
        centre = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
        size = (float(rng.uniform(10, 160)), float(rng.uniform(6, 130)))
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        kind = rng.random()
        if kind < 0.6:
            box = cv2.boxPoints((centre, size, float(rng.uniform(0, 180))))
            cv2.fillPoly(canvas, [np.round(box).astype(np.int32)], colour, cv2.LINE_AA)
        elif kind < 0.8:
            cv2.circle(canvas, (int(centre[0]), int(centre[1])), int(size[1] / 2), colour, -1, cv2.LINE_AA)
        else:
            end = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
            cv2.line(canvas, (int(centre[0]), int(centre[1])), end, colour, int(rng.integers(1, 8)), cv2.LINE_AA)
    return canvas
