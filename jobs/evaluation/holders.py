"""Holders of specimens: one person's papers printed on every side, photographed, and seen by an inspector."""

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jobs.evaluation.corners import contour_corners, overlap
from jobs.evaluation.material import DAYS, FIRST_DAY
from jobs.evaluation.pairs import draw_chain
from udfs.images.rectify import side_lengths
from udfs.inspector import InspectTask, inspect_batches
from udfs.specimens.attacks.attacked import Edit, unaltered
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import decoded
from udfs.specimens.issuers import Design
from udfs.specimens.people import Papers, Person, draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Rendered

Row = dict[str, Any]
Seconds = defaultdict[str, float]

INPUT = pa.schema([("sha256", pa.string()), ("uri", pa.string())])
# What a vendor is asked to read, as exports have it.
READ_BY_VENDORS = ("surname", "given_names", "number", "birth_date", "expiry_date", "nationality")


@dataclass(frozen=True)
class Holder:
    """One person with one document: its sides flat, front or page first, and the day of its submission."""

    person: Person
    papers: Papers
    on: date
    designs: tuple[Design, ...]
    pages: tuple[Rendered, ...]


@dataclass(frozen=True)
class Capture:
    """One file of one side as the inspector saw it.

    Attributes:
        side: which of the holder's sides.
        seen: the inspector's row; its status may be `rejected`.
        width: true width of the card in the file, pixels.
        chain: how the file came: `jpeg`, `png`, `webp` or `messenger`.
        mode: `photo`, `cropped` or `scan`.
        overlap: intersection over union of the card's corners, found and true.
        contour: the same of a contour finder.
    """

    side: int
    seen: Row
    width: float
    chain: str
    mode: str
    overlap: float
    contour: float


@dataclass(frozen=True)
class Lens:
    """What captures are made and looked at with: the inspector's task, its folder, and the seconds that it takes."""

    task: InspectTask
    seconds: Seconds = field(default_factory=lambda: defaultdict(float))

    def timed(self, stage: str, began: float) -> None:
        """Add the time since `began` to a stage."""
        self.seconds[stage] += time.perf_counter() - began


def families(designs: Sequence[Design]) -> list[tuple[Design, ...]]:
    """Sides that belong to one document, in the order of the designs."""
    return [tuple(sides) for _, sides in groupby(designs, key=lambda design: design.family)]


def draw_holder(sides: tuple[Design, ...], rng: np.random.Generator, lens: Lens) -> Holder:
    """A new person's document, every side of it printed."""
    began = time.perf_counter()
    person, on = draw_person(rng), FIRST_DAY + timedelta(days=int(rng.integers(DAYS)))
    papers = draw_papers(person, sides[0], on, rng)
    pages = tuple(render(design, person, papers) for design in sides)
    lens.timed("render", began)
    return Holder(person, papers, on, sides, pages)


def captured(
    pages: Mapping[int, Rendered], rng: np.random.Generator, lens: Lens, name: str, *, forge: Edit = unaltered
) -> Iterator[Capture]:
    """Sides, forged or not, each through a camera and a codec of its own, as the inspector sees them."""
    shots = [(side, *_shot(page, rng, lens, f"{name}-{side}.img", forge=forge)) for side, page in pages.items()]
    began = time.perf_counter()
    asked = pa.RecordBatch.from_pylist([{"sha256": None, "uri": shot[1]} for shot in shots], schema=INPUT)
    answers = inspect_batches(lens.task)(iter([asked]))
    rows = [row for batch in answers for row in batch.to_pylist(maps_as_pydicts="strict")]
    lens.timed("inspect", began)
    for (side, uri, corners, contour, chain, mode), seen in zip(shots, rows, strict=True):
        (Path(lens.task.lake) / uri).unlink()
        for part, seconds in (seen["seconds"] or {}).items():
            lens.seconds[f"inspect/{part}"] += seconds
        found = (seen["card"] or {}).get("corners")
        met = 0.0 if found is None else overlap(np.asarray(found, np.float32).reshape(4, 2), corners)
        yield Capture(side, seen, side_lengths(corners)[0], chain, mode, met, contour)


def _shot(
    page: Rendered, rng: np.random.Generator, lens: Lens, name: str, *, forge: Edit
) -> tuple[str, npt.NDArray[np.float32], float, str, str]:
    """Write one file; its name, true corners, the contour finder's overlap with them, chain and mode."""
    camera, codec = draw_chain(rng, split=False)
    began = time.perf_counter()
    shot = shoot(page, camera, codec, edit=forge)
    (Path(lens.task.lake) / name).write_bytes(shot.data)
    lens.timed("shoot", began)
    began = time.perf_counter()
    contour = overlap(contour_corners(decoded(shot.data)), shot.corners)
    lens.timed("contour", began)
    chain = "messenger" if codec.hop is not None else codec.format
    return name, shot.corners, contour, chain, camera.mode


def declared_by(holder: Holder) -> dict[str, str]:
    """What the holder truthfully declared of themselves."""
    person = holder.person
    return {
        "full_name": f"{person.given_names} {person.surname}",
        "birth_date": person.birth_date.isoformat(),
        "nationality": person.nationality,
    }


def read_by_vendor(holder: Holder) -> dict[str, str]:
    """What a vendor read right."""
    known: dict[str, str] = {
        "surname": holder.person.surname.upper(),
        "given_names": holder.person.given_names.upper(),
        "number": holder.papers.number,
        "birth_date": holder.person.birth_date.isoformat(),
        "expiry_date": holder.papers.expiry_date.isoformat(),
        "nationality": holder.person.nationality,
    }
    return {name: known[name] for name in READ_BY_VENDORS}


def submission_row(
    holder: Holder, captures: Sequence[Capture], declared: Mapping[str, str], vendor: Mapping[str, str]
) -> Row:
    """One submission as `contradiction_rows` takes it; its documents are called `0`, `1` by their sides."""
    documents = [
        {
            "doc_id": str(capture.side),
            "side": holder.designs[capture.side].side,
            "doc_type": holder.designs[capture.side].doc_type,
            "submitted_at": datetime.combine(holder.on, clock(), tzinfo=UTC),
            "vendor_fields": json.dumps(dict(vendor)),
            "checks": (capture.seen["reading"] or {}).get("checks"),
            "readings": [item for item in capture.seen["fields"] or () if item["source"] != "text"],
        }
        for capture in captures
    ]
    return {
        "submission_id": "specimen",
        "documents": documents,
        "declared_name": declared.get("full_name"),
        "birth_date": declared.get("birth_date"),
        "nationality": declared.get("nationality"),
    }
