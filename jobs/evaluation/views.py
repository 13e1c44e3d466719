"""Other pictures of the same thing: a card in other light, a portrait copied, printed, cropped, drawn over."""

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.retouch import glare, grain, relight, soften, tint
from udfs.specimens.rendered import Image

BOX_SIGMA = 0.012  # shares of the sides of 168 portraits found on captured cards of training designs
WRONG_SIDES = 0.05  # share of boxes; there none was 3 % off, and pictures unlike them must be known too


def card_view(card: Image, size: tuple[int, int], rng: np.random.Generator) -> Image:
    """A rectified card [h, w, 3] of `size` (w, h) with corners a little off, other light and quality."""
    off = rng.normal(0, 0.012, (4, 2)).clip(-0.04, 0.04)
    seen = grain(soften(relight(_cut(card, off, size), rng), rng, most=1.4), rng, most=6.0)
    return glare(seen, rng) if rng.random() < 0.15 else seen


def other_design(card: Image, kind: int) -> Image:
    """A card of a design that nobody drew: hue turned, mirrored, or halves exchanged, as `kind` (0..11) says."""
    turned = _turn_hue(card, 60 * (kind % 3)) if kind % 3 else card
    if kind // 3 % 2:
        turned = np.ascontiguousarray(turned[:, ::-1])
    if kind // 6 % 2:
        half = turned.shape[0] // 2
        turned = np.concatenate([turned[half:], turned[:half]])
    return turned


def portrait_view(portrait: Image, size: tuple[int, int], rng: np.random.Generator) -> Image:
    """A copy of one photograph: crop, recolour, overlay, print raster, recapture."""
    left, top, right, bottom = rng.uniform(-0.08, 0.11, 4) * rng.uniform(0.2, 1)
    off = np.array([[left, top], [-right, top], [-right, -bottom], [left, -bottom]])
    seen = _cut(portrait, off + rng.normal(0, 0.015, (4, 2)), size, ground=tuple(rng.uniform(150, 255, 3).tolist()))
    if rng.random() < 0.35:
        seen = tint(seen, rng)
    if rng.random() < 0.4:
        seen = _overlaid(seen, rng)
    if rng.random() < 0.3:
        seen = _rastered(seen, rng)
    return grain(soften(relight(seen, rng), rng, most=1.3), rng)


def print_view(captured: Image, margin: float, size: tuple[int, int], rng: np.random.Generator) -> Image:
    """A captured print [h, w, 3] with `margin` (share of its sides) of card around it, boxed as the inspector boxes it.

    Light, print and codec are the capture's own; a quarter are edited besides.
    """
    left, top, right, bottom = (margin - _boxed_off(rng)) / (1 + 2 * margin)
    seen = _cut(captured, np.array([[left, top], [-right, top], [-right, -bottom], [left, -bottom]]), size)
    if rng.random() < 0.15:
        seen = tint(seen, rng)
    if rng.random() < 0.1:
        seen = _overlaid(seen, rng)
    return relight(seen, rng, strength=0.5) if rng.random() < 0.5 else seen


def _boxed_off(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """How far a found box's left, top, right and bottom lie outside the portrait's, in shares of its sides.

    Most are within 3 %; of the others one side or two lie on another line of the card.
    """
    off = rng.normal(0, BOX_SIGMA, 4)
    if rng.random() < WRONG_SIDES:
        sides = rng.choice(4, size=int(rng.integers(1, 3)), replace=False)
        off[sides] += rng.uniform(0.08, 0.15, len(sides)) * rng.choice([-1, 1], len(sides))
    return off


def _cut(
    image: Image, off: npt.NDArray[np.float64], size: tuple[int, int], *, ground: tuple[float, ...] | None = None
) -> Image:
    """The image between its corners, each moved by `off` (shares of width and height), at `size` (w, h).

    What lies outside it is `ground` (BGR), or its own edge drawn out.
    """
    height, width = image.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    source = (corners + off * (width, height)).astype(np.float32)
    shrink = min(1.0, 1.3 * size[0] / width)
    if shrink < 0.8:
        image = np.asarray(cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8)
        source = source * np.array([image.shape[1] / width, image.shape[0] / height], np.float32)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(source.astype(np.float32), target)
    border = cv2.BORDER_REPLICATE if ground is None else cv2.BORDER_CONSTANT
    colour = ground or (0.0, 0.0, 0.0)
    laid = cv2.warpPerspective(image, warp, size, flags=cv2.INTER_LINEAR, borderMode=border, borderValue=colour)
    return np.asarray(laid, np.uint8)


def _turn_hue(image: Image, degrees: int) -> Image:
    hsv = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2HSV), np.uint8)
    hsv[..., 0] = (hsv[..., 0].astype(np.int32) + degrees) % 180
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), np.uint8)


def _overlaid(image: Image, rng: np.random.Generator) -> Image:
    """Guilloche lines, a stamp's arc or a bar of text over the picture."""
    height, width = image.shape[:2]
    drawn = image.copy()
    colour = tuple(float(value) for value in rng.integers(0, 256, 3))
    along = np.arange(0, width, 4)
    for row in np.linspace(0, height, int(rng.integers(3, 14))):
        wave = row + rng.uniform(1, 6) * np.sin(along * rng.uniform(0.05, 0.2) + rng.uniform(0, 6))
        cv2.polylines(drawn, [np.stack([along, wave], axis=1).astype(np.int32)], False, colour, 1, cv2.LINE_AA)
    if rng.random() < 0.5:
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        cv2.circle(drawn, centre, int(rng.uniform(0.15, 0.5) * width), colour, int(rng.integers(1, 6)), cv2.LINE_AA)
    share = float(rng.uniform(0.2, 0.7))
    return np.asarray(cv2.addWeighted(drawn, share, image, 1 - share, 0), np.uint8)


def _rastered(image: Image, rng: np.random.Generator) -> Image:
    """The picture through a halftone of one screen angle."""
    height, width = image.shape[:2]
    pitch, angle = float(rng.uniform(2.0, 4.0)), float(rng.uniform(0, np.pi))
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    along = np.cos(2 * np.pi * (across * np.cos(angle) + down * np.sin(angle)) / pitch)
    aside = np.cos(2 * np.pi * (down * np.cos(angle) - across * np.sin(angle)) / pitch)
    screen = (along + aside)[..., None] * float(rng.uniform(15, 50))
    return np.asarray(np.clip(image + screen, 0, 255), np.uint8)
