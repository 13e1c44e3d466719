"""Prints rows of machine readable zones, true ones and others, in many faces on many grounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.held_out import held_out
from jobs.evaluation.material import DAYS, FIRST_DAY
from udfs.reading.mrz_layouts import ALPHABET, FILLER
from udfs.specimens.blanks import print_blank
from udfs.specimens.fonts import FACES, TextStyle, open_face, print_mask, text_mask
from udfs.specimens.issuers import Design
from udfs.specimens.mrz_face import Face, mrz_mask
from udfs.specimens.mrz_lines import LINE_LENGTH, MrzContent, MrzFormat, compose_mrz
from udfs.specimens.people import draw_person
from udfs.specimens.rendered import Image

PENS = 60  # faces of drawn strokes
STEPS = (1.55, 2.6)  # from row to row, in pitches
PAD, TALL = 2.0, 4.6  # ground beside a row, and height of its scene, in pitches


@dataclass(frozen=True)
class PrintedRow:
    """A scene (BGR) and where its row stands: left end, middle line and cap height, in pixels."""

    scene: Image
    left: float
    middle: float
    cap: float


def draw_grounds(designs: Sequence[Design]) -> list[Image]:
    """The lower part of each design's blank, on which an MRZ would be printed."""
    blanks = (print_blank(design, None, index) for index, design in enumerate(designs))
    return [np.ascontiguousarray(blank[int(0.55 * blank.shape[0]) :]) for blank in blanks]


def draw_text(rng: np.random.Generator, count: int) -> str:
    """Part of a true row, or characters in any order with runs of fillers."""
    if rng.random() < 0.5:
        row = str(rng.choice(_true_rows(rng)))
        begin = int(rng.integers(max(1, len(row) - count + 1)))
        return row[begin : begin + count]
    drawn = [str(c) for c in rng.choice(list(ALPHABET), size=count)]
    for _ in range(int(rng.integers(0, 3))):
        begin, length = int(rng.integers(count)), int(rng.integers(1, 12))
        drawn[begin : begin + length] = FILLER * len(drawn[begin : begin + length])
    return "".join(drawn)


def _true_rows(rng: np.random.Generator) -> tuple[str, ...]:
    form: MrzFormat = list(LINE_LENGTH)[int(rng.integers(len(LINE_LENGTH)))]
    person = draw_person(rng)
    serial = "".join(str(c) for c in rng.choice(list(ALPHABET[1:]), size=int(rng.integers(7, 10))))
    extra = "".join(str(c) for c in rng.choice(list(ALPHABET[1:11]), size=int(rng.integers(0, 12))))
    content = MrzContent(
        code={"TD3": "P", "MRVA": "V", "MRVB": "V"}.get(form, str(rng.choice(["I", "A", "C", "ID"]))),
        issuer="".join(str(c) for c in rng.choice(list(ALPHABET[11:]), size=3)),
        surname=person.surname,
        given_names=person.given_names,
        number=serial,
        nationality="".join(str(c) for c in rng.choice(list(ALPHABET[11:]), size=3)),
        birth_date=person.birth_date,
        sex=person.sex,
        expiry_date=FIRST_DAY + timedelta(days=int(rng.integers(DAYS))),
        optional=extra,
    )
    return compose_mrz(form, content)


def print_row(
    text: str, pitch: float, room: tuple[float, float], grounds: Sequence[Image], rng: np.random.Generator
) -> PrintedRow:
    """Print a row at `pitch` px a character between two others; `room` before and from its start on, in pitches."""
    step, pad = float(rng.uniform(*STEPS)) * pitch, PAD * pitch
    scene = _ground((round(sum(room) * pitch + 2 * pad), round(TALL * pitch)), grounds, rng)
    shade = rng.uniform(5, 95) + rng.normal(0, 6, 3).clip(-20, 20)
    ink = (int(shade[0]), int(shade[1]), int(shade[2]))
    draw = _drawer(rng)
    left, cap = round(pad + room[0] * pitch), pitch
    for place in (-1, 0, 1):
        said = text if place == 0 else draw_text(rng, int(sum(room)) + 4)
        if not said or (place != 0 and rng.random() < 0.3):
            continue
        mask, drawn_cap = draw(said, pitch)
        cap = drawn_cap if place == 0 else cap
        print_mask(scene, mask, (left, round((scene.shape[0] - mask.shape[0]) / 2 + place * step)), ink)
    return PrintedRow(scene, float(left), scene.shape[0] / 2, cap)


