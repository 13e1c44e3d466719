"""Held-out photographs: documents of held-out designs through the whole camera and codec chain."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.held_out import held_out_designs
from jobs.evaluation.material import draw_document
from udfs.specimens.camera import draw_camera
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import decoded, draw_codec
from udfs.specimens.rendered import Image, Rendered


@dataclass(frozen=True)
class Shot:
    """One document in a photograph.

    Attributes:
        flat: the page as printed, and its truth.
        image: the file's decoded pixels, stored upright.
        corners: float32 [4, 2] in them, clockwise from the holder's top left.
    """

    flat: Rendered
    image: Image
    corners: npt.NDArray[np.float32]


def held_out_shots(samples: int, *, seed: int) -> Iterator[Shot]:
    """Documents of the held-out designs in turn, each with a person, a camera and a codec of its own."""
    designs = held_out_designs()
    for index in range(samples):
        rng = np.random.default_rng((seed, index))
        flat = draw_document(designs[index % len(designs)], rng)
        shot = shoot(flat, draw_camera(rng), replace(draw_codec(rng), orientation=1))
        yield Shot(flat, decoded(shot.data), shot.corners)


def rectified(image: Image, corners: npt.NDArray[np.float32], size: tuple[int, int]) -> Image:
    """The document laid flat at `size` (w, h), reduced by area so that print does not alias."""
    longest = float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max())
    scale = min(1.0, 1.5 * max(size) / longest)
    small = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(((corners + 0.5) * scale - 0.5).astype(np.float32), target)
    return np.asarray(cv2.warpPerspective(small, warp, size, flags=cv2.INTER_LINEAR), np.uint8)
