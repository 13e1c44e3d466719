"""What an attack gives back, and the little that all attacks need."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from udfs.specimens.attacks.canvas import Canvas, Mask
from udfs.specimens.rendered import Image, Rendered

# Fields that a forger gains by changing, and that people read first.
WORTH_CHANGING = ("birth_date", "number", "surname", "given_names", "full_name", "expiry_date", "personal_number")
CLOSING = np.ones((9, 9), np.uint8)


@dataclass(frozen=True)
class Attacked:
    """A forged picture.

    Attributes:
        image: BGR uint8; a page shown anew by print or screen is finer than the genuine one, with the same outline.
        mask: bool [h, w] at the genuine picture's resolution: where it was altered.
        changed: names of the fields or zones that were altered; none where the attack does not apply.
    """

    image: Image
    mask: Mask
    changed: tuple[str, ...]


Edit = Callable[[Canvas], Attacked]
Apply = Callable[[Canvas, np.random.Generator], Attacked]


@dataclass(frozen=True)
class Attack:
    """One kind of forgery: its evidence family (`none` for the null attack), what does it, and where it applies.

    A `physical` one is made before any camera sees it; every other may be made on the page or on an opened picture.
    """

    family: str
    apply: Apply
    applies: Callable[[Rendered], bool]

    def drawn(self, rng: np.random.Generator) -> Edit:
        """One such forgery: a generator in the same state gives the same."""
        return lambda canvas: self.apply(canvas, rng)


def unaltered(canvas: Canvas) -> Attacked:
    """The picture as it was."""
    return Attacked(canvas.image.copy(), np.zeros(canvas.image.shape[:2], dtype=np.bool_), ())


def altered(canvas: Canvas, image: Image, changed: tuple[str, ...]) -> Attacked:
    """The forged picture with the mask of what differs, small gaps closed."""
    differs = (canvas.image != image).any(axis=2).astype(np.uint8)
    mask = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, CLOSING)
    return Attacked(image, np.asarray(mask, dtype=np.uint8) > 0, changed)


def fields_to_change(page: Rendered) -> list[str]:
    """Printed fields that are worth changing, in a fixed order."""
    return [name for name in WORTH_CHANGING if len(page.printed.get(name, "")) > 2 and name in page.zones]
