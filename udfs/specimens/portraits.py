"""Portraits: procedural faces that a seed decides, or photographs from a folder of the user's."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.rendered import Image

Mask = npt.NDArray[np.float32]
Tone = npt.NDArray[np.float32]
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
DRAWN = (300, 390)  # width and height at which a face is drawn
SKIN = ((205, 222, 246), (170, 198, 232), (140, 172, 214), (104, 140, 188), (74, 104, 152), (52, 74, 112), (36, 50, 78))
HAIR = ((22, 20, 20), (30, 40, 58), (42, 66, 104), (60, 96, 150), (96, 150, 200), (150, 156, 160), (40, 52, 120))
EYES = ((40, 50, 70), (60, 84, 110), (130, 110, 80), (90, 120, 80), (120, 120, 120))
CLOTHES = ((60, 44, 36), (40, 40, 44), (90, 60, 40), (60, 60, 120), (80, 96, 70), (180, 176, 170), (120, 90, 130))


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
    hairline: float
    beard: float
    glasses: bool
    age: float


def draw_face(face_seed: int) -> Face:
    """The features that a face seed stands for."""
    rng = np.random.default_rng((face_seed, 1))
    return Face(
        skin=int(rng.integers(len(SKIN))),
        hair=int(rng.integers(len(HAIR))),
        eyes=int(rng.integers(len(EYES))),
        width=float(rng.uniform(0.205, 0.25)),
        jaw=float(rng.uniform(0.62, 0.9)),
        length=float(rng.uniform(1.32, 1.5)),
        eye_gap=float(rng.uniform(0.42, 0.52)),
        eye_size=float(rng.uniform(0.15, 0.20)),
        brow=float(rng.uniform(0.02, 0.05)),
        nose=float(rng.uniform(0.12, 0.2)),
        mouth=float(rng.uniform(0.3, 0.45)),
        lips=float(rng.uniform(0.05, 0.1)),
        hair_style=int(rng.integers(5)),
        hairline=float(rng.uniform(0.5, 0.72)),
        beard=float(max(0.0, rng.uniform(-1.2, 0.8))),
        glasses=bool(rng.random() < 0.2),
        age=float(rng.uniform(0, 1)),
    )


def draw_portrait(face_seed: int, photo_seed: int, size_px: tuple[int, int]) -> Image:
    """The photograph `photo_seed` of the face `face_seed`, BGR uint8 at `size_px` (width, height)."""
    face, rng = draw_face(face_seed), np.random.default_rng((photo_seed, 2))
    canvas = _Canvas(rng)
    _draw_hair_behind(canvas, face)
    _draw_body(canvas, face, rng)
    _draw_head(canvas, face)
    _draw_features(canvas, face, rng)
    _draw_hair_front(canvas, face)
    if face.glasses:
        _draw_glasses(canvas, face)
    return _photograph(canvas.page, rng, size_px)


class _Canvas:
    """A float page with soft-edged shapes in face coordinates: origin between the eyes' height and chin, unit = width."""

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

    def mask(self, points: npt.NDArray[np.float64], soft: float = 1.0) -> Mask:
        """Coverage of a closed outline [n, 2], blurred by `soft` px."""
        page = np.zeros(self.page.shape[:2], dtype=np.uint8)
        placed = (points * self.unit) @ self.turn.T + self.centre
        cv2.fillPoly(page, [np.rint(placed * 16).astype(np.int32).reshape(-1, 1, 2)], 255, cv2.LINE_AA, 4)
        blurred = cv2.GaussianBlur(page, (0, 0), soft) if soft > 0.3 else page
        return np.asarray(blurred, dtype=np.float32) / 255.0

    def paint(self, mask: Mask, colour: Tone | tuple[float, ...], strength: float = 1.0) -> None:
        """Lay a colour over the page where the mask covers."""
        self.page += (mask * strength)[..., None] * (np.asarray(colour, dtype=np.float32) - self.page)

    def shade(self, mask: Mask, factor: float) -> None:
        """Darken (below 1) or lighten (above 1) where the mask covers."""
        self.page *= 1 + mask[..., None] * (factor - 1)


