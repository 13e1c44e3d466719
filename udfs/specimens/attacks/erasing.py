"""Removing what is printed: strokes filled from around them, or ground cloned over them."""

import cv2
import numpy as np

from udfs.specimens.attacks.canvas import Canvas, Mask, around, copied, ink_mask
from udfs.specimens.rendered import Image

REACH = 8  # px around a box that a fill may look at
TRIES = 24
FILLS = (cv2.INPAINT_TELEA, cv2.INPAINT_NS)


def erased(canvas: Canvas, box: tuple[int, int, int, int], rng: np.random.Generator) -> Image:
    """The picture without the ink in a box of the page, filled from around each stroke or cloned from clear ground."""
    donor = _clear_place(canvas, box, rng)
    if donor is not None and rng.random() < 0.5:
        step = canvas.step((box[0], box[1]), donor)
        return copied(canvas.image, canvas.box_region(box), step)
    return filled(canvas, strokes(canvas, box), rng)


def strokes(canvas: Canvas, box: tuple[int, int, int, int]) -> Mask:
    """The ink [h, w] of a box of the page as it lies in the picture, a little wider than it was printed."""
    x0, y0, x1, y1 = box
    ink = np.zeros(canvas.page.image.shape[:2], np.uint8)
    ink[y0:y1, x0:x1] = cv2.dilate(ink_mask(canvas.page, box).astype(np.uint8), np.ones((5, 5), np.uint8))
    return canvas.region(ink > 0)


def filled(canvas: Canvas, place: Mask, rng: np.random.Generator) -> Image:
    """The picture with a place [h, w] filled from around it, by fast marching or by flow."""
    image = canvas.image.copy()
    if not place.any():
        return image
    near = around(place, REACH)
    hole = np.ascontiguousarray(place[near].astype(np.uint8))
    how = FILLS[int(rng.integers(len(FILLS)))]
    image[near] = cv2.inpaint(np.ascontiguousarray(image[near]), hole, float(rng.integers(2, 6)), how)
    return image


def _clear_place(canvas: Canvas, box: tuple[int, int, int, int], rng: np.random.Generator) -> tuple[int, int] | None:
    """Top left of ground as large as the box on which nothing is printed, if a few tries find one."""
    page = canvas.page
    width, height = box[2] - box[0], box[3] - box[1]
    for _ in range(TRIES):
        left = int(rng.integers(0, max(1, page.image.shape[1] - width)))
        top = int(np.clip(box[1] + rng.integers(-120, 121), 0, page.image.shape[0] - height))
        place = (left, top, left + width, top + height)
        if not any(_overlap(place, zone) for zone in page.zones.values()):
            return left, top
    return None


def _overlap(place: tuple[int, int, int, int], zone: tuple[float, float, float, float]) -> bool:
    return place[0] < zone[2] and zone[0] < place[2] and place[1] < zone[3] and zone[1] < place[3]
