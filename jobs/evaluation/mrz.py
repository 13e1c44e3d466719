"""Are the rows of machine readable zones read to the letter, on designs and through chains never trained on?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from conf.settings import InspectSettings
from jobs.evaluation.held_out import held_out_designs
from jobs.evaluation.material import draw_document
from jobs.evaluation.measures import EvaluationSettings, Measure, share
from jobs.evaluation.photos import Shot
from udfs.images.rectify import rectify, side_lengths
from udfs.nets.corners import CornerNet, find_corners
from udfs.nets.mrz import MrzNet
from udfs.nets.opening import open_corners, open_mrz
from udfs.reading.mrz import Mrz, best_mrz
from udfs.reading.mrz_fitting import rows_of
from udfs.reading.mrz_search import find_on_card
from udfs.reading.mrz_zone import read_zones
from udfs.reading.text import TextReader, open_text_reader, read_text
from udfs.specimens.camera import draw_camera
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import decoded, draw_codec
from udfs.specimens.issuers import Design
from udfs.specimens.rendered import Image

# Card width in pixels of the file from which a row must be read to the letter, and below which little is promised.
WIDE, NARROW = 1_000, 800
READERS = ("vote", "net", "text")
# Every so many photographs are taken from farther away, so that narrow cards are judged too.
FAR_EACH, FAR_WIDTH = 4, (500.0, 950.0)


@dataclass(frozen=True)
class Readers:
    """Everything that a zone is read with."""

    corners: CornerNet
    net: MrzNet
    text: TextReader
    card_width: int


@dataclass(frozen=True)
class ReadRow:
    """One printed row: how wide its card was in pixels, and how many characters each reader got wrong."""

    width: float
    length: int
    wrong: dict[str, int]


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """Shares of exact rows and of wrong characters of the vote, beside the line net and the text reader alone."""
    rows = read_rows(open_readers(settings), mrz_shots(held_out_designs(), settings.samples, seed=settings.seed))
    segments = {
        "all": rows,
        f"width>={WIDE}": [row for row in rows if row.width >= WIDE],
        f"width={NARROW}-{WIDE}": [row for row in rows if NARROW <= row.width < WIDE],
        f"width<{NARROW}": [row for row in rows if row.width < NARROW],
    }
    return [measure for name, part in segments.items() if part for measure in _measures(name, part)]


def open_readers(settings: EvaluationSettings) -> Readers:
    """The readers of one model folder, with the settings that an inspection has."""
    inspect = InspectSettings()
    return Readers(
        open_corners(settings.folder), open_mrz(settings.folder), open_text_reader(inspect.reading), inspect.card_width
    )


def mrz_shots(designs: Sequence[Design], samples: int, *, seed: int) -> Iterator[Shot]:
    """Photographs of those designs that have a zone, in turn; every fourth from farther away."""
    printed = [design for design in designs if design.layout.mrz is not None]
    for index in range(samples):
        rng = np.random.default_rng((seed, index))
        flat = draw_document(printed[index % len(printed)], rng)
        camera = draw_camera(rng)
        if index % FAR_EACH == FAR_EACH - 1:
            camera = replace(camera, geometry=replace(camera.geometry, card_width_px=float(rng.uniform(*FAR_WIDTH))))
        shot = shoot(flat, camera, replace(draw_codec(rng), orientation=1))
        yield Shot(flat, decoded(shot.data), shot.corners)


def read_rows(readers: Readers, shots: Iterator[Shot]) -> list[ReadRow]:
    """Every printed row of every photograph, as each reader has it."""
    found = []
    for shot in shots:
        zones = read_zone_by_each(readers, shot.image)
        printed = [shot.flat.values[name] for name in sorted(shot.flat.values) if name.startswith("mrz_line")]
        for place, text in enumerate(printed):
            wrong = {name: _wrong(zone, place, text) for name, zone in zones.items()}
            found.append(ReadRow(side_lengths(shot.corners)[0], len(text), wrong))
    return found


def read_zone_by_each(readers: Readers, image: Image) -> dict[str, Mrz | None]:
    """The zone of a photograph as voted, as the line net alone has it, and as the text reader alone has it."""
    seen = find_corners(readers.corners, [image])[0]
    card = rectify(image, seen.points, readers.card_width).image
    lines = read_text(readers.text, card)
    rows = rows_of(lines)
    silent = [replace(row, text="", certainties=(), centres=()) for row in read_zones(readers.net, card, rows)]
    return {"vote": find_on_card(readers.net, card, lines), "net": best_mrz(silent), "text": best_mrz(rows)}


def _wrong(zone: Mrz | None, place: int, text: str) -> int:
    """Characters of a row that were not read as printed; all of them where the row was not found."""
    if zone is None or place >= len(zone.lines) or len(zone.lines[place]) != len(text):
        return len(text)
    return sum(a != b for a, b in zip(zone.lines[place], text, strict=True))


def _measures(segment: str, rows: Sequence[ReadRow]) -> Iterator[Measure]:
    exact = {name: [row.wrong[name] == 0 for row in rows] for name in READERS}
    others = {name: float(np.mean(exact[name])) for name in READERS[1:]}
    yield share("mrz_line_exact", exact["vote"], segment=segment, baselines=others)
    total = sum(row.length for row in rows)
    wrong = {name: sum(row.wrong[name] for row in rows) for name in READERS}
    marks = [index < wrong["vote"] for index in range(total)]
    others = {name: wrong[name] / total for name in READERS[1:]}
    yield share("mrz_character_error", marks, segment=segment, baselines=others)