def _ellipse(cx: float, cy: float, rx: float, ry: float, power: float = 2.0) -> npt.NDArray[np.float64]:
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    c, s = np.cos(angles), np.sin(angles)
    x, y = np.sign(c) * np.abs(c) ** (2 / power), np.sign(s) * np.abs(s) ** (2 / power)
    return np.stack((cx + rx * x, cy + ry * y), axis=1)


def _skull(face: Face) -> npt.NDArray[np.float64]:
    """Outline of the head: an ellipse whose lower half narrows to the jaw."""
    outline = _ellipse(0, 0, face.width, face.width * face.length, 2.2)
    low = np.clip(outline[:, 1] / (face.width * face.length), 0, 1)
    outline[:, 0] *= 1 - (1 - face.jaw) * low**1.6
    return outline


def _draw_hair_behind(canvas: _Canvas, face: Face) -> None:
    if face.hair_style == 4:
        return
    drop = (0.05, 0.12, 0.42, 0.30)[face.hair_style]
    top = face.width * face.length
    outline = _ellipse(0, (drop - 0.05) * 0.5, face.width * 1.18, top * 1.06 + drop * 0.5, 2.4)
    canvas.paint(canvas.mask(outline, 2.0), tuple(float(v) for v in HAIR[face.hair]))


def _draw_body(canvas: _Canvas, face: Face, rng: np.random.Generator) -> None:
    skin = np.asarray(SKIN[face.skin], dtype=np.float32)
    chin = face.width * face.length
    cloth = np.asarray(CLOTHES[int(rng.integers(len(CLOTHES)))], dtype=np.float32)
    shoulders = _ellipse(0, chin + 0.42, 0.50, 0.32, 2.6)
    canvas.paint(canvas.mask(shoulders, 1.2), tuple(cloth))
    neck = np.array(
        [(-0.11, chin - 0.15), (0.11, chin - 0.15), (0.13, chin + 0.13), (0, chin + 0.2), (-0.13, chin + 0.13)]
    )
    canvas.paint(canvas.mask(neck, 1.2), tuple(skin * 0.84))
    if rng.random() < 0.5:
        for side in (-1, 1):
            collar = np.array([(side * 0.13, chin + 0.08), (side * 0.02, chin + 0.23), (side * 0.16, chin + 0.27)])
            canvas.paint(canvas.mask(collar, 0.8), tuple(np.minimum(cloth * 1.35 + 20, 250)))


def _draw_head(canvas: _Canvas, face: Face) -> None:
    skin = np.asarray(SKIN[face.skin], dtype=np.float32)
    for side in (-1, 1):
        canvas.paint(canvas.mask(_ellipse(side * face.width * 1.0, 0.0, 0.032, 0.062), 1.2), tuple(skin * 0.86))
    skull = _skull(face)
    head = canvas.mask(skull, 1.0)
    canvas.paint(head, tuple(skin))
    inner = canvas.mask(skull * np.array([0.78, 0.84]), 16.0)
    canvas.shade(head * (1 - inner), 0.80)
    for side in (-1, 1):
        cheek = canvas.mask(_ellipse(side * face.width * 0.55, face.width * 0.45, 0.05, 0.04), 9.0)
        canvas.paint(cheek, tuple(skin * np.array([0.86, 0.88, 1.03])), 0.5)
    if face.beard > 0:
        lower = skull[skull[:, 1] > face.width * 0.35]
        ring = canvas.mask(lower * np.array([1.0, 1.01]), 4.0)
        canvas.paint(ring * head, tuple(float(v) for v in HAIR[face.hair]), 0.25 + 0.6 * face.beard)


