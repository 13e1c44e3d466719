"""Surfaces that people make or have at hand: print, keys, tiles, table cloths, a palm, the edge of a table."""

from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.rendered import Image

Texture = Callable[[np.random.Generator, int, int], Image]

LETTERS = np.array(list("ABCDEFGHIKLMNOPRSTUVWaabcdeeefghiiklmnnoprsttuvwyz0123456789.,"))


def smooth_noise(
    rng: np.random.Generator, height: int, width: int, cell: tuple[float, float]
) -> npt.NDArray[np.float32]:
    """Noise float32 [height, width] about zero with a grain of `cell` = (down, across) pixels."""
    rows, columns = max(2, int(height / cell[0]) + 2), max(2, int(width / cell[1]) + 2)
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def tinted(shade: npt.NDArray[np.float32], colour: npt.NDArray[np.float32]) -> Image:
    """Colour BGR [3] in grey levels, modulated by a relative shade [h, w]."""
    return np.clip(colour * (1.0 + shade[..., None]), 0, 255).astype(np.uint8)


def skin(rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """A colour of skin BGR [3] in grey levels, pale to dark."""
    pale, dark = np.array([178, 198, 238], np.float32), np.array([38, 52, 84], np.float32)
    mixed = dark + (pale - dark) * np.float32(rng.random())
    return np.asarray(mixed * rng.uniform(0.94, 1.06, 3), dtype=np.float32)


def leather(rng: np.random.Generator, height: int, width: int) -> Image:
    """Grained leather: fine wrinkles between small cells, and wear of the colour."""
    cell = float(rng.uniform(4, 9))
    wrinkles = np.exp(-np.abs(smooth_noise(rng, height, width, (cell, cell))) / 0.18)
    worn = 0.12 * smooth_noise(rng, height, width, (70, 90))
    return tinted(np.asarray(worn - 0.3 * wrinkles, np.float32), rng.uniform(18, 130, 3).astype(np.float32))


def marble(rng: np.random.Generator, height: int, width: int) -> Image:
    """Polished stone with veins."""
    bent = smooth_noise(rng, height, width, (90, 140)) + 0.35 * smooth_noise(rng, height, width, (18, 22))
    veins = np.exp(-np.abs(bent) / 0.05) + 0.5 * np.exp(-np.abs(bent - 0.6) / 0.03)
    clouds = 0.08 * smooth_noise(rng, height, width, (60, 60))
    side = -0.4 if rng.random() < 0.7 else 0.5
    return tinted(
        np.asarray(clouds + side * veins, np.float32),
        rng.uniform(60, 225) * rng.uniform(0.93, 1.07, 3).astype(np.float32),
    )


def tiles(rng: np.random.Generator, height: int, width: int) -> Image:
    """Tiles, each of its own shade, with joints between them."""
    pitch = rng.uniform(35, 150, 2)
    down, across = np.arange(height) / pitch[0], np.arange(width) / pitch[1]
    shades = 0.07 * rng.standard_normal((int(down[-1]) + 1, int(across[-1]) + 1), dtype=np.float32)
    shade = shades[down.astype(int)][:, across.astype(int)] + 0.04 * smooth_noise(rng, height, width, (8, 8))
    joint = float(rng.uniform(1.5, 5))
    open_joint = ((down % 1)[:, None] * pitch[0] < joint) | ((across % 1)[None, :] * pitch[1] < joint)
    level = np.float32(rng.uniform(-0.5, 0.35))
    return tinted(np.where(open_joint, level, shade), rng.uniform(50, 215, 3).astype(np.float32))


def keys(rng: np.random.Generator, height: int, width: int) -> Image:
    """A keyboard: staggered rows of keys with letters on them."""
    base = rng.uniform(15, 210)
    board = np.full((height, width, 3), base, np.uint8)
    cap, ink = ((base + 30, 235) if base < 120 else (245, 40)) if rng.random() < 0.6 else (base * 0.6, 235)
    pitch = int(rng.integers(38, 72))
    for row in range(height // pitch + 1):
        start = int(pitch * 0.25 * (row % 4)) - pitch
        for left in range(start, width, pitch):
            top, size = row * pitch + 2, pitch - 5
            cv2.rectangle(board, (left, top), (left + size, top + size), (cap, cap, cap), -1)
            place = (left + size // 4, top + size // 2)
            cv2.putText(board, str(rng.choice(LETTERS)), place, cv2.FONT_HERSHEY_SIMPLEX, size / 90, (ink,) * 3, 1)
    return board


def printed(rng: np.random.Generator, height: int, width: int) -> Image:
    """A sheet with printed lines of text."""
    sheet = np.full((height, width, 3), rng.uniform(222, 252, 3), np.uint8)
    size, left = float(rng.uniform(0.28, 0.75)), int(rng.integers(4, 60))
    pitch = int(size * rng.uniform(30, 46))
    ink = tuple(rng.uniform(10, 90, 3).tolist())
    for baseline in range(pitch, height, pitch):
        if rng.random() < 0.12:
            continue
        words = rng.choice(LETTERS, int((width - left) / (size * 19)))
        words[rng.random(len(words)) < 0.17] = " "
        ends = int(len(words) * (1.0 if rng.random() < 0.8 else rng.random()))
        place = (left, baseline)
        cv2.putText(sheet, "".join(words[:ends]), place, cv2.FONT_HERSHEY_COMPLEX, size, ink, 1, cv2.LINE_AA)
    return sheet


def table_cloth(rng: np.random.Generator, height: int, width: int) -> Image:
    """A cloth in checks or with a motif that repeats."""
    ground, second = rng.uniform(150, 250, 3).astype(np.float32), rng.uniform(20, 220, 3).astype(np.float32)
    pitch = int(rng.integers(16, 70))
    if rng.random() < 0.5:
        down, across = ((np.arange(length) // (pitch // 2) % 2)[:, None] for length in (height, width))
        share = (down + across.T).astype(np.float32)[..., None] / 2
    else:
        tile = np.zeros((pitch, pitch), np.uint8)
        cv2.circle(tile, (pitch // 2, pitch // 2), max(2, int(pitch * rng.uniform(0.12, 0.4))), 255, -1, cv2.LINE_AA)
        if rng.random() < 0.5:
            cv2.circle(tile, (pitch // 2, pitch // 2), max(1, pitch // 9), 0, -1, cv2.LINE_AA)
        repeats = (height // pitch + 1, width // pitch + 1)
        share = np.tile(tile, repeats)[:height, :width, None].astype(np.float32) / 255
    folds = 1 + 0.08 * smooth_noise(rng, height, width, (110, 150))[..., None]
    return np.asarray(np.clip((ground * (1 - share) + second * share) * folds, 0, 255), dtype=np.uint8)


def palm(rng: np.random.Generator, height: int, width: int) -> Image:
    """The hand that the document lies in: skin, its lines, gaps between fingers."""
    shade = 0.10 * smooth_noise(rng, height, width, (150, 190)) + 0.025 * smooth_noise(rng, height, width, (2, 2))
    lines = np.zeros((height, width), np.uint8)
    along = np.linspace(0, width, 40)
    for _ in range(int(rng.integers(3, 7))):
        bend, slope = rng.uniform(10, 70), rng.uniform(-0.5, 0.5)
        bow = bend * np.sin(along / width * np.pi * rng.uniform(0.5, 1.5))
        course = rng.uniform(0, height) + slope * (along - width / 2) + bow
        points = np.stack([along, course], axis=1).astype(np.int32)
        cv2.polylines(lines, [points], False, int(rng.integers(60, 200)), int(rng.integers(1, 5)), cv2.LINE_AA)
    dark = np.asarray(cv2.GaussianBlur(lines, (0, 0), 1.5), np.float32) / 255
    return tinted(np.asarray(shade - 0.5 * dark, np.float32), skin(rng))


def two_tone(rng: np.random.Generator, height: int, width: int) -> Image:
    """The edge of one surface over another, with a shadow under it."""
    upper, lower = (pick(rng, height, width) for pick in rng.choice(np.array([leather, marble, tiles]), 2))
    angle = rng.uniform(0, 2 * np.pi)
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    away = (across - width * rng.uniform(0.2, 0.8)) * np.float32(np.cos(angle))
    away += (down - height * rng.uniform(0.2, 0.8)) * np.float32(np.sin(angle))
    fall = 1 - 0.6 * np.exp(-np.clip(away, 0, None) / np.float32(rng.uniform(3, 20)))
    below = (lower * fall[..., None]).astype(np.uint8)
    return np.asarray(np.where((away < 0)[..., None], upper, below), dtype=np.uint8)
