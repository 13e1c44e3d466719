"""Draws what the forensic map says over the picture that it was made from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from conf.settings import ImageLimits
from udfs.images.decode import Image, decode
from udfs.images.guard import guard

Floats = npt.NDArray[np.float32]

HEAT = (0, 0, 255)  # BGR
OUTLINE = (80, 200, 80)
STRONGEST = 0.65  # share of the heat's colour where the map says 1
LINE_SHARE = 0.003  # of the longer side


def write_overlay(path: Path, row: Mapping[str, Any], folder: Path, limits: ImageLimits) -> Path:
    """Write a PNG of the file with map, boxes and corners; gives its place.

    Args:
        path: the picture, already looked at and sound.
        row: its observation, parts by name.
        folder: where the PNG goes; made if it is not there.
        limits: what the guard lets through.
    """
    content = path.read_bytes()
    image = decode(content, guard(content, limits))
    forensics, card = row["forensics"] or {}, row["card"] or {}
    corners = np.asarray(card.get("corners") or [], np.float32).reshape(-1, 2)
    seen = forensics.get("map")
    heat = None if not seen else np.asarray(seen, np.float32).reshape(forensics["map_rows"], forensics["map_cols"])
    drawn = overlay(image, corners, heat, forensics.get("boxes") or [])
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{path.stem}-{row['sha256'][:8]}.png"
    place.write_bytes(cv2.imencode(".png", drawn)[1].tobytes())
    return place


def overlay(image: Image, corners: Floats, heat: Floats | None, boxes: Sequence[Sequence[float]]) -> Image:
    """The picture under its map, redder the further that is above even odds, with boxes and the card's outline.

    Args:
        image: uint8 [h, w, 3] BGR.
        corners: float32 [4, 2] pixels, clockwise from the holder's top left; or [0, 2].
        heat: float32 [rows, columns] over the flat card, 0 to 1; or None.
        boxes: (x0, y0, x1, y1) pixels.
    """
    drawn = image.copy()
    width = max(2, round(LINE_SHARE * max(image.shape[:2])))
    if heat is not None and len(corners):
        share = STRONGEST * np.clip(2 * _laid_over(heat, corners, image) - 1, 0, 1)[:, :, None]
        drawn = np.asarray(np.round(drawn * (1 - share) + np.asarray(HEAT) * share), np.uint8)
    for x0, y0, x1, y1 in boxes:
        cv2.rectangle(drawn, (round(x0), round(y0)), (round(x1), round(y1)), HEAT, width)
    if len(corners):
        cv2.polylines(drawn, [np.round(corners).astype(np.int32)], isClosed=True, color=OUTLINE, thickness=width)
        first = (round(float(corners[0, 0])), round(float(corners[0, 1])))
        cv2.circle(drawn, first, 4 * width, OUTLINE, -1)
    return drawn


def _laid_over(heat: Floats, corners: Floats, image: Image) -> Floats:
    """The map [rows, columns] as the picture's pixels [h, w], 0 outside the card."""
    rows, columns = heat.shape
    flat = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(flat, corners)
    height, width = image.shape[:2]
    return np.clip(np.asarray(cv2.warpPerspective(heat, warp, (width, height)), np.float32), 0, 1)