def _draw_features(canvas: _Canvas, face: Face, rng: np.random.Generator) -> None:
    skin = np.asarray(SKIN[face.skin], dtype=np.float32)
    hair = np.asarray(HAIR[face.hair], dtype=np.float32)
    w = face.width
    eye_y = -0.08 * w
    gaze = rng.uniform(-0.006, 0.006)
    for side in (-1, 1):
        x = side * face.eye_gap * w
        canvas.shade(canvas.mask(_ellipse(x, eye_y, face.eye_size * w * 1.6, 0.16 * w), 5.0), 0.90)
        lid = canvas.mask(_ellipse(x, eye_y, face.eye_size * w * 1.15, 0.085 * w, 1.7), 0.7)
        canvas.paint(lid, (228, 230, 232))
        iris = canvas.mask(_ellipse(x + gaze, eye_y, 0.082 * w, 0.082 * w), 0.6)
        canvas.paint(iris * lid, tuple(float(v) for v in EYES[face.eyes]))
        canvas.paint(canvas.mask(_ellipse(x + gaze, eye_y, 0.036 * w, 0.036 * w), 0.5) * lid, (16, 14, 14))
        lash = canvas.mask(_ellipse(x, eye_y - 0.085 * w, face.eye_size * w * 1.2, 0.022 * w), 0.7)
        canvas.paint(lash, tuple(skin * 0.3), 0.8)
        brow = canvas.mask(_ellipse(x * 1.04, eye_y - 0.27 * w, face.eye_size * w * 1.5, face.brow * w * 1.3, 1.6), 1.2)
        canvas.paint(brow, tuple(hair * 0.8 + skin * 0.1), 0.85)
        if face.age > 0.6:
            canvas.shade(canvas.mask(_ellipse(x, eye_y + 0.17 * w, face.eye_size * w, 0.02 * w), 1.6), 0.84)
    _draw_nose_and_mouth(canvas, face, rng)


def _draw_nose_and_mouth(canvas: _Canvas, face: Face, rng: np.random.Generator) -> None:
    skin = np.asarray(SKIN[face.skin], dtype=np.float32)
    w = face.width
    tip, mouth_y = 0.42 * w, 0.78 * w
    canvas.shade(canvas.mask(_ellipse(0.09 * w, 0.2 * w, 0.04 * w, 0.24 * w), 3.0), 0.90)
    canvas.shade(canvas.mask(_ellipse(-0.03 * w, 0.2 * w, 0.04 * w, 0.22 * w), 3.0), 1.06)
    canvas.shade(canvas.mask(_ellipse(0, tip + 0.05 * w, face.nose * w * 1.3, 0.045 * w), 2.0), 0.80)
    for side in (-1, 1):
        nostril = canvas.mask(_ellipse(side * face.nose * w * 0.6, tip + 0.03 * w, 0.04 * w, 0.024 * w), 0.8)
        canvas.paint(nostril, tuple(skin * 0.35), 0.8)
    smile = float(rng.uniform(-0.01, 0.03)) * w
    lip = tuple(skin * np.array([0.66, 0.64, 0.86]))
    half = face.mouth * w
    upper = np.array([(-half, mouth_y - smile), (-half * 0.3, mouth_y - face.lips * w), (0, mouth_y - face.lips * w * 0.8),
                      (half * 0.3, mouth_y - face.lips * w), (half, mouth_y - smile), (0, mouth_y + 0.02 * w)])  # fmt: skip
    canvas.paint(canvas.mask(upper, 1.0), lip)
    canvas.paint(
        canvas.mask(_ellipse(0, mouth_y + face.lips * w * 0.5, half * 0.72, face.lips * w * 0.9), 1.2), lip, 0.85
    )
    canvas.paint(canvas.mask(_ellipse(0, mouth_y, half * 0.92, 0.014 * w), 0.7), tuple(skin * 0.32), 0.8)
    if face.age > 0.45:
        for side in (-1, 1):
            fold = canvas.mask(_ellipse(side * 0.42 * w, 0.6 * w, 0.02 * w, 0.15 * w), 2.0)
            canvas.shade(fold, 1 - 0.25 * face.age)


