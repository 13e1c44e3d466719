"""Small scenes for the corner net: a card laid into a frame at the net's own scale, never photographed at full size."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.retouch import glare, grain, relight, soften
from udfs.nets.corners import INPUT
from udfs.nets.quads import FILL, MARGIN
from udfs.specimens.backgrounds import TEXTURES, draw_background
from udfs.specimens.rendered import Image

Points = npt.NDArray[np.float32]

ROOM = INPUT - 2 * MARGIN
PLAIN = 0.1  # share of scenes with nothing to see around the card
TIGHT = 0.3  # share of scenes cropped to the card, as apps and scanners do


@dataclass(frozen=True)
class Scene:
    """The net's input [192, 192, 3], the document's corners in it (None where there is none), and its outline 0/1."""

    image: Image
    corners: Points | None
    mask: Image


def draw_backgrounds(number: int, *, seed: int) -> list[Image]:
    """Surfaces of 384 px to cut frames from: the camera's own and plain procedural ones."""
    rng = np.random.default_rng(seed)
    names = list(TEXTURES)
    return [
        draw_background(names[index % len(names)], rng, _size_of(rng)) if index % 3 else _blobs(rng)
        for index in range(number)
    ]


def _size_of(rng: np.random.Generator) -> tuple[int, int]:
    """A size whose grain, reduced to 384 px, is that of a photograph of 1,500 px or less."""
    side = int(rng.integers(384, 1000))
    return (side, side)


def _blobs(rng: np.random.Generator) -> Image:
    """Smooth colour noise at a random grain: a surface of no particular kind."""
    cells = int(rng.integers(2, 60))
    coarse = rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8)
    how = cv2.INTER_CUBIC if rng.random() < 0.7 else cv2.INTER_NEAREST
    base = rng.uniform(20, 235, 3)
    mixed = base + (cv2.resize(coarse, (384, 384), interpolation=how).astype(np.float32) - 128) * rng.uniform(0.05, 0.9)
    return np.clip(mixed, 0, 255).astype(np.uint8)


def draw_scene(cards: Sequence[Image], surfaces: Sequence[Image], rng: np.random.Generator) -> Scene:
    """A document somewhere in a frame, or (one in ten) a frame with none."""
    card, tight = cards[int(rng.integers(len(cards)))], rng.random() < TIGHT
    frame = _tight_frame(card, rng) if tight else _frame(rng)
    plain = rng.random() < (0.6 if tight else PLAIN)
    canvas = _plain(frame, rng) if plain else _surface(surfaces, frame, rng)
    if not tight and rng.random() < 0.6:
        canvas = _clutter(canvas, rng)
    corners, mask = None, np.zeros(canvas.shape[:2], np.uint8)
    if rng.random() < 0.9:
        canvas, corners, mask = _lay_card(canvas, card, rng, tight=tight)
        canvas = _occlude(canvas, corners, rng)
    canvas = grain(soften(relight(canvas, rng), rng), rng, most=7.0)
    if rng.random() < 0.15:
        canvas = glare(canvas, rng)
    return _boxed(canvas, corners, mask)


def _frame(rng: np.random.Generator) -> tuple[int, int]:
    """Height and width of the image inside the net's input: its longer side fills the room."""
    ratio = float(rng.choice([1.0, 4 / 3, 3 / 2, 16 / 9, 1.58, rng.uniform(1, 2)]))
    short = round(ROOM / ratio)
    return (short, ROOM) if rng.random() < 0.6 else (ROOM, short)


def _tight_frame(card: Image, rng: np.random.Generator) -> tuple[int, int]:
    """Height and width of an image in the card's own proportions, lying or standing."""
    short = round(ROOM * card.shape[0] / card.shape[1] * float(rng.uniform(0.97, 1.06)))
    return (min(short, ROOM), ROOM) if rng.random() < 0.8 else (ROOM, min(short, ROOM))


def _surface(surfaces: Sequence[Image], frame: tuple[int, int], rng: np.random.Generator) -> Image:
    """A cut of a surface at a random zoom."""
    surface = surfaces[int(rng.integers(len(surfaces)))]
    height, width = frame
    most = min(surface.shape[0] / height, surface.shape[1] / width)
    zoom = float(rng.uniform(min(0.4, most), most))
    cut = (max(8, int(height * zoom)), max(8, int(width * zoom)))
    top = int(rng.integers(surface.shape[0] - cut[0] + 1))
    left = int(rng.integers(surface.shape[1] - cut[1] + 1))
    part = surface[top : top + cut[0], left : left + cut[1]]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    how = cv2.INTER_AREA if zoom > 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (width, height), interpolation=how), np.uint8)


def _plain(frame: tuple[int, int], rng: np.random.Generator) -> Image:
    """A scanner's lid or a plain table."""
    shade = rng.uniform(225, 255) if rng.random() < 0.7 else rng.uniform(10, 225)
    plain = shade + rng.normal(0, 6, 3) + rng.normal(0, 1.5, (*frame, 3))
    return np.asarray(np.clip(plain, 0, 255), np.uint8)


