"""What a face is made of, and the soft-edged canvas that it is drawn on."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.float32]
Tone = npt.NDArray[np.float32]
Outline = npt.NDArray[np.float64]
DRAWN = (300, 390)  # width and height at which a face is drawn
SKIN = ((205, 222, 246), (170, 198, 232), (140, 172, 214), (104, 140, 188), (74, 104, 152), (52, 74, 112), (36, 50, 78))
HAIR = ((22, 20, 20), (30, 40, 58), (42, 66, 104), (60, 96, 150), (96, 150, 200), (150, 156, 160), (40, 52, 120))
DARK_HAIR = (0, 0, 1, 5)  # entries of HAIR that stand out from a dark skin
EYES = ((40, 50, 70), (60, 84, 110), (130, 110, 80), (90, 120, 80), (120, 120, 120))


@dataclass(frozen=True)
class Face:
    """What belongs to the person and not to the photograph; lengths in fractions of the picture's width."""

    skin: int
    hair: int
    eyes: int
    width: float
    jaw: float
    length: float
    eye_gap: float
    eye_size: float
    brow: float
    nose: float
    mouth: float
    lips: float
    hair_style: int
    parting: float
    hairline: float
    beard: float
    glasses: bool
    age: float


def draw_face(face_seed: int) -> Face:
    """The features that a face seed stands for; odd seeds are feminine."""
    rng = np.random.default_rng((face_seed, 1))
    feminine = face_seed % 2 == 1
    skin = int(rng.integers(len(SKIN)))
    hair = int(rng.integers(len(HAIR))) if skin < 3 else int(rng.choice(DARK_HAIR))
    styles = (0.08, 0.22, 0.3, 0.25, 0.0, 0.15) if feminine else (0.6, 0.03, 0.05, 0.03, 0.15, 0.14)
    return Face(
        skin=skin,
        hair=hair,
        eyes=int(rng.integers(len(EYES))) if skin < 3 else int(rng.integers(2)),
        width=float(rng.uniform(0.205, 0.25)),
        jaw=float(rng.uniform(0.6, 0.78) if feminine else rng.uniform(0.7, 0.92)),
        length=float(rng.uniform(1.32, 1.5)),
        eye_gap=float(rng.uniform(0.42, 0.52)),
        eye_size=float(rng.uniform(0.15, 0.20)),
        brow=float(rng.uniform(0.02, 0.05)),
        nose=float(rng.uniform(0.12, 0.2)),
        mouth=float(rng.uniform(0.3, 0.45)),
        lips=float(rng.uniform(0.07, 0.11) if feminine else rng.uniform(0.04, 0.08)),
        hair_style=int(rng.choice(6, p=styles)),
        parting=float(rng.uniform(-0.6, 0.6)),
        hairline=float(rng.uniform(0.5, 0.72)),
        beard=0.0 if feminine else float(max(0.0, rng.uniform(-0.9, 0.8))),
        glasses=bool(rng.random() < 0.2),
        age=float(rng.uniform(0, 1)),
    )


class Canvas:
    """A float page with soft-edged shapes in face coordinates: origin at the eyes, unit = the picture's width."""

    def __init__(self, rng: np.random.Generator) -> None:
        width, height = DRAWN
        shade = rng.uniform(168, 238)
        tint = rng.uniform(-10, 10, 3)
        slope = np.linspace(rng.uniform(-14, 0), rng.uniform(0, 14), width, dtype=np.float32)
        self.page = np.full((height, width, 3), shade, dtype=np.float32) + tint.astype(np.float32)
        self.page += slope[None, :, None]
        self.centre = np.array([width / 2 + rng.uniform(-5, 5), height * 0.47 + rng.uniform(-6, 6)])
        self.unit = width * rng.uniform(0.96, 1.06)
        tilt = np.deg2rad(rng.uniform(-2.5, 2.5))
        self.turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])

    def mask(self, points: Outline, soft: float = 1.0) -> Mask:
        """Coverage of a closed outline [n, 2], blurred by `soft` px."""
        page = np.zeros(self.page.shape[:2], dtype=np.uint8)
        placed = (points * self.unit) @ self.turn.T + self.centre
        cv2.fillPoly(page, [np.rint(placed * 16).astype(np.int32).reshape(-1, 1, 2)], 255, cv2.LINE_AA, 4)
        reach = round(3 * soft) + 2
        low = np.maximum(np.floor(placed.min(axis=0)).astype(int) - reach, 0)
        high = np.maximum(np.ceil(placed.max(axis=0)).astype(int) + reach, low + 1)
        region = (slice(low[1], high[1]), slice(low[0], high[0]))
        cover = np.zeros(page.shape, dtype=np.float32)
        if page[region].size:
            cover[region] = np.asarray(cv2.GaussianBlur(page[region], (0, 0), soft), dtype=np.float32) / 255.0
        return cover

    def paint(self, mask: Mask, colour: Tone | tuple[float, ...], strength: float = 1.0) -> None:
        """Lay a colour over the page where the mask covers."""
        region = _covered(mask)
        part = self.page[region]
        part += (mask[region] * strength)[..., None] * (np.asarray(colour, dtype=np.float32) - part)

    def shade(self, mask: Mask, factor: float) -> None:
        """Darken (below 1) or lighten (above 1) where the mask covers."""
        region = _covered(mask)
        self.page[region] *= 1 + mask[region][..., None] * (factor - 1)


def _covered(mask: Mask) -> tuple[slice, slice]:
    """The rows and columns outside which a mask is empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def ellipse(cx: float, cy: float, rx: float, ry: float, power: float = 2.0) -> Outline:
    """Outline of a superellipse, [60, 2]."""
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    c, s = np.cos(angles), np.sin(angles)
    x, y = np.sign(c) * np.abs(c) ** (2 / power), np.sign(s) * np.abs(s) ** (2 / power)
    return np.stack((cx + rx * x, cy + ry * y), axis=1)


def skull_outline(face: Face) -> Outline:
    """Outline of the head: an ellipse whose lower half narrows to the jaw."""
    outline = ellipse(0, 0, face.width, face.width * face.length, 2.2)
    low = np.clip(outline[:, 1] / (face.width * face.length), 0, 1)
    outline[:, 0] *= 1 - (1 - face.jaw) * low**1.6
    return outline
