"""Fingers that hold a document at its edge, over no field of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.optics import shaded
from udfs.specimens.rendered import Box, Image
from udfs.specimens.surfaces import skin

Mask = npt.NDArray[np.bool_]
Points = npt.NDArray[np.float64]

HELD = 0.12  # share of photographs with a finger in them
MOST = 0.1  # of the document's width: so far a finger reaches over it where nothing is printed
CLEAR = 0.008  # of the document's width between a finger's tip and a field
LENGTH = 1.3  # of the document's width: out of nearly every frame
# Inward and along each edge of a flat document: top, right, bottom, left.
INWARD = ((0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, 0.0))


@dataclass(frozen=True)
class Finger:
    """One finger or thumb.

    Attributes:
        edge: 0 to 3: the document's top, right, bottom or left.
        along: place on that edge, 0 to 1.
        reach: share of the free room that it covers.
        thickness: share of the document's width.
        lean_deg: off the edge's normal.
        skin: BGR in grey levels.
        nail: whether its nail is seen.
    """

    edge: int
    along: float
    reach: float
    thickness: float
    lean_deg: float
    skin: tuple[float, float, float]
    nail: bool


def draw_fingers(rng: np.random.Generator) -> tuple[Finger, ...]:
    """The fingers of one hand in a photograph; mostly none."""
    colour, edge = skin(rng), int(rng.choice([0, 1, 2, 3], p=[0.1, 0.3, 0.3, 0.3]))
    fingers = tuple(
        Finger(
            edge=edge if rng.random() < 0.7 else (edge + 2) % 4,
            along=float(rng.uniform(0.06, 0.94)),
            reach=float(rng.uniform(0.4, 1.0)),
            thickness=float(rng.uniform(0.1, 0.19)),
            lean_deg=float(np.clip(rng.normal(0, 12), -28, 28)),
            skin=(float(colour[0]), float(colour[1]), float(colour[2])),
            nail=bool(rng.random() < 0.5),
        )
        for _ in range(int(rng.integers(1, 3)))
    )
    return fingers if rng.random() < HELD else ()


def held(
    scene: Image,
    fingers: Sequence[Finger],
    matrix: npt.NDArray[np.float64],
    shape: tuple[int, ...],
    fields: Sequence[Box],
) -> tuple[Image, Mask]:
    """The scene with the fingers in it, and where they are, bool [h, w].

    Args:
        scene: the document on its surface.
        fingers: that hold it.
        matrix: pixels of the flat document to pixels of the scene.
        shape: of the flat document.
        fields: boxes in shares of the document's width and height that no finger may cover.
    """
    height, width = shape[:2]
    covered = np.zeros(scene.shape[:2], np.uint8)
    for finger in fingers:
        centre, root = _axis(finger, height / width, fields)
        points = np.concatenate([_stadium(centre, root, finger.thickness / 2), [centre, root]])
        laid = cv2.perspectiveTransform((points * width - 0.5)[None], matrix)[0]
        mask = np.zeros_like(covered)
        cv2.fillPoly(mask, [np.rint(laid[:-2]).astype(np.int32)], 255, cv2.LINE_AA)
        scene = _painted(shaded(scene, mask, 0.4), mask, (laid[-2], laid[-1]), finger)
        covered = np.maximum(covered, mask)
    return scene, covered > 0


def _axis(finger: Finger, ratio: float, fields: Sequence[Box]) -> tuple[Points, Points]:
    """Centre of the finger's round tip and its far end, in widths of the flat document from its top left."""
    inward = np.array(INWARD[finger.edge])
    corner = np.array([(0, 0), (1, 0), (1, ratio), (0, ratio)][finger.edge])
    side = np.array([(1, 0), (0, ratio), (-1, 0), (0, -ratio)][finger.edge])
    base, half = corner + finger.along * side, finger.thickness / 2
    room = MOST
    for x0, y0, x1, y1 in fields:
        spread = (np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) * (1, ratio) - base) @ np.stack(
            [inward, inward[::-1]], axis=1
        )
        beside = spread[:, 1].min() < half + 2 * CLEAR and spread[:, 1].max() > -half - 2 * CLEAR
        room = min(room, float(spread[:, 0].min()) - CLEAR) if beside else room
    centre = base + inward * (finger.reach * max(room, 0.0) - half)
    turn = np.deg2rad(finger.lean_deg)
    outward = -np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ inward
    return centre, centre + LENGTH * outward


def _stadium(centre: Points, root: Points, half: float) -> Points:
    """Outline [n, 2] of a strip from `root` that ends round at `centre`."""
    outward = np.arctan2(*(root - centre)[::-1])
    turns = outward + np.linspace(np.pi / 2, 3 * np.pi / 2, 21)
    tip = centre + half * np.stack([np.cos(turns), np.sin(turns)], axis=1)
    aside = 1.15 * half * np.array([-np.sin(outward), np.cos(outward)])
    return np.concatenate([tip, [root - aside, root + aside]])


def _painted(scene: Image, mask: Image, axis: tuple[Points, Points], finger: Finger) -> Image:
    """The scene with one finger: round in its shading, with creases and perhaps a nail."""
    x, y, wide, high = cv2.boundingRect(mask)
    if wide == 0 or high == 0:
        return scene
    near = (slice(y, y + high), slice(x, x + wide))
    tip, root = axis
    outward = (root - tip) / np.linalg.norm(root - tip)
    half = finger.thickness / LENGTH / 2 * float(np.linalg.norm(root - tip))
    across, down = np.arange(x, x + wide) - tip[0], np.arange(y, y + high)[:, None] - tip[1]
    length = ((across * outward[0] + down * outward[1]) / half).astype(np.float32)
    aside = ((across * outward[1] - down * outward[0]) / half).astype(np.float32)
    round_off = np.sqrt(np.clip(1.1 - np.hypot(aside, np.minimum(length, 0)) ** 2, 0.05, 1))
    creases = 1 - 0.16 * sum(np.exp(-(((length - at) / 0.05) ** 2)) for at in (1.5, 1.75, 4.2, 4.5))
    colour = np.asarray(finger.skin, np.float32) * ((0.5 + 0.5 * round_off) * creases)[..., None]
    if finger.nail:
        nail = np.clip(1.6 - 1.6 * ((aside / 0.62) ** 2 + ((length - 0.05) / 0.75) ** 2), 0, 1)[..., None]
        colour = colour + (0.35 * (np.array([205, 205, 245], np.float32) - colour)) * np.minimum(nail * 4, 1)
    share = (mask[near].astype(np.float32) / 255)[..., None]
    painted = scene.copy()
    painted[near] = np.clip(colour * share + scene[near] * (1 - share), 0, 255)
    return painted
