"""An OCR-B-like face for machine readable zones, drawn by strokes with round ends."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Point = tuple[float, float]
Stroke = tuple[Point, ...]
DRAWN_PX = 96  # cap height at which glyphs are drawn before they are reduced


@dataclass(frozen=True)
class Face:
    """How the strokes are drawn.

    Attributes:
        cap: cap height over pitch; OCR-B's 2.5 mm capitals stand at 2.54 mm.
        body: width of a glyph over its cap height.
        pen: width of the pen over cap height.
        unrest: how far the points of a stroke stray, over cap height.
        seed: of that straying, which is the same wherever a character stands.
    """

    cap: float = 1.0
    body: float = 0.60
    pen: float = 0.125
    unrest: float = 0.0
    seed: int = 0


OCR_B = Face()


def _arc(cx: float, cy: float, rx: float, ry: float, start: float, stop: float) -> Stroke:
    """Arc of an ellipse in degrees, 0 to the right, growing clockwise as y grows downwards."""
    angles = np.deg2rad(np.linspace(start, stop, max(3, int(abs(stop - start) / 8))))
    return tuple((float(cx + rx * np.cos(a)), float(cy + ry * np.sin(a))) for a in angles)


def _line(*points: Point) -> Stroke:
    return points


# x and y run from 0 to 1 over the body of the glyph, y downwards
GLYPHS: dict[str, tuple[Stroke, ...]] = {
    "A": (_line((0.0, 1.0), (0.5, 0.0), (1.0, 1.0)), _line((0.16, 0.68), (0.84, 0.68))),
    "B": (
        _line((0.0, 1.0), (0.0, 0.0), (0.55, 0.0)) + _arc(0.55, 0.235, 0.36, 0.235, -90, 90) + ((0.0, 0.47),),
        _line((0.55, 0.47)) + _arc(0.58, 0.735, 0.42, 0.265, -90, 90) + ((0.0, 1.0),),
    ),
    "C": (_arc(0.55, 0.5, 0.55, 0.5, -48, -312),),
    "D": (_line((0.0, 1.0), (0.0, 0.0), (0.45, 0.0)) + _arc(0.45, 0.5, 0.55, 0.5, -90, 90) + ((0.0, 1.0),),),
    "E": (_line((0.95, 0.0), (0.0, 0.0), (0.0, 1.0), (0.95, 1.0)), _line((0.0, 0.48), (0.8, 0.48))),
    "F": (_line((0.95, 0.0), (0.0, 0.0), (0.0, 1.0)), _line((0.0, 0.48), (0.8, 0.48))),
    "G": ((*_arc(0.53, 0.5, 0.53, 0.5, -50, -340), (1.0, 0.55), (0.58, 0.55)),),
    "H": (_line((0.0, 0.0), (0.0, 1.0)), _line((1.0, 0.0), (1.0, 1.0)), _line((0.0, 0.48), (1.0, 0.48))),
    "I": (_line((0.5, 0.0), (0.5, 1.0)), _line((0.12, 0.0), (0.88, 0.0)), _line((0.12, 1.0), (0.88, 1.0))),
    "J": (_line((0.35, 0.0), (0.9, 0.0), (0.9, 0.65)) + _arc(0.47, 0.65, 0.43, 0.35, 0, 165),),
    "K": (_line((0.0, 0.0), (0.0, 1.0)), _line((0.95, 0.0), (0.05, 0.58)), _line((0.36, 0.40), (1.0, 1.0))),
    "L": (_line((0.05, 0.0), (0.05, 1.0), (0.95, 1.0)),),
    "M": (_line((0.0, 1.0), (0.0, 0.0), (0.5, 0.55), (1.0, 0.0), (1.0, 1.0)),),
    "N": (_line((0.0, 1.0), (0.0, 0.0), (1.0, 1.0), (1.0, 0.0)),),
    "O": (_arc(0.5, 0.5, 0.56, 0.5, 0, 360),),
    "P": (_line((0.0, 1.0), (0.0, 0.0), (0.5, 0.0)) + _arc(0.5, 0.28, 0.48, 0.28, -90, 90) + ((0.0, 0.56),),),
    "Q": (_arc(0.5, 0.47, 0.54, 0.47, 0, 360), _line((0.56, 0.68), (1.0, 1.06))),
    "R": (
        _line((0.0, 1.0), (0.0, 0.0), (0.5, 0.0)) + _arc(0.5, 0.27, 0.46, 0.27, -90, 90) + ((0.0, 0.54),),
        _line((0.48, 0.54), (1.0, 1.0)),
    ),
    "S": ((*_arc(0.5, 0.25, 0.46, 0.25, -25, -180), (0.1, 0.38), (0.9, 0.62), *_arc(0.5, 0.74, 0.48, 0.26, 0, 158)),),
    "T": (_line((0.0, 0.0), (1.0, 0.0)), _line((0.5, 0.0), (0.5, 1.0))),
    "U": (_line((0.0, 0.0), (0.0, 0.6)) + _arc(0.5, 0.6, 0.5, 0.4, 180, 0) + ((1.0, 0.0),),),
    "V": (_line((0.0, 0.0), (0.5, 1.0), (1.0, 0.0)),),
    "W": (_line((-0.06, 0.0), (0.22, 1.0), (0.5, 0.3), (0.78, 1.0), (1.06, 0.0)),),
    "X": (_line((0.0, 0.0), (1.0, 1.0)), _line((1.0, 0.0), (0.0, 1.0))),
    "Y": (_line((0.0, 0.0), (0.5, 0.5), (1.0, 0.0)), _line((0.5, 0.5), (0.5, 1.0))),
    "Z": (_line((0.04, 0.0), (0.98, 0.0), (0.02, 1.0), (1.0, 1.0)),),
    "0": (_arc(0.5, 0.5, 0.42, 0.5, 0, 360),),
    "1": (_line((0.12, 0.2), (0.55, 0.0), (0.55, 1.0)), _line((0.15, 1.0), (0.95, 1.0))),
    "2": ((*_arc(0.48, 0.28, 0.42, 0.28, -165, 25), (0.05, 1.0), (0.95, 1.0)),),
    "3": (_line((0.08, 0.0), (0.88, 0.0), (0.42, 0.38)) + _arc(0.42, 0.69, 0.5, 0.31, -90, 145),),
    "4": (_line((0.5, 0.0), (0.0, 0.72), (1.0, 0.72)), _line((0.72, 0.42), (0.72, 1.0))),
    "5": (_line((0.88, 0.0), (0.14, 0.0), (0.12, 0.42)) + _arc(0.42, 0.69, 0.5, 0.31, -105, 145),),
    "6": (_line((0.7, 0.0), (0.18, 0.48)) + _arc(0.5, 0.69, 0.46, 0.31, -160, 200),),
    "7": (_line((0.02, 0.0), (0.98, 0.0), (0.6, 0.45), (0.4, 1.0)),),
    "8": (_arc(0.5, 0.24, 0.38, 0.24, 90, 450), _arc(0.5, 0.74, 0.46, 0.26, -90, 270)),
    "9": (_line((0.3, 1.0), (0.82, 0.52)) + _arc(0.5, 0.31, 0.46, 0.31, 20, 380),),
    "<": (_line((0.95, 0.14), (0.05, 0.5), (0.95, 0.86)),),
}


@lru_cache(maxsize=2_560)
def _glyph(char: str, face: Face) -> npt.NDArray[np.uint8]:
    """One glyph at DRAWN_PX cap height in a cell one pitch wide, uint8 coverage [h, w]."""
    pen = DRAWN_PX * face.pen
    cell = round(DRAWN_PX / face.cap)
    margin = round(pen * 1.5)
    canvas = np.zeros((DRAWN_PX + 2 * margin, cell), dtype=np.uint8)
    body = np.array([DRAWN_PX * face.body, DRAWN_PX]) - pen
    origin = np.array([(cell - body[0]) / 2, margin + pen / 2])
    rng = np.random.default_rng((face.seed, ord(char)))
    for stroke in GLYPHS[char]:
        strayed = np.array(stroke) * body + origin + DRAWN_PX * face.unrest * _stray(len(stroke), rng)
        points = np.rint(strayed * 16).astype(np.int32)
        cv2.polylines(canvas, [points.reshape(-1, 1, 2)], False, 255, round(pen), cv2.LINE_AA, 4)
    return canvas


def _stray(points: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Where the points [n, 2] of a stroke stray, -1 to 1: its ends at random, those between them smoothly."""
    ends = rng.uniform(-1, 1, (2, 2))
    along = np.linspace(0, 1, points)[:, None]
    return np.asarray(ends[0] * (1 - along) + ends[1] * along)


def mrz_mask(line: str, pitch: float, face: Face = OCR_B) -> npt.NDArray[np.float32]:
    """Ink coverage 0..1 of one line at `pitch` px a character, float32 [h, w]; 1.5 pens clear above and below."""
    drawn = np.hstack([_glyph(char, face) for char in line])
    size = (round(pitch * len(line)), round(drawn.shape[0] * pitch * face.cap / DRAWN_PX))
    return np.asarray(cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), dtype=np.float32) / 255.0