def _ground(size: tuple[int, int], grounds: Sequence[Image], rng: np.random.Generator) -> Image:
    """Part of a blank at some scale, or plain paper."""
    if rng.random() < 0.25:
        tone = rng.uniform(150, 255) + rng.normal(0, 8, 3)
        return np.full((size[1], size[0], 3), tone.clip(0, 255), np.uint8)
    ground = grounds[int(rng.integers(len(grounds)))]
    zoom = float(rng.uniform(0.4, 1.2))
    width, height = min(ground.shape[1], round(size[0] / zoom)), min(ground.shape[0], round(size[1] / zoom))
    x, y = int(rng.integers(ground.shape[1] - width + 1)), int(rng.integers(ground.shape[0] - height + 1))
    return np.asarray(cv2.resize(ground[y : y + height, x : x + width], size, interpolation=cv2.INTER_AREA), np.uint8)


class _Strokes:
    """Rows in the OCR-B-like face, its pen and proportions drawn anew."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.face = _face(int(rng.integers(PENS)))

    def __call__(self, text: str, pitch: float) -> tuple[npt.NDArray[np.float32], float]:
        return mrz_mask(text, pitch, self.face), self.face.cap * pitch


@lru_cache(maxsize=PENS)
def _face(seed: int) -> Face:
    rng = np.random.default_rng(seed)
    return Face(
        cap=float(rng.uniform(0.84, 1.1)),
        body=float(rng.uniform(0.54, 0.68)),
        pen=float(rng.uniform(0.085, 0.175)),
        unrest=float(rng.choice([0.0, 0.02, 0.04])),
        seed=seed,
    )


class _Typed:
    """Rows in a typeface, each character in the middle of its place."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.face = str(rng.choice([face for face in FACES if face not in held_out().fonts]))
        self.cap = float(rng.uniform(0.8, 1.0))

    def __call__(self, text: str, pitch: float) -> tuple[npt.NDArray[np.float32], float]:
        big = 40.0  # px a character, reduced afterwards: advance widths are kept in whole pixels
        style = TextStyle(self.face, big * self.cap / 0.72, (0, 0, 0), "hinted")
        row = np.zeros((round(2.4 * big), round(big * len(text))), np.float32)
        for place, char in enumerate(text):
            glyph = text_mask(char, style)
            advance = open_face(style.face, style.size_px).getlength(char)
            pad = int(np.ceil(0.3 * style.size_px))
            x = round(place * big + (big - advance) / 2) - pad
            y = round(row.shape[0] / 2 + 0.5 * self.cap * big) - round(1.2 * style.size_px)
            _lay(row, glyph, (x, y))
        size = (round(pitch * len(text)), max(4, round(row.shape[0] * pitch / big)))
        return np.asarray(cv2.resize(row, size, interpolation=cv2.INTER_AREA), np.float32), self.cap * pitch


def _lay(row: npt.NDArray[np.float32], glyph: npt.NDArray[np.float32], corner: tuple[int, int]) -> None:
    """Put the larger coverage of two at a corner that may lie outside."""
    x0, y0 = max(corner[0], 0), max(corner[1], 0)
    x1, y1 = min(corner[0] + glyph.shape[1], row.shape[1]), min(corner[1] + glyph.shape[0], row.shape[0])
    if x1 > x0 and y1 > y0:
        cut = glyph[y0 - corner[1] : y1 - corner[1], x0 - corner[0] : x1 - corner[0]]
        np.maximum(row[y0:y1, x0:x1], cut, out=row[y0:y1, x0:x1])


def _drawer(rng: np.random.Generator) -> _Strokes | _Typed:
    return _Strokes(rng) if rng.random() < 0.8 else _Typed(rng)
