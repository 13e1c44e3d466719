"""Run the forensic trunk over a document's own pixels: tiles on the decoded grid, maps rectified afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import torch

from udfs.nets.blocks import Floats, Image, device_of, run_padded
from udfs.nets.cosines import BLOCK
from udfs.nets.trunk import CELL, ForensicNet, top_cells

Box = tuple[float, float, float, float]

BATCH = 8
MOST_TILES = 32  # about half a second on one core
MAP_SIZE = (64, 40)  # columns, rows over the card
BOX_AT = 0.4  # frozen where pixel F1 is highest on training designs that no net was trained on
BOX_CELLS = 12
MOST_BOXES = 8
STRONGEST_TILES = 3
NO_STEPS = np.ones(BLOCK * BLOCK, np.float32)
UNSEEN = -12.0  # logit of a cell that no tile covers


@dataclass(frozen=True)
class Forensics:
    """What the trunk saw. Logits are raw: calibration and abstention happen elsewhere.

    Attributes:
        tampered_logit: mean of the strongest map cells, inside the zones where they are given.
        physical_logit: mean over the tiles: printed or shown on a screen before it was photographed.
        generated_logit: mean of the strongest tiles: pixels that came out of a decoder net.
        map: float32 [40, 64], probability of tampering over the rectified card.
        boxes: suspicious regions (x0, y0, x1, y1), pixels of the image, strongest first.
        cells: float32 [h / 4, w / 4], logits of tampering over the image; far below zero where no tile looked.
    """

    tampered_logit: float
    physical_logit: float
    generated_logit: float
    map: Floats
    boxes: list[Box]
    cells: Floats


def inspect_pixels(
    net: ForensicNet,
    image: Image,
    card_corners: Floats,
    zones: Mapping[str, Box] | None = None,
    *,
    steps: Floats = NO_STEPS,
) -> Forensics:
    """Look at the card's pixels at native resolution.

    Args:
        net: the trunk.
        image: the decoded image, never resized or shifted before.
        card_corners: float32 [4, 2], clockwise from the holder's top left, pixels of the image.
        zones: boxes of the printed fields in pixels of the image; None looks everywhere on the card.
        steps: luma quantization steps of its file, float32 [64] row by row.
    """
    cells, tiles = _answers(net, image, card_corners, steps)
    looked = np.where(_looked_at(cells.shape, card_corners, zones), cells, UNSEEN).astype(np.float32)
    strongest = np.sort(tiles[:, 1])[-STRONGEST_TILES:]
    return Forensics(
        tampered_logit=float(top_cells(torch.from_numpy(looked.reshape(1, -1)))[0]),
        physical_logit=float(tiles[:, 0].mean()),
        generated_logit=float(strongest.mean()),
        map=_over_card(looked, card_corners),
        boxes=_boxes(looked),
        cells=cells,
    )


def _answers(net: ForensicNet, image: Image, card_corners: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Logits of cells [h / 4, w / 4], where several tiles cover one their mean, and of tiles on the card [n, 2]."""
    image = _at_least(image, net.side)
    places = tile_places(image.shape[:2], card_corners, net.side)
    tiles = [image[top : top + net.side, left : left + net.side] for left, top in places]
    device = device_of(net)
    read = partial(net.packed, steps=torch.from_numpy(steps).to(device).expand(BATCH, -1))
    packed = run_padded(read, tiles, BATCH, device)
    side = net.side // CELL
    total = np.zeros((image.shape[0] // CELL, image.shape[1] // CELL), np.float32)
    count = np.zeros_like(total)
    for (left, top), row in zip(places, packed, strict=True):
        place = (slice(top // CELL, top // CELL + side), slice(left // CELL, left // CELL + side))
        total[place] += row[:-2].reshape(side, side)
        count[place] += 1
    cells = np.where(count > 0, total / np.maximum(count, 1), UNSEEN).astype(np.float32)
    return cells, packed[:, -2:]


def tile_places(shape: tuple[int, int], corners: Floats, side: int) -> list[tuple[int, int]]:
    """Left and top of the tiles that cover the card's bounding box, multiples of 8, their centres on the card.

    A card that needs more than the budget is sampled evenly, first and last tile included.
    """
    height, width = (length // BLOCK * BLOCK for length in shape)
    low, high = corners.min(axis=0), corners.max(axis=0)
    columns = _starts(float(low[0]), float(high[0]), side, width)
    rows = _starts(float(low[1]), float(high[1]), side, height)
    quad = corners.astype(np.float32).reshape(-1, 1, 2)
    half = side / 2
    inside = [
        (left, top)
        for top in rows
        for left in columns
        if cv2.pointPolygonTest(quad, (left + half, top + half), True) > -half / 2
    ]
    places = inside or [(columns[len(columns) // 2], rows[len(rows) // 2])]
    if len(places) <= MOST_TILES:
        return places
    return [places[index] for index in np.linspace(0, len(places) - 1, MOST_TILES).round().astype(int)]


def _starts(low: float, high: float, side: int, length: int) -> list[int]:
    """Evenly spread starts of windows of `side` that cover low..high inside 0..length, multiples of 8."""
    low, high = max(low, 0.0), min(high, float(length))
    room = max(length - side, 0)
    count = max(1, int(np.ceil((high - low) / side)))
    if count == 1:
        return [int(np.clip((low + high - side) / 2, 0, room)) // BLOCK * BLOCK]
    starts = np.linspace(low, high - side, count)
    return sorted({int(np.clip(start, 0, room)) // BLOCK * BLOCK for start in starts})


def _at_least(image: Image, side: int) -> Image:
    """Mirror an image that is smaller than one tile at its right and bottom edge; the grid stays where it is."""
    height, width = image.shape[:2]
    if height >= side and width >= side:
        return image
    grown = cv2.copyMakeBorder(image, 0, max(side - height, 0), 0, max(side - width, 0), cv2.BORDER_REFLECT_101)
    return np.asarray(grown, np.uint8)


def _looked_at(
    shape: tuple[int, ...], corners: Floats, zones: Mapping[str, Box] | None
) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Cells on the card, and inside a zone where zones are given: bool [rows, columns]."""
    card = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(card, np.round(corners / CELL).astype(np.int32), 1)
    if zones:
        named = np.zeros(shape, np.uint8)
        for x0, y0, x1, y1 in zones.values():
            named[max(0, int(y0) // CELL) : int(y1) // CELL + 1, max(0, int(x0) // CELL) : int(x1) // CELL + 1] = 1
        if np.any(card & named):
            card &= named
    return card.astype(np.bool_)


def _over_card(logits: Floats, corners: Floats) -> Floats:
    """Probabilities rectified over the card: float32 [40, 64]."""
    columns, rows = MAP_SIZE
    target = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform((corners / CELL - 0.5).astype(np.float32), target)
    probability = (1.0 / (1.0 + np.exp(-logits))).astype(np.float32)
    return np.asarray(cv2.warpPerspective(probability, warp, MAP_SIZE, flags=cv2.INTER_LINEAR), np.float32)


def _boxes(logits: Floats) -> list[Box]:
    """Connected suspicious cells as boxes in image pixels, strongest first."""
    probability = 1.0 / (1.0 + np.exp(-logits))
    count, labels, stats, _ = cv2.connectedComponentsWithStats((probability >= BOX_AT).astype(np.uint8), connectivity=8)
    found = [
        (float(probability[labels == index].sum()), stats[index])
        for index in range(1, count)
        if stats[index][cv2.CC_STAT_AREA] >= BOX_CELLS
    ]
    found.sort(key=lambda pair: (-pair[0], int(pair[1][0]), int(pair[1][1])))
    return [
        (float(x * CELL), float(y * CELL), float((x + w) * CELL), float((y + h) * CELL))
        for _, (x, y, w, h, _) in found[:MOST_BOXES]
    ]
