"""Small scenes for the corner net: a card laid into a frame at the net's own scale, never photographed at full size."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.retouch import glare, grain, relight, soften
from jobs.evaluation.scene_grounds import clutter, plain, surface
from jobs.evaluation.scene_poses import Points, pose, pushed_out, tight_pose
from udfs.nets.corners import INPUT
from udfs.nets.quads import FILL, MARGIN
from udfs.specimens.hands import draw_fingers, held
from udfs.specimens.laminate import draw_laminate, laminated
from udfs.specimens.rendered import Image
from udfs.specimens.wear import draw_wear, worn

ROOM = INPUT - 2 * MARGIN
PLAIN = 0.1  # share of scenes with nothing to see around the card
TIGHT = 0.3  # share of scenes cropped to the card, as apps and scanners do


@dataclass(frozen=True)
class Scene:
    """The net's input [192, 192, 3], the document's corners in it (None where there is none), and its outline 0/1."""

    image: Image
    corners: Points | None
    mask: Image


def draw_scene(cards: Sequence[Image], surfaces: Sequence[Image], rng: np.random.Generator) -> Scene:
    """A document somewhere in a frame, or (one in ten) a frame with none."""
    card, tight = cards[int(rng.integers(len(cards)))], rng.random() < TIGHT
    frame = _tight_frame(card, rng) if tight else _frame(rng)
    bare = rng.random() < (0.6 if tight else PLAIN)
    canvas = plain(frame, rng) if bare else surface(surfaces, frame, rng)
    if not tight and rng.random() < 0.6:
        canvas = clutter(canvas, rng)
    corners, mask = None, np.zeros(canvas.shape[:2], np.uint8)
    if rng.random() < 0.9:
        canvas, corners, mask = _lay_card(canvas, used(card, rng), rng, tight=tight)
        canvas = _occlude(canvas, corners, rng)
    canvas = grain(soften(relight(canvas, rng), rng), rng, most=7.0)
    if rng.random() < 0.15:
        canvas = glare(canvas, rng)
    return _boxed(canvas, corners, mask)


def used(card: Image, rng: np.random.Generator) -> Image:
    """A flat card as worn and as glossy as the camera's are."""
    wear, laminate = draw_wear(rng), draw_laminate(rng)
    card = card if wear is None else worn(card, wear)
    return card if laminate is None else laminated(card, laminate)


def _frame(rng: np.random.Generator) -> tuple[int, int]:
    """Height and width of the image inside the net's input: its longer side fills the room."""
    ratio = float(rng.choice([1.0, 4 / 3, 3 / 2, 16 / 9, 1.58, rng.uniform(1, 2)]))
    short = round(ROOM / ratio)
    return (short, ROOM) if rng.random() < 0.6 else (ROOM, short)


def _tight_frame(card: Image, rng: np.random.Generator) -> tuple[int, int]:
    """Height and width of an image in the card's own proportions, lying or standing."""
    short = round(ROOM * card.shape[0] / card.shape[1] * float(rng.uniform(0.97, 1.06)))
    return (min(short, ROOM), ROOM) if rng.random() < 0.8 else (ROOM, min(short, ROOM))