def _draw_hair_front(canvas: _Canvas, face: Face) -> None:
    if face.hair_style == 4:
        return
    skull = _skull(face) * np.array([1.06, 1.05])
    top = face.width * face.length
    line = -face.hairline * top
    crown = skull[skull[:, 1] < line + 0.25 * top]
    crown = crown[np.argsort(np.arctan2(crown[:, 0], -crown[:, 1]))]
    part = (-0.5, 0.3, 0.0, 0.55)[face.hair_style] * face.width
    inner = np.array(
        [(face.width * 0.86, line + 0.18 * top), (part, line - 0.04 * top), (-face.width * 0.86, line + 0.18 * top)]
    )
    outline = np.vstack((crown, inner))
    mask = canvas.mask(outline, 1.6)
    hair = np.asarray(HAIR[face.hair], dtype=np.float32)
    canvas.paint(mask, tuple(hair))
    shine = canvas.mask(_ellipse(part * 0.6, line - 0.16 * top, face.width * 0.5, 0.05 * top), 8.0)
    canvas.paint(shine * mask, tuple(np.minimum(hair * 1.5 + 24, 255)), 0.6)


def _draw_glasses(canvas: _Canvas, face: Face) -> None:
    w = face.width
    for side in (-1, 1):
        x = side * face.eye_gap * w
        outer = canvas.mask(_ellipse(x, -0.05 * w, 0.33 * w, 0.24 * w, 2.8), 0.6)
        inner = canvas.mask(_ellipse(x, -0.05 * w, 0.29 * w, 0.20 * w, 2.8), 0.6)
        canvas.paint(outer - inner * outer, (40, 36, 34), 0.9)
    bridge = canvas.mask(_ellipse(0, -0.1 * w, (face.eye_gap - 0.28) * w, 0.02 * w), 0.6)
    canvas.paint(bridge, (40, 36, 34), 0.9)


def _photograph(page: npt.NDArray[np.float32], rng: np.random.Generator, size_px: tuple[int, int]) -> Image:
    """Light from one side, grain, and the size asked for."""
    height, width = page.shape[:2]
    side, gain = rng.uniform(-0.12, 0.12), rng.uniform(0.92, 1.06)
    light = gain + side * np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    light = light - rng.uniform(0, 0.08) * np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    lit = page * light + rng.normal(0, 2.2, page.shape).astype(np.float32)
    method = cv2.INTER_AREA if size_px[0] < width else cv2.INTER_CUBIC
    sized = np.asarray(cv2.resize(np.clip(lit, 0, 255), size_px, interpolation=method), dtype=np.float32)
    return np.clip(np.rint(sized), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class FacePool:
    """Photographs from a folder, in the order of their names; a seed chooses one."""

    folder: Path

    def names(self) -> tuple[str, ...]:
        """The picture files of the folder, sorted."""
        return _picture_names(self.folder)

    def portrait(self, face_seed: int, size_px: tuple[int, int]) -> Image:
        """The photograph that a seed chooses, cut to the shape of `size_px` (width, height) and scaled to it."""
        names = self.names()
        if not names:
            raise FileNotFoundError(f"{self.folder} holds no portrait; put .jpg, .png or .webp files there")
        path = self.folder / names[face_seed % len(names)]
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError(f"{path} is not a picture that can be read; remove it from the folder")
        return _cut_to(np.asarray(picture, dtype=np.uint8), size_px)


@lru_cache(maxsize=16)
def _picture_names(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.name for path in folder.iterdir() if path.suffix.lower() in SUFFIXES))


def _cut_to(picture: Image, size_px: tuple[int, int]) -> Image:
    height, width = picture.shape[:2]
    scale = min(width / size_px[0], height / size_px[1])
    cut = (round(size_px[0] * scale), round(size_px[1] * scale))
    left, top = (width - cut[0]) // 2, (height - cut[1]) // 2
    region = picture[top : top + cut[1], left : left + cut[0]]
    return np.asarray(cv2.resize(region, size_px, interpolation=cv2.INTER_AREA), dtype=np.uint8)