def _clutter(canvas: Image, rng: np.random.Generator) -> Image:
    """Things that are not the document: sheets, bands, discs, and the edge of another picture."""
    height, width = canvas.shape[:2]
    canvas = canvas.copy()
    for _ in range(int(rng.integers(1, 4))):
        centre = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
        size = (float(rng.uniform(10, 160)), float(rng.uniform(6, 130)))
        colour = tuple(int(value) for value in rng.integers(0, 256, 3))
        kind = rng.random()
        if kind < 0.6:
            box = cv2.boxPoints((centre, size, float(rng.uniform(0, 180))))
            cv2.fillPoly(canvas, [np.round(box).astype(np.int32)], colour, cv2.LINE_AA)
        elif kind < 0.8:
            cv2.circle(canvas, (int(centre[0]), int(centre[1])), int(size[1] / 2), colour, -1, cv2.LINE_AA)
        else:
            end = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
            cv2.line(canvas, (int(centre[0]), int(centre[1])), end, colour, int(rng.integers(1, 8)), cv2.LINE_AA)
    return canvas


def _lay_card(canvas: Image, card: Image, rng: np.random.Generator, *, tight: bool) -> tuple[Image, Points, Image]:
    """Warp a card into the frame; its corners (holder's order) and its outline there."""
    height, width = canvas.shape[:2]
    corners = _tight_pose(card.shape, (height, width), rng) if tight else _pose(card.shape, (height, width), rng)
    longest = float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max())
    scale = min(1.0, longest / max(card.shape[:2]))
    if scale < 0.75:
        size = (max(8, round(card.shape[1] * scale)), max(8, round(card.shape[0] * scale)))
        card = np.asarray(cv2.resize(card, size, interpolation=cv2.INTER_AREA), np.uint8)
    outline = _outline(card.shape, rng)
    h, w = card.shape[:2]
    flat = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(flat, corners)
    size = (width, height)
    laid = cv2.warpPerspective(card, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpPerspective(outline, warp, size, flags=cv2.INTER_LINEAR).astype(np.float32) / 255.0
    ground = _shadowed(canvas, alpha, rng)
    mixed = ground * (1 - alpha[..., None]) + laid * alpha[..., None]
    return mixed.astype(np.uint8), corners, (alpha > 0.5).astype(np.uint8)


def _pose(card: tuple[int, ...], frame: tuple[int, int], rng: np.random.Generator) -> Points:
    """Corners of a card in a frame: mostly near a quarter turn, sometimes at any angle, sometimes filling it."""
    height, width = frame
    ratio = card[0] / card[1]
    quarter = int(rng.choice(4, p=[0.55, 0.15, 0.15, 0.15]))
    free = rng.random()
    if free < 0.05:  # a scan or a crop: the page is the frame
        inset = rng.normal(0, 1.5, (4, 2)) * (rng.random() < 0.7) - 0.5
        full = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
        return np.roll(full + inset, quarter, axis=0).astype(np.float32)
    angle = np.deg2rad(90 * quarter + (rng.uniform(-45, 45) if free < 0.3 else rng.normal(0, 7)))
    half = np.array([[-1, -ratio], [1, -ratio], [1, ratio], [-1, ratio]]) / 2
    tilt = rng.normal(0, 0.09, 2).clip(-0.25, 0.25)
    half = half / (1 + half @ tilt)[:, None]
    half = half @ np.array([[1, rng.normal(0, 0.03)], [rng.normal(0, 0.03), 1]])
    spin = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shape = half @ spin
    extent = shape.max(axis=0) - shape.min(axis=0)
    fit = float(min(width / extent[0], height / extent[1]))
    scale = fit * float(rng.uniform(0.35, 1.0) if rng.random() < 0.6 else rng.uniform(0.86, 1.03))
    room = np.maximum(np.array([width, height]) - extent * scale, 0)
    centre = np.array([width, height]) / 2 + room * rng.uniform(-0.5, 0.5, 2)
    middle = (shape.max(axis=0) + shape.min(axis=0)) / 2
    return np.asarray((shape - middle) * scale + centre - 0.5, np.float32)


def _tight_pose(card: tuple[int, ...], frame: tuple[int, int], rng: np.random.Generator) -> Points:
    """Corners of a card that an app or a scanner has cut out with a narrow margin of 0.5 to 8 %."""
    height, width = frame
    quarter = (2 if rng.random() < 0.15 else 0) + (width < height)
    ratio = card[0] / card[1] if width >= height else card[1] / card[0]
    margins = rng.uniform(0.005, 0.04) + rng.uniform(0, 0.02, 4)
    left, top, right, bottom = margins * max(width, height)
    wide, high = width - left - right, height - top - bottom
    scale = min(wide, high / ratio)
    lean = np.deg2rad(rng.normal(0, 1.2))
    half = np.array([[-1, -ratio], [1, -ratio], [1, ratio], [-1, ratio]]) * scale / 2
    turned = half @ np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    bent = turned + rng.normal(0, 0.008, (4, 2)) * scale * (rng.random() < 0.6)
    centre = np.array([left + wide / 2, top + high / 2])
    return np.asarray(np.roll(bent + centre - 0.5, quarter, axis=0), np.float32)


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
