"""Draws the parts of a head and shoulders on a canvas, from the back to the front."""

import numpy as np

from udfs.specimens.faces import EYES, HAIR, SKIN, Canvas, Face, ellipse, skull_outline

CLOTHES = ((60, 44, 36), (40, 40, 44), (90, 60, 40), (60, 60, 120), (80, 96, 70), (180, 176, 170), (120, 90, 130))
SHORT, BALD, CURLED = 0, 4, 5
HAIR_DROP = (0.0, 0.06, 0.38, 0.2, 0.0, 0.0)  # how far each style hangs below the head


def draw_head(canvas: Canvas, face: Face, rng: np.random.Generator) -> None:
    """Draw the whole bust, in place; `rng` decides what belongs to the photograph: clothes, gaze, smile."""
    _draw_hair_behind(canvas, face)
    _draw_body(canvas, face, rng)
    _draw_skin(canvas, face)
    _draw_features(canvas, face, rng)
    _draw_hair_front(canvas, face)
    if face.glasses:
        _draw_glasses(canvas, face)


def _draw_hair_behind(canvas: Canvas, face: Face) -> None:
    if face.hair_style == BALD:
        return
    drop = HAIR_DROP[face.hair_style]
    top = face.width * face.length
    outline = ellipse(0, drop * 0.5, face.width * 1.17, top * 1.07 + drop * 0.5, 2.4)
    if face.hair_style == SHORT:
        outline = ellipse(0, -0.02, face.width * 1.09, top * 1.09, 2.4)
        outline[:, 1] = np.minimum(outline[:, 1], 0.1 * face.width)
    if face.hair_style == CURLED:
        outline = ellipse(0, -0.12 * top, face.width * 1.32, top * 1.08)
        outline *= 1 + 0.03 * np.cos(12 * np.linspace(0, 2 * np.pi, len(outline)))[:, None]
    canvas.paint(canvas.mask(outline, 1.6), tuple(float(v) * 0.82 for v in HAIR[face.hair]))


def _draw_body(canvas: Canvas, face: Face, rng: np.random.Generator) -> None:
    skin = np.asarray(SKIN[face.skin], dtype=np.float32)
    chin = face.width * face.length
    cloth = np.asarray(CLOTHES[int(rng.integers(len(CLOTHES)))], dtype=np.float32)
    shoulders = ellipse(0, chin + 0.42, 0.50, 0.32, 2.6)
    canvas.paint(canvas.mask(shoulders, 1.2), tuple(cloth))
    neck = np.array(
        [(-0.11, chin - 0.15), (0.11, chin - 0.15), (0.13, chin + 0.13), (0, chin + 0.2), (-0.13, chin + 0.13)]
    )
    canvas.paint(canvas.mask(neck, 1.2), tuple(skin * 0.84))
    if rng.random() < 0.5:
        for side in (-1, 1):
            collar = np.array([(side * 0.13, chin + 0.08), (side * 0.02, chin + 0.23), (side * 0.16, chin + 0.27)])
            canvas.paint(canvas.mask(collar, 0.8), tuple(np.minimum(cloth * 1.35 + 20, 250)))


def _draw_skin(canvas: Canvas, face: Face) -> None:
    skin = np.asarray(SKIN[face.skin], dtype=np.float32)
    for side in (-1, 1):
        canvas.paint(canvas.mask(ellipse(side * face.width * 1.0, 0.0, 0.032, 0.062), 1.2), tuple(skin * 0.86))
    skull = skull_outline(face)
    head = canvas.mask(skull, 1.0)
    canvas.paint(head, tuple(skin))
    inner = canvas.mask(skull * np.array([0.78, 0.84]), 16.0)
    canvas.shade(head * (1 - inner), 0.80)
    for side in (-1, 1):
        cheek = canvas.mask(ellipse(side * face.width * 0.55, face.width * 0.45, 0.05, 0.04), 9.0)
        canvas.paint(cheek, tuple(skin * np.array([0.86, 0.88, 1.03])), 0.5)
    if face.beard > 0:
        hair, full = tuple(float(v) for v in HAIR[face.hair]), 0.2 + 0.6 * face.beard
        cheeks = canvas.mask(skull[skull[:, 1] > face.width * 0.2] * np.array([0.98, 1.0]), 4.0)
        bare = canvas.mask(ellipse(0, face.width * 0.36, face.width * 0.62, face.width * 0.34), 6.0)
        canvas.paint(cheeks * (1 - bare) * head, hair, full)


