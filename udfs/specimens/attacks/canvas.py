"""What is forged: a flat page before it is photographed, or the picture of it that somebody opened."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.rendered import Box, Image, Rendered

Mask = npt.NDArray[np.bool_]
Plane = npt.NDArray[np.float32]

# Values are seen as ink where they differ so far from the ground.
INK_CONTRAST = 40


@dataclass(frozen=True)
class Canvas:
    """A picture of a page, and where the page stands in it.

    Attributes:
        image: BGR uint8 [h, w, 3]: the page itself, or an opened photograph of it.
        page: what is printed and where, in pixels of the flat page.
        to_image: float64 [3, 3], pixels of the flat page to pixels of `image`.
    """

    image: Image
    page: Rendered
    to_image: npt.NDArray[np.float64]

    def onto(self, sheet: Plane) -> Plane:
        """A sheet float32 [page h, page w] or [..., 3] as it lies in the picture; 0 beyond the page."""
        if self._is_flat():
            return sheet
        laid = cv2.warpPerspective(sheet, self.to_image, self.image.shape[1::-1], flags=cv2.INTER_LINEAR)
        return np.asarray(laid, dtype=np.float32)

    def region(self, mask: Mask) -> Mask:
        """A mask [page h, page w] as it lies in the picture [h, w]."""
        return np.asarray(self.onto(mask.astype(np.float32)) > 0.5, dtype=np.bool_)

    def box_region(self, box: tuple[int, int, int, int]) -> Mask:
        """The place [h, w] of a box of the page."""
        x0, y0, x1, y1 = box
        mask = np.zeros(self.page.image.shape[:2], dtype=np.bool_)
        mask[y0:y1, x0:x1] = True
        return self.region(mask)

    def rectified(self) -> Image:
        """The page [page h, page w, 3] as the picture shows it, laid flat."""
        if self._is_flat():
            return self.image.copy()
        size, how = self.page.image.shape[1::-1], cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpPerspective(self.image, self.to_image, size, flags=how), dtype=np.uint8)

    def step(self, start: tuple[float, float], end: tuple[float, float]) -> tuple[int, int]:
        """Whole pixels (across, down) of the picture from one point of the page to another."""
        ends = cv2.perspectiveTransform(np.array([[start, end]], dtype=np.float64), self.to_image)[0]
        across, down = np.rint(ends[1] - ends[0]).astype(int).tolist()
        return across, down

    def _is_flat(self) -> bool:
        return self.image.shape == self.page.image.shape and np.array_equal(self.to_image, np.eye(3))


def flat_canvas(page: Rendered) -> Canvas:
    """The page itself, before any camera."""
    return Canvas(page.image, page, np.eye(3))


def whole_box(page: Rendered, box: Box, pad: int) -> tuple[int, int, int, int]:
    """A box grown by `pad` px, on whole pixels inside the page."""
    height, width = page.image.shape[:2]
    x0, y0, x1, y1 = box
    left, top = max(0, int(np.floor(x0)) - pad), max(0, int(np.floor(y0)) - pad)
    return left, top, min(width, int(np.ceil(x1)) + pad), min(height, int(np.ceil(y1)) + pad)


def ink_mask(page: Rendered, box: tuple[int, int, int, int]) -> Mask:
    """Pixels [h, w] of a box of the page that differ from the ground as ink does."""
    x0, y0, x1, y1 = box
    printed, ground = page.image[y0:y1, x0:x1].astype(np.int16), page.ground[y0:y1, x0:x1]
    return np.asarray(np.abs(printed - ground).max(axis=2) > INK_CONTRAST, dtype=np.bool_)


def around(place: Mask, room: int = 0) -> tuple[slice, slice]:
    """Rows and columns of the box of a mask [h, w] that is not empty, with so many pixels around it."""
    rows, columns = (np.flatnonzero(place.any(axis=axis)) for axis in (1, 0))
    down, across = (slice(max(0, int(at[0]) - room), int(at[-1]) + max(room, 1)) for at in (rows, columns))
    return down, across


def copied(image: Image, place: Mask, step: tuple[int, int]) -> Image:
    """The picture with `place` [h, w] filled from `step` px (across, down) further; what would lie outside stays."""
    rows, columns = np.nonzero(place)
    across, down = step
    from_rows, from_columns = rows + down, columns + across
    height, width = image.shape[:2]
    inside = (from_rows >= 0) & (from_rows < height) & (from_columns >= 0) & (from_columns < width)
    changed = image.copy()
    changed[rows[inside], columns[inside]] = image[from_rows[inside], from_columns[inside]]
    return changed


def blended(image: Image, sheet: Plane, weight: Plane) -> Image:
    """A sheet [h, w, 3] over the picture, by a weight [h, w] in 0 to 1; where it is 0 nothing changes."""
    share = weight[..., None]
    mixed = np.rint(sheet * share + image * (1 - share))
    return np.where(share > 0, np.clip(mixed, 0, 255), image).astype(np.uint8)


def redrawn(canvas: Canvas, box: tuple[int, int, int, int], draw: Callable[[Image], Image]) -> Image:
    """The picture with what it shows of a box of the page as `draw` gives it back, which sees the box around it."""
    place = canvas.box_region(box)
    image = canvas.image.copy()
    if place.any():
        near = around(place)
        image[near] = np.where(place[near][..., None], draw(np.ascontiguousarray(canvas.image[near])), image[near])
    return image
