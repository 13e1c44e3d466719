"""Surfaces that a document lies on when it is photographed."""

import cv2
import numpy as np

from udfs.specimens import surfaces
from udfs.specimens.rendered import Image
from udfs.specimens.surfaces import Texture, smooth_noise, tinted


def wood(rng: np.random.Generator, height: int, width: int) -> Image:
    """A desk: long grain, broad rings and seams between boards."""
    colour = np.array([rng.uniform(40, 110), rng.uniform(75, 150), rng.uniform(115, 195)], np.float32)
    bend = 6 * smooth_noise(rng, height, width, (180, 260))
    rows = np.arange(height, dtype=np.float32)[:, None] + bend
    shade = 0.07 * np.sin(rows / rng.uniform(5, 14)) + 0.10 * smooth_noise(rng, height, width, (2, 90))
    boards = (rows % rng.uniform(110, 240)) < 1.5
    surface = tinted(np.where(boards, shade - 0.35, shade), colour)
    return np.ascontiguousarray(np.rot90(_to_square(surface))[:height, :width]) if rng.random() < 0.4 else surface


def _to_square(surface: Image) -> Image:
    """The surface, mirrored at its edge until it is as high as it is wide and the other way round."""
    side = max(surface.shape[:2])
    pad = (side - surface.shape[0], side - surface.shape[1])
    return np.asarray(cv2.copyMakeBorder(surface, 0, pad[0], 0, pad[1], cv2.BORDER_REFLECT), dtype=np.uint8)


def cloth(rng: np.random.Generator, height: int, width: int) -> Image:
    """Woven cloth with folds."""
    pitch = rng.uniform(2.2, 5.0)
    down, across = np.sin(np.arange(height) * 2 * np.pi / pitch), np.sin(np.arange(width) * 2 * np.pi / pitch)
    weave = 0.08 * (down[:, None] * across[None, :]).astype(np.float32)
    folds = 0.16 * smooth_noise(rng, height, width, (120, 160))
    return tinted(weave + folds, rng.uniform(30, 220, 3).astype(np.float32))


def paper(rng: np.random.Generator, height: int, width: int) -> Image:
    """A sheet of paper, blank, ruled or squared."""
    surface = tinted(0.012 * smooth_noise(rng, height, width, (1.5, 1.5)), rng.uniform(215, 250, 3).astype(np.float32))
    ruling = int(rng.integers(0, 3))
    pitch = int(rng.integers(11, 24))
    if ruling >= 1:
        surface[::pitch] = (surface[::pitch] * 0.8).astype(np.uint8)
    if ruling == 2:
        surface[:, ::pitch] = (surface[:, ::pitch] * 0.8).astype(np.uint8)
    return surface


def gradient(rng: np.random.Generator, height: int, width: int) -> Image:
    """A plain table top that runs from one colour into another."""
    ends = rng.uniform(20, 235, (2, 2, 3)).astype(np.float32)
    ends = ends.mean(axis=(0, 1)) + 0.35 * (ends - ends.mean(axis=(0, 1)))
    plain = cv2.resize(ends, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(plain, 0, 255), dtype=np.uint8)


def stone(rng: np.random.Generator, height: int, width: int) -> Image:
    """A speckled worktop."""
    speckle = 0.16 * smooth_noise(rng, height, width, (3, 3)) + 0.12 * smooth_noise(rng, height, width, (26, 26))
    return tinted(speckle, rng.uniform(50, 205, 3).astype(np.float32))


def clutter(rng: np.random.Generator, height: int, width: int) -> Image:
    """A desk with other papers, pens and boxes lying about."""
    surface = gradient(rng, height, width)
    for _ in range(int(rng.integers(3, 9))):
        centre = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
        size = (float(rng.uniform(8, width / 2)), float(rng.uniform(8, height / 2)))
        corners = cv2.boxPoints((centre, size, float(rng.uniform(0, 90)))).astype(np.int32)
        cv2.fillConvexPoly(surface, corners, rng.uniform(10, 245, 3).tolist(), cv2.LINE_AA)
    return surface


TEXTURES: dict[str, Texture] = {
    "wood": wood,
    "cloth": cloth,
    "paper": paper,
    "gradient": gradient,
    "stone": stone,
    "clutter": clutter,
    "leather": surfaces.leather,
    "marble": surfaces.marble,
    "tiles": surfaces.tiles,
    "keys": surfaces.keys,
    "printed": surfaces.printed,
    "table_cloth": surfaces.table_cloth,
    "palm": surfaces.palm,
    "two_tone": surfaces.two_tone,
}


def draw_background(name: str, rng: np.random.Generator, size: tuple[int, int]) -> Image:
    """The named surface at size (width, height), made at half resolution: it is out of focus or coarse anyway."""
    width, height = size
    half = TEXTURES[name](rng, (height + 1) // 2, (width + 1) // 2)
    return np.asarray(cv2.resize(half, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
