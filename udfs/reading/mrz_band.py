"""Proposes rows of a machine readable zone without reading: dark, long and thin, at least two of one length."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from udfs.reading.detector import Image

SIDE = 640  # px: longest side looked at; a row of 44 on a card half as wide as its photograph is still 6 px high
# A row of 30 characters is 25 times as long as its capitals are high, one of 44 35 times; ground may cling to it.
LEAST_SLIM = 11.0
LEAST_LENGTH = 0.22  # of the longest side
HEIGHTS = (3.0, 30.0)  # px of a row's bar in the reduced picture
PEN = (13, 13)  # px: wider than any stroke of a character
CLOSED = (23, 3)  # px: wider than from one filler's back to the next on a card that fills the picture
SOLID = (40, 3)  # px: what is shorter or thinner once closed is ground
# Rows of one zone: ends and lengths alike to this share, this parallel (degrees), this many heights apart at most.
ALIKE, PARALLEL, APART = 0.12, 3.0, 4.0
MOST_ZONES, MOST_ROWS = 2, 3

Points = npt.NDArray[np.float32]


def propose_zones(image: Image) -> list[list[Points]]:
    """Give zones of two or three rows, each row a quad [4, 2] in pixels, top down, for a picture held upright."""
    scale = min(1.0, SIDE / max(image.shape[:2]))
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    grey = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    found = sorted(_zones(_bars(np.asarray(grey, np.uint8))), key=lambda zone: -_length(zone[0]))
    return [[((quad + 0.5) / scale - 0.5).astype(np.float32) for quad in zone] for zone in found[:MOST_ZONES]]


def _bars(grey: Image) -> list[Points]:
    """Long thin dark things of a grey picture, as quads clockwise from their top left."""
    dark = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, cv2.getStructuringElement(cv2.MORPH_RECT, PEN))
    _, ink = cv2.threshold(dark, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, CLOSED))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, SOLID))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    least = LEAST_LENGTH * max(grey.shape)
    quads = [_quad(np.asarray(outline, np.int32)) for outline in outlines if cv2.boundingRect(outline)[2] >= least]
    return [quad for quad in quads if _is_row(quad, least)]


def _quad(outline: npt.NDArray[np.int32]) -> Points:
    """The least rectangle around an outline, clockwise from its top left, its long sides along x."""
    corners = cv2.boxPoints(cv2.minAreaRect(outline)).astype(np.float32)
    left = corners[np.argsort(corners[:, 0], kind="stable")]
    (a, d), (b, c) = (sorted(pair, key=lambda p: float(p[1])) for pair in (left[:2], left[2:]))
    return np.array([a, b, c, d], np.float32)


def _is_row(quad: Points, least: float) -> bool:
    long, high = _length(quad), float(np.linalg.norm(quad[3] - quad[0])) + 1
    return long >= least and HEIGHTS[0] <= high <= HEIGHTS[1] and long >= LEAST_SLIM * high


def _zones(bars: Sequence[Points]) -> Iterator[list[Points]]:
    """Give bars of one length, one under the other."""
    left = sorted(bars, key=lambda quad: float(quad[:, 1].mean()))
    while left:
        zone = [left.pop(0)]
        for quad in list(left):
            if len(zone) < MOST_ROWS and _beside(zone[-1], quad):
                zone.append(quad)
                left = [other for other in left if other is not quad]
        if len(zone) > 1:
            yield zone


def _beside(upper: Points, lower: Points) -> bool:
    long = _length(upper)
    high = max(float(np.linalg.norm(quad[3] - quad[0])) for quad in (upper, lower)) + 1
    ends = np.abs(lower[:2, 0] - upper[:2, 0]).max()
    lean = np.degrees(abs(_slope(upper) - _slope(lower)))
    down = float((lower[0] + lower[1] - upper[0] - upper[1])[1]) / 2
    return bool(ends <= ALIKE * long and lean <= PARALLEL and high * 0.8 < down <= APART * high)


def _length(quad: Points) -> float:
    return float(np.linalg.norm(quad[1] - quad[0]))


def _slope(quad: Points) -> float:
    return float(np.arctan2(quad[1, 1] - quad[0, 1], quad[1, 0] - quad[0, 0]))
