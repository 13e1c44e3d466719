"""The clear layer over a document: a holograph-like emblem whose colour follows the light, and streaks of gloss."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.rendered import Image

Plane = npt.NDArray[np.float32]

LAMINATED = 0.25  # share of documents whose laminate is seen
TILE = 96  # px: an emblem is drawn on so large a square
COARSE = 8
SATURATION = 150  # of 255


@dataclass(frozen=True)
class Laminate:
    """What the layer shows at this angle of light; lengths are shares of the document's width.

    Attributes:
        emblem: name of the repeating sign.
        pitch: from one sign to the next.
        lean_deg: by which its rows are turned.
        strength: 0 to 1, how much the signs hide where they catch most light.
        hue: 0 to 1, colour at the document's left edge.
        spread: how many times the colours run round over the document's width.
        toward_deg: direction in which the colour changes.
        caught: where along it the light is caught, and how wide.
        streaks: place along it, width and strength of each streak of plain gloss.
    """

    emblem: str
    pitch: float
    lean_deg: float
    strength: float
    hue: float
    spread: float
    toward_deg: float
    caught: tuple[float, float]
    streaks: tuple[tuple[float, float, float], ...]


def draw_laminate(rng: np.random.Generator) -> Laminate | None:
    """A laminate seen at any angle; most documents show none."""
    laminate = Laminate(
        emblem=str(rng.choice(list(EMBLEMS))),
        pitch=float(rng.uniform(0.07, 0.2)),
        lean_deg=float(rng.uniform(-35, 35)),
        strength=float(rng.uniform(0.12, 0.4)),
        hue=float(rng.random()),
        spread=float(rng.uniform(0.6, 3.0)),
        toward_deg=float(rng.uniform(0, 180)),
        caught=(float(rng.uniform(-0.5, 0.5)), float(rng.uniform(0.15, 0.8))),
        streaks=tuple(
            (float(rng.uniform(-0.5, 0.5)), float(rng.uniform(0.008, 0.05)), float(rng.uniform(0.1, 0.4)))
            for _ in range(int(rng.choice([0, 1, 1, 2])))
        ),
    )
    return laminate if rng.random() < LAMINATED else None


def laminated(sheet: Image, laminate: Laminate) -> Image:
    """The sheet [h, w, 3] under its laminate: signs tint it half see-through, streaks add light."""
    height, width = sheet.shape[:2]
    small = (width // COARSE + 1, height // COARSE + 1)
    along = _along(small, laminate.toward_deg)
    colour = cv2.resize(_colours(along, laminate), (width, height), interpolation=cv2.INTER_LINEAR)
    caught = cv2.resize(_caught(along, laminate), (width, height), interpolation=cv2.INTER_LINEAR)
    share = np.asarray(caught * (_signs((width, height), laminate) / np.float32(255)), dtype=np.float32)
    shown = cv2.blendLinear(colour, sheet, share, 1 - share)
    if not laminate.streaks:
        return np.asarray(shown, dtype=np.uint8)
    gloss = cv2.resize(_streaks(along, laminate), (width, height), interpolation=cv2.INTER_LINEAR)
    free = cv2.multiply(cv2.bitwise_not(shown), cv2.bitwise_not(cv2.merge([gloss] * 3)), scale=1 / 255)
    return np.asarray(cv2.bitwise_not(free), dtype=np.uint8)


def _along(size: tuple[int, int], toward_deg: float) -> Plane:
    """How far each place [h, w] lies in a direction from the middle, in widths."""
    width, height = size
    across = (np.arange(width, dtype=np.float32) - width / 2) / width
    down = (np.arange(height, dtype=np.float32) - height / 2) / width
    turn = np.deg2rad(toward_deg)
    return np.asarray(across[None, :] * np.cos(turn) + down[:, None] * np.sin(turn), dtype=np.float32)


def _colours(along: Plane, laminate: Laminate) -> Image:
    """The colour BGR [h, w, 3] of a sign at each place."""
    hue = (180 * (laminate.hue + laminate.spread * along)) % 180
    hsv = np.stack([hue, np.full_like(hue, SATURATION), np.full_like(hue, 255)], axis=-1).astype(np.uint8)
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), dtype=np.uint8)


def _caught(along: Plane, laminate: Laminate) -> Plane:
    """How much [h, w] of what lies under it a sign hides at each place, 0 to the laminate's strength."""
    centre, reach = laminate.caught
    return np.asarray(laminate.strength * np.exp(-(((along - centre) / reach) ** 2)), dtype=np.float32)


def _streaks(along: Plane, laminate: Laminate) -> Image:
    """Grey levels [h, w] that plain gloss adds."""
    sum_of = sum(255 * strength * np.exp(-(((along - at) / wide) ** 2)) for at, wide, strength in laminate.streaks)
    return np.asarray(np.clip(sum_of, 0, 255), dtype=np.uint8)


def _signs(size: tuple[int, int], laminate: Laminate) -> Image:
    """The repeated emblem [h, w], 0 to 255."""
    tile = np.zeros((TILE, TILE), np.uint8)
    EMBLEMS[laminate.emblem](tile)
    turn = cv2.getRotationMatrix2D((0, 0), laminate.lean_deg, laminate.pitch * size[0] / TILE)
    return np.asarray(
        cv2.warpAffine(tile, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), dtype=np.uint8
    )


def _rings(tile: Image) -> None:
    for radius in (12, 22, 34):
        cv2.circle(tile, (TILE // 2, TILE // 2), radius, 255, 3, cv2.LINE_AA)


def _star(tile: Image) -> None:
    turns = np.arange(10) * np.pi / 5
    reach = np.where(np.arange(10) % 2, 14, 36)
    points = TILE / 2 + reach[:, None] * np.stack([np.sin(turns), -np.cos(turns)], axis=1)
    cv2.fillPoly(tile, [points.astype(np.int32)], 255, cv2.LINE_AA)


def _rosette(tile: Image) -> None:
    turns = np.linspace(0, 2 * np.pi, 160)
    for phase in (0.0, np.pi / 7, 2 * np.pi / 7):
        reach = 26 + 14 * np.cos(7 * turns + phase)
        points = TILE / 2 + reach[:, None] * np.stack([np.cos(turns), np.sin(turns)], axis=1)
        cv2.polylines(tile, [points.astype(np.int32)], True, 255, 1, cv2.LINE_AA)


def _waves(tile: Image) -> None:
    along = np.arange(TILE)
    for row in range(8, TILE, 16):
        course = row + 5 * np.sin(2 * np.pi * along / TILE)
        cv2.polylines(tile, [np.stack([along, course], axis=1).astype(np.int32)], False, 255, 3, cv2.LINE_AA)


def _word(tile: Image) -> None:
    cv2.putText(tile, "VALID", (6, 56), cv2.FONT_HERSHEY_DUPLEX, 0.85, 255, 2, cv2.LINE_AA)


EMBLEMS: dict[str, Callable[[Image], None]] = {
    "rings": _rings,
    "star": _star,
    "rosette": _rosette,
    "waves": _waves,
    "word": _word,
}