def _lay_card(canvas: Image, card: Image, rng: np.random.Generator, *, tight: bool) -> tuple[Image, Points, Image]:
    """Warp a card into the frame; its corners (holder's order) and its outline there."""
    height, width = canvas.shape[:2]
    frame = (height, width)
    lying = tight_pose(card.shape, frame, rng) if tight else pose(card.shape, frame, rng)
    corners = pushed_out(lying, frame, rng)
    longest = float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max())
    scale = min(1.0, longest / max(card.shape[:2]))
    if scale < 0.75:
        size = (max(8, round(card.shape[1] * scale)), max(8, round(card.shape[0] * scale)))
        card = np.asarray(cv2.resize(card, size, interpolation=cv2.INTER_AREA), np.uint8)
    outline = _outline(card.shape, rng)
    h, w = card.shape[:2]
    flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
    warp = np.asarray(cv2.getPerspectiveTransform(flat, corners), np.float64)
    size = (width, height)
    laid = cv2.warpPerspective(card, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpPerspective(outline, warp, size, flags=cv2.INTER_LINEAR).astype(np.float32) / 255.0
    ground = _shadowed(canvas, alpha, rng)
    mixed = ground * (1 - alpha[..., None]) + laid * alpha[..., None]
    scene, _ = held(mixed.astype(np.uint8), draw_fingers(rng), warp, card.shape, ())
    return scene, corners, (alpha > 0.5).astype(np.uint8)


def _outline(shape: tuple[int, ...], rng: np.random.Generator) -> Image:
    """The card's shape with rounded corners, 0 or 255; a page may have square ones."""
    height, width = shape[:2]
    radius = max(1, round(width * float(rng.choice([0.0, 0.02, 0.037, 0.045]))))
    mask = np.zeros((height, width), np.uint8)
    cv2.rectangle(mask, (radius, 0), (width - 1 - radius, height - 1), 255, -1)
    cv2.rectangle(mask, (0, radius), (width - 1, height - 1 - radius), 255, -1)
    for centre in [(x, y) for x in (radius, width - 1 - radius) for y in (radius, height - 1 - radius)]:
        cv2.circle(mask, centre, radius, 255, -1)
    return mask


def _shadowed(canvas: Image, alpha: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """The surface with the card's soft shadow on it."""
    ground = canvas.astype(np.float32)
    if rng.random() < 0.5:
        shift = np.array([[1, 0, rng.normal(0, 3)], [0, 1, rng.normal(0, 3)]], np.float64)
        fall = cv2.warpAffine(alpha, shift, (alpha.shape[1], alpha.shape[0]))
        soft = cv2.GaussianBlur(fall, (0, 0), float(rng.uniform(1, 5)))
        ground *= 1 - float(rng.uniform(0.1, 0.6)) * soft[..., None]
    return ground


def _occlude(canvas: Image, corners: Points, rng: np.random.Generator) -> Image:
    """A finger on the card's edge, now and then over a corner."""
    if rng.random() > 0.2:
        return canvas
    canvas = canvas.copy()
    for _ in range(int(rng.integers(1, 3))):
        start = int(rng.integers(4))
        along = float(rng.uniform(0.05, 0.95))
        edge = corners[start] * (1 - along) + corners[(start + 1) % 4] * along
        outward = edge - corners.mean(axis=0)
        outward = outward / max(float(np.linalg.norm(outward)), 1.0)
        thick = float(rng.uniform(9, 24))
        centre = edge + outward * thick * float(rng.uniform(0.2, 0.9))
        skin = np.array([120, 160, 215]) * float(rng.uniform(0.35, 1.1)) + rng.normal(0, 12, 3)
        angle = float(np.rad2deg(np.arctan2(outward[1], outward[0])))
        box = ((float(centre[0]), float(centre[1])), (3.2 * thick, thick), angle)
        cv2.ellipse(canvas, box, tuple(float(value) for value in skin.clip(0, 255)), -1, cv2.LINE_AA)
    return canvas


def _boxed(canvas: Image, corners: Points | None, mask: Image) -> Scene:
    """Lay the frame into the middle of the net's input, grey around it."""
    height, width = canvas.shape[:2]
    top, left = (INPUT - height) // 2, (INPUT - width) // 2
    image = np.full((INPUT, INPUT, 3), FILL, np.uint8)
    image[top : top + height, left : left + width] = canvas
    whole = np.zeros((INPUT, INPUT), np.uint8)
    whole[top : top + height, left : left + width] = mask
    moved = None if corners is None else (corners + np.array([left, top], np.float32)).astype(np.float32)
    return Scene(image, moved, whole)
