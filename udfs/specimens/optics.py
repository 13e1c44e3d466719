"""Where a flat page lands in a photograph: pose, homography and the shadow it throws."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.rendered import Image

# ISO 7810 ID-1 cards are 1.586 wide with corners of 3.18 mm radius on 85.6 mm; open passport pages are squarer.
CARD_RATIO = 1.5
CARD_RADIUS, PAGE_RADIUS = 0.037, 0.008
FOCAL = 1.6


@dataclass(frozen=True)
class Geometry:
    """How a card lies before the lens.

    Attributes:
        card_width_px: width of the untilted card in the photograph.
        frame: least width and height of the photograph; it grows until the whole card is in it.
        margin: least border around the card, as a share of the card's width.
        rotation_deg: in the image plane.
        tilt_deg: about the horizontal and the vertical axis.
        offset: where the free room goes, -1 to 1 for either axis.
        cut: how far the card reaches out of the frame, in its widths; negative over the left or the upper side.
    """

    card_width_px: float
    frame: tuple[float, float]
    margin: float
    rotation_deg: float
    tilt_deg: tuple[float, float]
    offset: tuple[float, float]
    cut: tuple[float, float] = (0.0, 0.0)


def homography(
    shape: tuple[int, ...], geometry: Geometry
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float32], tuple[int, int]]:
    """Matrix [3, 3] from flat to photograph pixels, the corners [4, 2] there, and the frame's (width, height)."""
    height, width = shape[:2]
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    seen = _project(flat - (width / 2, height / 2), geometry.card_width_px / width, geometry)
    low, high = seen.min(axis=0), seen.max(axis=0)
    border = geometry.margin * geometry.card_width_px
    frame = np.ceil(np.maximum(_oriented(geometry.frame, high - low), high - low + 2 * border))
    room = (frame - (high - low)) / 2 - border
    placed = seen - (low + high) / 2 + frame / 2 + room * geometry.offset
    corners = (placed + _cut_off(placed, frame, geometry) - 0.5).astype(np.float32)
    matrix = cv2.getPerspectiveTransform((flat - 0.5).astype(np.float32), corners)
    return np.asarray(matrix, dtype=np.float64), corners, (int(frame[0]), int(frame[1]))


def _oriented(frame: tuple[float, float], extent: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The frame held upright where the document stands upright."""
    return np.array(frame if extent[0] >= extent[1] else frame[::-1])


def _cut_off(
    placed: npt.NDArray[np.float64], frame: npt.NDArray[np.float64], geometry: Geometry
) -> npt.NDArray[np.float64]:
    """Step [2] that takes a card wholly in the frame so far over its sides as the geometry says."""
    over = np.array(geometry.cut) * geometry.card_width_px
    right, left = frame - placed.max(axis=0) + over, over - placed.min(axis=0)
    return np.asarray(np.where(over > 0, right, np.where(over < 0, left, 0.0)), dtype=np.float64)


def _project(points: npt.NDArray[np.float64], scale: float, geometry: Geometry) -> npt.NDArray[np.float64]:
    """Points [n, 2] about the card's centre through a pinhole at FOCAL card widths."""
    turn, about_x, about_y = np.deg2rad((geometry.rotation_deg, *geometry.tilt_deg))
    flat = points * scale
    depth = flat[:, 1] * np.sin(about_x) + flat[:, 0] * np.sin(about_y)
    tilted = flat * (np.cos(about_y), np.cos(about_x))
    focal = FOCAL * geometry.card_width_px
    seen = tilted * (focal / (focal + depth))[:, None]
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.asarray(seen @ spin, dtype=np.float64)


def lay_on(surface: Image, sheet: Image, matrix: npt.NDArray[np.float64], *, shadow: float) -> Image:
    """The sheet at about the scale of the photograph, laid on the surface with rounded corners and a soft shadow."""
    size = (surface.shape[1], surface.shape[0])
    mask = np.asarray(cv2.warpPerspective(_outline(sheet.shape), matrix, size), dtype=np.uint8)
    scene = shaded(surface, mask, shadow)
    warped = cv2.warpPerspective(sheet, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cv2.copyTo(warped, (mask > 127).astype(np.uint8), scene)
    return scene


def at_scale(page: Image, matrix: npt.NDArray[np.float64]) -> tuple[Image, npt.NDArray[np.float64]]:
    """The page reduced by areas to about the photograph's scale, so that the warp does not alias, and its matrix."""
    height, width = page.shape[:2]
    ends = cv2.perspectiveTransform(np.array([[[0, height / 2], [width, height / 2]]], np.float64), matrix)[0]
    scale = float(np.linalg.norm(ends[1] - ends[0])) / width
    if scale > 0.8:
        return page, matrix
    reduced = (max(8, round(width * scale)), max(8, round(height * scale)))
    sheet = np.asarray(cv2.resize(page, reduced, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    ratio = np.array([width / reduced[0], height / reduced[1]])
    back = np.array([[ratio[0], 0, ratio[0] / 2 - 0.5], [0, ratio[1], ratio[1] / 2 - 0.5], [0, 0, 1]])
    return sheet, matrix @ back


def _outline(shape: tuple[int, ...]) -> Image:
    """Mask uint8 [h, w] of the document's outline with its rounded corners."""
    height, width = shape[:2]
    radius = max(1, round(width * (CARD_RADIUS if width / height > CARD_RATIO else PAGE_RADIUS)))
    mask = np.zeros((height, width), np.uint8)
    mask[radius : height - radius] = 255
    mask[:, radius : width - radius] = 255
    for centre in [(x, y) for x in (radius, width - 1 - radius) for y in (radius, height - 1 - radius)]:
        cv2.circle(mask, centre, radius, 255, -1)
    return mask


def shaded(surface: Image, mask: Image, shadow: float) -> Image:
    """The surface darkened where what the mask shows stands in its light, worked out at an eighth of the size."""
    height, width = surface.shape[:2]
    small = cv2.resize(mask, (max(2, width // 8), max(2, height // 8)), interpolation=cv2.INTER_AREA)
    thrown = np.roll(cv2.GaussianBlur(small, (0, 0), 1.6), (1, 1), axis=(0, 1))
    dark = 255 - np.rint(thrown * shadow)
    full = cv2.resize(dark.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(surface, cv2.merge([full, full, full]), scale=1 / 255), dtype=np.uint8)
