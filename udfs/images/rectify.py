"""The card, flat and upright: one warp from the decoded picture."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.images.decode import Image

Floats = npt.NDArray[np.float32]
Matrix = npt.NDArray[np.float64]
# Width over height of ISO/IEC 7810 ID-1 and ID-3; a card is taken for the nearer one, as perspective blurs the measure.
ASPECTS = (85.6 / 53.98, 125 / 88)
PLATE_ASPECT = ASPECTS[0]  # one shape for all, so that plates of one design always fit each other
MOST_SUPERSAMPLING = 12
OTHER_FORMAT = 0.15  # farther than this, as a logarithm, from both formats it is another one and keeps its own


@dataclass(frozen=True)
class Card:
    """A rectified card: uint8 [h, w, 3], and the float64 [3, 3] homography from its pixels to the picture's."""

    image: Image
    to_image: Matrix


@dataclass(frozen=True)
class Plate:
    """The card as a small luma picture: width, height, and its PNG."""

    width: int
    height: int
    luma: bytes


def side_lengths(corners: Floats) -> tuple[float, float]:
    """Mean width and height in pixels of a card by its corners [4, 2]."""
    sides = np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1).astype(np.float64)
    return float(sides[0] + sides[2]) / 2, float(sides[1] + sides[3]) / 2


def rectify(image: Image, corners: Floats, width: int) -> Card:
    """Lay a card flat, `width` pixels wide, its height by the nearer of the two formats; area-reduced, never grown."""
    across, down = side_lengths(corners)
    aspect = _aspect(max(across, 1.0) / max(down, 1.0))
    width = max(2, min(width, round(across) + 1))
    size = (width, max(2, round(width / aspect)))
    return Card(_warped(image, corners, size), homography(corners, size))


def _aspect(measured: float) -> float:
    nearest = min(ASPECTS, key=lambda known: abs(np.log(known / measured)))
    return nearest if abs(np.log(nearest / measured)) <= OTHER_FORMAT else measured


def homography(corners: Floats, size: tuple[int, int]) -> Matrix:
    """The float64 [3, 3] homography from pixels of a card of `size` (w, h) to those of its picture.

    Whole numbers are centres of pixels; the card's corners are those of its outermost pixels, so that cards of any
    size show the same part of the picture.
    """
    width, height = size
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    return np.asarray(cv2.getPerspectiveTransform(flat, corners.astype(np.float32)), np.float64)


def _warped(image: Image, corners: Floats, size: tuple[int, int]) -> Image:
    """One warp at a whole multiple of `size` that is no coarser than the picture, then the mean of each square."""
    across, down = side_lengths(corners)
    times = int(np.clip(np.ceil(max(across / size[0], down / size[1]) - 0.01), 1, MOST_SUPERSAMPLING))
    fine = (size[0] * times, size[1] * times)
    # The fine grid's pixel centres, seen from the coarse one: x_coarse = (x_fine + 0.5) / times - 0.5.
    step, shift = 1 / times, 0.5 / times - 0.5
    to_coarse = np.array([[step, 0, shift], [0, step, shift], [0, 0, 1]])
    warp = homography(corners, size) @ to_coarse
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpPerspective(image, warp, fine, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat if times == 1 else cv2.resize(flat, size, interpolation=cv2.INTER_AREA), np.uint8)


def plate_of(image: Image, corners: Floats, width: int) -> Plate:
    """The plate, `width` pixels wide: luma of one area-reduced warp from the picture, lossless."""
    height = round(width / PLATE_ASPECT)
    luma = cv2.cvtColor(_warped(image, corners, (width, height)), cv2.COLOR_BGR2GRAY)
    _, png = cv2.imencode(".png", luma, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return Plate(width, height, png.tobytes())
