"""Stored plates opened at one size, and the median and spread that a design publishes."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.neighbours.plate_alignment import Stack, align_to_median

ALIGN_SIZE = (192, 121)  # width and height: a modest safety margin over the scored size
SCORE_SIZE = (128, 81)  # larger is slower and no better


@dataclass(frozen=True)
class Template:
    """A design's picture.

    Attributes:
        documents: plates that it was made from.
        median: float32 [h * w], grey levels 0 to 255.
        spread: float32 [h * w], median absolute deviation.
    """

    documents: int
    median: npt.NDArray[np.float32]
    spread: npt.NDArray[np.float32]


def open_plates(pngs: Sequence[bytes]) -> Stack:
    """Luma plates float32 [n, 121, 192] from their PNG bytes."""
    opened = [cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE) for png in pngs]
    return np.stack([np.asarray(_sized(np.asarray(plate, np.float32), ALIGN_SIZE)) for plate in opened])


def aligned_plates(pngs: Sequence[bytes]) -> Stack:
    """Plates of one design, float32 [n, 121, 192], laid over their common median."""
    return align_to_median(open_plates(pngs))


def for_scoring(aligned: Stack) -> Stack:
    """Aligned plates at the size that residuals are compared at, float32 [n, 81, 128]."""
    return np.stack([_sized(plate, SCORE_SIZE) for plate in aligned])


def template(aligned: Stack) -> Template:
    """Median and spread of aligned plates [n, h, w]."""
    median = np.median(aligned, axis=0)
    spread = np.median(np.abs(aligned - median), axis=0)
    return Template(
        documents=len(aligned),
        median=np.asarray(np.round(median, 2), dtype=np.float32).ravel(),
        spread=np.asarray(np.round(spread, 2), dtype=np.float32).ravel(),
    )


def _sized(plate: npt.NDArray[np.float32], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """A plate at (width, height) by area."""
    if plate.shape == (size[1], size[0]):
        return plate
    return np.asarray(cv2.resize(plate, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
