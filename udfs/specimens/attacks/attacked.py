"""What an attack gives back, and the little that all attacks on a flat page need."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.rendered import Box, Image, Rendered

Mask = npt.NDArray[np.bool_]

# Fields that a forger gains by changing, and that people read first.
WORTH_CHANGING = ("birth_date", "number", "surname", "given_names", "full_name", "expiry_date", "personal_number")
INK_CONTRAST = 40
CLOSING = np.ones((9, 9), np.uint8)


@dataclass(frozen=True)
class Attacked:
    """A forged flat page.

    Attributes:
        image: BGR uint8; a recaptured page is finer than the genuine one, with the same outline.
        mask: bool [h, w] at the genuine page's resolution: where it was altered.
        changed: names of the fields or zones that were altered; none where the attack does not apply.
    """

    image: Image
    mask: Mask
    changed: tuple[str, ...]


@dataclass(frozen=True)
class Attack:
    """One kind of forgery: its evidence family (`none` for the null attack), and what does it where it applies."""

    family: str
    apply: Callable[[Rendered, np.random.Generator], Attacked]
    applies: Callable[[Rendered], bool]


def unaltered(page: Rendered) -> Attacked:
    """The page as it was."""
    return Attacked(page.image.copy(), np.zeros(page.image.shape[:2], dtype=np.bool_), ())


def altered(page: Rendered, image: Image, changed: tuple[str, ...]) -> Attacked:
    """The forged image with the mask of what differs, small gaps closed."""
    differs = (page.image != image).any(axis=2).astype(np.uint8)
    mask = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, CLOSING)
    return Attacked(image, np.asarray(mask, dtype=np.uint8) > 0, changed)


def fields_to_change(page: Rendered) -> list[str]:
    """Printed fields that are worth changing, in a fixed order."""
    return [name for name in WORTH_CHANGING if len(page.printed.get(name, "")) > 2 and name in page.zones]


def whole_box(page: Rendered, box: Box, pad: int) -> tuple[int, int, int, int]:
    """A box grown by `pad` px, on whole pixels inside the page."""
    height, width = page.image.shape[:2]
    x0, y0, x1, y1 = box
    left, top = max(0, int(np.floor(x0)) - pad), max(0, int(np.floor(y0)) - pad)
    return left, top, min(width, int(np.ceil(x1)) + pad), min(height, int(np.ceil(y1)) + pad)


def ink_mask(page: Rendered, box: tuple[int, int, int, int]) -> Mask:
    """Pixels [h, w] of a box that differ from the ground as ink does."""
    x0, y0, x1, y1 = box
    printed, ground = page.image[y0:y1, x0:x1].astype(np.int16), page.ground[y0:y1, x0:x1]
    return np.asarray(np.abs(printed - ground).max(axis=2) > INK_CONTRAST, dtype=np.bool_)
