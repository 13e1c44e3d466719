"""A piece of paper laid on a document before the camera: its cut, its rim, its thickness and its shadow."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.printing import FINENESS
from udfs.specimens.rendered import Image

Plane = npt.NDArray[np.float32]

MM_PER_INCH = 25.4
MARGIN_MM = 2.0  # around the piece, where its shadow may fall


@dataclass(frozen=True)
class Laying:
    """How a piece lies.

    Attributes:
        turn_deg: against the page.
        skew_mm: how far each corner's cut strays inwards, [4, 2].
        thick_mm: of the piece.
        light_deg: where the light comes from, in the page's plane.
        shade: how dark its shadow is, as a share.
        shine: how much brighter its lit edge is, in grey levels.
        core_mm: width of the bare paper that the cut shows around the print; nothing where it is cut clean.
    """

    turn_deg: float
    skew_mm: npt.NDArray[np.float64]
    thick_mm: float
    light_deg: float
    shade: float
    shine: float
    core_mm: float


def draw_laying(rng: np.random.Generator, *, turn: float, core_mm: tuple[float, float]) -> Laying:
    """Cut by hand and glued as well as it goes: turned by a few tenths of `turn` degrees at best."""
    return Laying(
        turn_deg=float(rng.normal(0, turn)),
        skew_mm=np.abs(rng.normal(0, 0.15, (4, 2))),
        thick_mm=float(rng.uniform(0.08, 0.30)),
        light_deg=float(rng.uniform(0, 360)),
        shade=float(rng.uniform(0.15, 0.5)),
        shine=float(rng.uniform(4, 26)),
        core_mm=float(rng.uniform(*core_mm)),
    )


def laid(sheet: Image, piece: Image, centre: tuple[float, float], laying: Laying, *, px_per_mm: float) -> Image:
    """The sheet with the piece on it.

    Args:
        sheet: BGR [h, w, 3].
        piece: BGR, in samples of which FINENESS make a pixel of a sheet of `px_per_mm`.
        centre: of the piece on the sheet, pixels.
        laying: how it lies.
        px_per_mm: of the sheet.
    """
    x0, y0, x1, y1 = _reach(sheet, piece, centre, px_per_mm)
    place = ((centre[0] - x0 + 0.5) * FINENESS - 0.5, (centre[1] - y0 + 0.5) * FINENESS - 0.5)
    size = ((x1 - x0) * FINENESS, (y1 - y0) * FINENESS)
    shape = _cut(piece.shape, laying, px_per_mm * FINENESS)
    cored = _with_core(piece, shape, laying, px_per_mm * FINENESS)
    turned = cv2.getRotationMatrix2D(((piece.shape[1] - 1) / 2, (piece.shape[0] - 1) / 2), laying.turn_deg, 1.0)
    turned[:, 2] += np.array(place) - ((piece.shape[1] - 1) / 2, (piece.shape[0] - 1) / 2)
    print_, cover = (
        cv2.resize(cv2.warpAffine(each, turned, size), (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
        for each in (cored, shape)
    )
    weight: Plane = np.asarray(cover, dtype=np.float32) / np.float32(255)
    shadow, edge = _relief(weight, laying, px_per_mm)
    under = sheet[y0:y1, x0:x1] * (1 - shadow)[..., None]
    # What the warp leaves black outside the piece was weighed by its cover already.
    over = np.asarray(print_, dtype=np.float32) + (edge * weight)[..., None]
    whole = sheet.copy()
    whole[y0:y1, x0:x1] = np.clip(over + under * (1 - weight)[..., None] + 0.5, 0, 255).astype(np.uint8)
    return whole


def _reach(sheet: Image, piece: Image, centre: tuple[float, float], px_per_mm: float) -> tuple[int, int, int, int]:
    """Whole pixels of the sheet that the piece or its shadow may touch."""
    half = np.hypot(*piece.shape[:2]) * 0.02 + MARGIN_MM * px_per_mm
    wide, high = piece.shape[1] / FINENESS / 2 + half, piece.shape[0] / FINENESS / 2 + half
    height, width = sheet.shape[:2]
    left, top = max(0, int(centre[0] - wide)), max(0, int(centre[1] - high))
    return left, top, min(width, int(centre[0] + wide) + 1), min(height, int(centre[1] + high) + 1)


def _corners(shape: tuple[int, ...], laying: Laying, scale: float) -> npt.NDArray[np.float64]:
    """Corners [4, 2] of the cut in the piece's samples, clockwise from the top left."""
    height, width = shape[:2]
    outer = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float64)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    return outer + inwards * laying.skew_mm * scale


def _cut(shape: tuple[int, ...], laying: Laying, scale: float) -> Image:
    """Mask uint8 [h, w] of the piece's outline."""
    mask = np.zeros(shape[:2], np.uint8)
    points = np.rint(_corners(shape, laying, scale) * 16).astype(np.int32)
    cv2.fillConvexPoly(mask, points, 255, cv2.LINE_AA, 4)
    return mask


def _with_core(piece: Image, mask: Image, laying: Laying, scale: float) -> Image:
    """The piece with bare paper along its cut, and nothing outside of it."""
    cored = piece.copy()
    if laying.core_mm > 0:
        points = np.rint(_corners(piece.shape, laying, scale) * 16).astype(np.int32)
        thick = max(1, round(2 * laying.core_mm * scale))
        cv2.polylines(cored, [points.reshape(-1, 1, 2)], True, (246, 248, 249), thick, cv2.LINE_AA, 4)
    return np.asarray(cv2.multiply(cored, cv2.merge([mask] * 3), scale=1 / 255), dtype=np.uint8)


def _relief(weight: Plane, laying: Laying, px_per_mm: float) -> tuple[Plane, Plane]:
    """Shadow beside the piece, 0 to 1, and light on its lit edges in grey levels, both [h, w]."""
    towards = np.array([np.cos(np.deg2rad(laying.light_deg)), np.sin(np.deg2rad(laying.light_deg))])
    height = laying.thick_mm * px_per_mm
    thrown = cv2.GaussianBlur(_moved(weight, -1.2 * height * towards), (0, 0), 0.4 + 0.5 * height)
    near = cv2.GaussianBlur(weight, (0, 0), 0.4 + 0.3 * height)
    shadow = laying.shade * np.clip(thrown + 0.4 * near - weight, 0, 1)
    edge = laying.shine * np.clip(weight - _moved(weight, -(0.5 + 0.5 * height) * towards), 0, 1)
    return np.asarray(shadow, dtype=np.float32), np.asarray(edge, dtype=np.float32)


def _moved(plane: Plane, by: npt.NDArray[np.float64]) -> Plane:
    """The plane moved right and down by so many pixels."""
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]])
    return np.asarray(cv2.warpAffine(plane, matrix, plane.shape[::-1], flags=cv2.INTER_LINEAR), dtype=np.float32)
