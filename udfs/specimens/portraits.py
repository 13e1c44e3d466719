"""Portraits: procedural faces that a seed decides, or photographs from a folder of the user's."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from conf.errors import BadLake
from udfs.specimens.face_parts import draw_head
from udfs.specimens.faces import Canvas, draw_face
from udfs.specimens.rendered import Image

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
CLOSEST = 0.92  # of the picture's side that a second photograph of a person still shows

# Photographs of people: face seed, photograph seed, (width, height) in px -> BGR uint8.
Faces = Callable[[int, int, tuple[int, int]], Image]


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
    """Photographs of a folder, one for each face that is shown.

    Attributes:
        folder: where they are.
        chosen: the file of each face seed.
    """

    folder: Path
    chosen: Mapping[int, str]

    def __call__(self, face_seed: int, photo_seed: int, size_px: tuple[int, int]) -> Image:
        """The photograph `photo_seed` of a face, BGR uint8 at `size_px`: its picture with a frame and light of its own.

        Raises:
            BadLake: the file is not a picture that can be read.
        """
        path = self.folder / self.chosen[face_seed]
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise _unreadable(path)
        rng = np.random.default_rng((photo_seed, 3))
        return _photograph(_framed(np.asarray(picture, dtype=np.uint8), size_px, rng), rng, size_px)


def open_pool(folder: Path, faces: Iterable[int], rng: np.random.Generator) -> FacePool:
    """A photograph of the folder for each face seed, never one for two: files by name, dealt as `rng` shuffles them.

    Raises:
        BadLake: the folder is not there, holds no picture, one that cannot be read, or too few.
    """
    shown = sorted(set(faces))
    names = picture_names(folder)
    if len(names) < len(shown):
        raise BadLake(
            f"{folder}: the lake shows {len(shown):,} people, each with a portrait of their own; {len(names):,} found. "
            f"Add {len(shown) - len(names):,}, or ask for fewer documents"
        )
    dealt = [names[int(place)] for place in rng.permutation(len(names))[: len(shown)]]
    for name in dealt:
        if not cv2.haveImageReader(str(folder / name)):
            raise _unreadable(folder / name)
    return FacePool(folder, dict(zip(shown, dealt, strict=True)))


def picture_names(folder: Path) -> tuple[str, ...]:
    """The picture files of a folder, not of those inside it, by name.

    Raises:
        BadLake: there are none.
    """
    if not folder.is_dir():
        raise BadLake(f"{folder}: is not a folder. Name one that holds portraits as .jpg, .png or .webp files")
    names = tuple(sorted(path.name for path in folder.iterdir() if path.suffix.lower() in SUFFIXES))
    if not names:
        raise BadLake(f"{folder}: holds no portrait. Put .jpg, .png or .webp files there, one a person")
    return names


def _unreadable(path: Path) -> BadLake:
    return BadLake(f"{path}: is not a picture that can be read. Remove it from the folder, or replace it")


def _framed(picture: Image, size_px: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """The largest region of the shape of `size_px`, drawn in a little and shifted as far, float32 BGR."""
    height, width = picture.shape[:2]
    scale = min(width / size_px[0], height / size_px[1]) * float(rng.uniform(CLOSEST, 1))
    cut_width, cut_height = max(1, round(size_px[0] * scale)), max(1, round(size_px[1] * scale))
    middle = (width - cut_width) / 2, (height - cut_height) / 2
    reach = min(*middle, (1 - CLOSEST) / 2 * min(width, height))
    left, top = (round(each + float(rng.uniform(-reach, reach))) for each in middle)
    return picture[top : top + cut_height, left : left + cut_width].astype(np.float32)