def _draw_features(canvas: Canvas, face: Face, rng: np.random.Generator) -> None:
    skin = np.asarray(SKIN[face.skin], dtype=np.float32)
    hair = np.asarray(HAIR[face.hair], dtype=np.float32)
    w = face.width
    eye_y = -0.08 * w
    gaze = rng.uniform(-0.006, 0.006)
    for side in (-1, 1):
        x = side * face.eye_gap * w
        canvas.shade(canvas.mask(ellipse(x, eye_y, face.eye_size * w * 1.6, 0.16 * w), 5.0), 0.90)
        lid = canvas.mask(ellipse(x, eye_y, face.eye_size * w * 1.15, 0.085 * w, 1.7), 0.7)
        canvas.paint(lid, tuple(0.8 * np.array([226, 230, 234]) + 0.15 * skin))
        iris = canvas.mask(ellipse(x + gaze, eye_y, 0.094 * w, 0.094 * w), 0.6)
        canvas.paint(iris * lid, tuple(float(v) for v in EYES[face.eyes]))
        canvas.paint(canvas.mask(ellipse(x + gaze, eye_y, 0.042 * w, 0.042 * w), 0.5) * lid, (16, 14, 14))
        lash = canvas.mask(ellipse(x, eye_y - 0.085 * w, face.eye_size * w * 1.2, 0.022 * w), 0.7)
        canvas.paint(lash, tuple(skin * 0.3), 0.8)
        brow = canvas.mask(ellipse(x * 1.04, eye_y - 0.27 * w, face.eye_size * w * 1.5, face.brow * w * 1.3, 1.6), 1.2)
        canvas.paint(brow, tuple(hair * 0.8 + skin * 0.1), 0.85)
        if face.age > 0.6:
            canvas.shade(canvas.mask(ellipse(x, eye_y + 0.17 * w, face.eye_size * w, 0.02 * w), 1.6), 0.84)
    _draw_nose_and_mouth(canvas, face, rng)


def _draw_nose_and_mouth(canvas: Canvas, face: Face, rng: np.random.Generator) -> None:
    skin = np.asarray(SKIN[face.skin], dtype=np.float32)
    w = face.width
    tip, mouth_y = 0.42 * w, 0.78 * w
    canvas.shade(canvas.mask(ellipse(0.09 * w, 0.2 * w, 0.04 * w, 0.24 * w), 3.0), 0.90)
    canvas.shade(canvas.mask(ellipse(-0.03 * w, 0.2 * w, 0.04 * w, 0.22 * w), 3.0), 1.06)
    canvas.shade(canvas.mask(ellipse(0, tip + 0.05 * w, face.nose * w * 1.3, 0.045 * w), 2.0), 0.80)
    for side in (-1, 1):
        nostril = canvas.mask(ellipse(side * face.nose * w * 0.6, tip + 0.03 * w, 0.04 * w, 0.024 * w), 0.8)
        canvas.paint(nostril, tuple(skin * 0.35), 0.8)
    smile = float(rng.uniform(-0.01, 0.03)) * w
    lip = tuple(skin * np.array([0.66, 0.64, 0.86]))
    half = face.mouth * w
    full, corner = face.lips * w, mouth_y - smile
    bow = [(-half, corner), (-half * 0.3, mouth_y - full), (0, mouth_y - full * 0.8), (half * 0.3, mouth_y - full)]
    canvas.paint(canvas.mask(np.array([*bow, (half, corner), (0, mouth_y + 0.02 * w)]), 1.0), lip)
    canvas.paint(canvas.mask(ellipse(0, mouth_y + full * 0.5, half * 0.72, full * 0.9), 1.2), lip, 0.85)
    canvas.paint(canvas.mask(ellipse(0, mouth_y, half * 0.92, 0.014 * w), 0.7), tuple(skin * 0.32), 0.8)
    if face.age > 0.45:
        for side in (-1, 1):
            fold = canvas.mask(ellipse(side * 0.42 * w, 0.6 * w, 0.02 * w, 0.15 * w), 2.0)
            canvas.shade(fold, 1 - 0.25 * face.age)


def _draw_hair_front(canvas: Canvas, face: Face) -> None:
    if face.hair_style == BALD:
        return
    skull = skull_outline(face) * np.array([1.06, 1.05])
    top = face.width * face.length
    line = -face.hairline * top
    crown = skull[skull[:, 1] < line + 0.25 * top]
    crown = crown[np.argsort(np.arctan2(crown[:, 0], -crown[:, 1]))]
    part = face.parting * face.width
    temple = (face.width * 0.86, line + 0.18 * top)
    inner = np.array([temple, (part, line - 0.04 * top), (-temple[0], temple[1])])
    outline = np.vstack((crown, inner))
    mask = canvas.mask(outline, 1.6)
    hair = np.asarray(HAIR[face.hair], dtype=np.float32)
    canvas.paint(mask, tuple(hair))
    shine = canvas.mask(ellipse(part * 0.6, line - 0.16 * top, face.width * 0.5, 0.05 * top), 8.0)
    canvas.paint(shine * mask, tuple(np.minimum(hair * 1.5 + 24, 255)), 0.6)


def _draw_glasses(canvas: Canvas, face: Face) -> None:
    w = face.width
    for side in (-1, 1):
        x = side * face.eye_gap * w
        outer = canvas.mask(ellipse(x, -0.05 * w, 0.33 * w, 0.24 * w, 2.8), 0.6)
        inner = canvas.mask(ellipse(x, -0.05 * w, 0.29 * w, 0.20 * w, 2.8), 0.6)
        canvas.paint(outer - inner * outer, (40, 36, 34), 0.9)
    bridge = canvas.mask(ellipse(0, -0.1 * w, (face.eye_gap - 0.28) * w, 0.02 * w), 0.6)
    canvas.paint(bridge, (40, 36, 34), 0.9)
