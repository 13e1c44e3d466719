"""The portrait's part of a plate, cut to one small size: all that is compared pixel by pixel, without the image."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from udfs.images.rectify import homography

SIZE = (48, 60)  # width and height: a portrait covers about 54 x 68 pixels of a plate
LEAST_SIDE = 16.0  # px of the plate: below it there are no features to compare
SKEWED = 0.2  # determinant of |turn| from which the box of a turned portrait tells its sides

Floats = npt.NDArray[np.float32]
Rectangle = tuple[float, float, float, float]


def portrait_patch(luma: bytes, corners: Sequence[float], box: Sequence[float]) -> bytes | None:
    """The portrait as uint8 [60, 48] row by row, from a plate's PNG; None where it cannot be placed.

    Args:
        luma: the plate's PNG.
        corners: x0 y0 .. x3 y3 of the card in decoded pixels, clockwise from the holder's top left.
        box: x0, y0, x1, y1 of the portrait in decoded pixels.
    """
    plate = np.asarray(cv2.imdecode(np.frombuffer(luma, np.uint8), cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    to_image = homography(np.asarray(corners, np.float32).reshape(4, 2), (plate.shape[1], plate.shape[0]))
    if not np.isfinite(to_image).all() or abs(float(np.linalg.det(to_image))) < 1e-9:
        return None
    place = rectangle_on_plate(to_image, box)
    if place is None or min(place[2] - place[0], place[3] - place[1]) < LEAST_SIDE:
        return None
    x0, y0, x1, y1 = place
    source = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    target = np.array([[0, 0], [SIZE[0], 0], SIZE, [0, SIZE[1]]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    cut = cv2.warpPerspective(plate, warp, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, dtype=np.uint8).tobytes()


def open_patches(patches: Sequence[bytes]) -> list[Floats]:
    """Patches as float32 [60, 48] in grey levels."""
    return [np.frombuffer(patch, np.uint8).reshape(SIZE[1], SIZE[0]).astype(np.float32) for patch in patches]


def rectangle_on_plate(to_image: npt.NDArray[np.float64], box: Sequence[float]) -> Rectangle | None:
    """The upright rectangle on the plate whose image, under a homography [3, 3], has this upright box around it.

    A card that lies askew has a box far wider than its portrait; near its middle the homography is a linear map, and
    the absolute values of that tell both sides of the rectangle from both sides of the box.
    """
    middle = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 1.0])
    seen = np.linalg.inv(to_image) @ middle
    x, y = (float(value) for value in seen[:2] / seen[2])
    moved = to_image @ np.array([x, y, 1.0])
    across = np.abs((to_image[:2, :2] - np.outer(moved[:2] / moved[2], to_image[2, :2])) / moved[2])
    if (
        not np.isfinite(across).all()
        or abs(float(np.linalg.det(across))) < SKEWED * float(np.linalg.norm(across)) ** 2 / 2
    ):
        return None
    width, height = np.linalg.solve(across, np.array([box[2] - box[0], box[3] - box[1]])).tolist()
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2
