"""Portraits: procedural faces that a seed decides, or photographs from a folder of the user's."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.face_parts import draw_head
from udfs.specimens.faces import Canvas, draw_face
from udfs.specimens.rendered import Image

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


def draw_portrait(face_seed: int, photo_seed: int, size_px: tuple[int, int]) -> Image:
    """The photograph `photo_seed` of the face `face_seed`, BGR uint8 at `size_px` (width, height)."""
    rng = np.random.default_rng((photo_seed, 2))
    canvas = Canvas(rng)
    draw_head(canvas, draw_face(face_seed), rng)
    return _photograph(canvas.page, rng, size_px)


def _photograph(page: npt.NDArray[np.float32], rng: np.random.Generator, size_px: tuple[int, int]) -> Image:
    """Light from one side, grain, and the size asked for."""
    height, width = page.shape[:2]
    side, gain = rng.uniform(-0.12, 0.12), rng.uniform(0.92, 1.06)
    light = gain + side * np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    light = light - rng.uniform(0, 0.08) * np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    lit = page * light + rng.normal(0, 2.2, page.shape).astype(np.float32)
    method = cv2.INTER_AREA if size_px[0] < width else cv2.INTER_CUBIC
    sized = np.asarray(cv2.resize(np.clip(lit, 0, 255), size_px, interpolation=method), dtype=np.float32)
    return np.clip(np.rint(sized), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class FacePool:
    """Photographs from a folder, in the order of their names; a seed chooses one."""

    folder: Path

    def names(self) -> tuple[str, ...]:
        """The picture files of the folder, sorted."""
        return _picture_names(self.folder)

    def portrait(self, face_seed: int, size_px: tuple[int, int]) -> Image:
        """The photograph that a seed chooses, cut to the shape of `size_px` (width, height) and scaled to it."""
        names = self.names()
        if not names:
            raise FileNotFoundError(f"{self.folder} holds no portrait; put .jpg, .png or .webp files there")
        path = self.folder / names[face_seed // 2 % len(names)]
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError(f"{path} is not a picture that can be read; remove it from the folder")
        return _cut_to(np.asarray(picture, dtype=np.uint8), size_px)


@lru_cache(maxsize=16)
def _picture_names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in folder.iterdir() if path.suffix.lower() in SUFFIXES))


def _cut_to(picture: Image, size_px: tuple[int, int]) -> Image:
    height, width = picture.shape[:2]
    scale = min(width / size_px[0], height / size_px[1])
    cut = (round(size_px[0] * scale), round(size_px[1] * scale))
    left, top = (width - cut[0]) // 2, (height - cut[1]) // 2
    region = picture[top : top + cut[1], left : left + cut[0]]
    return np.asarray(cv2.resize(region, size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
