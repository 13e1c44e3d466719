"""Observed specimens to learn a scorer from and to judge it on: forgeries and twins, seen by a whole inspector."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from conf.settings import ContradictionSettings, InspectSettings, WorkerSettings
from jobs.evaluation.crew import answered
from jobs.evaluation.held_out import held_out
from jobs.evaluation.material import DAYS, FIRST_DAY, draw_document
from jobs.evaluation.measures import Told
from jobs.evaluation.pairs import draw_chain
from jobs.machine import code_version
from schemas.words import EVIDENCE_FAMILIES
from udfs.inspector import InspectTask, inspect_batches
from udfs.judging.abstaining import abstention
from udfs.judging.heads import contradiction_signals
from udfs.judging.submission_rows import contradiction_rows
from udfs.nets.opening import open_nets
from udfs.specimens.attacks import ATTACKS, in_turn
from udfs.specimens.attacks.attacked import Edit, unaltered
from udfs.specimens.capture import shoot
from udfs.specimens.issuers import Design
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Rendered

PHYSICAL_WIDTH = 600.0  # px: below it the printed dot and the screen's pixel are lost in the capture's own
OTHER_DATA = "other_data"  # the forger's slip: an MRZ that says something else than the page above it

# Those that a head or a contradiction needs.
PARTS = ("file", "quality", "card", "reading", "forensics", "portrait", "zones")
WHOLE_PAGE = "TD3"  # has its MRZ and its visual zone on one page


@dataclass(frozen=True)
class Example:
    """One observed specimen.

    Attributes:
        group: what must stay together in one fold, such as the design.
        family: how it was forged; None for a genuine one.
        signals: its forensic signals and those of its contradictions.
        abstained: families that cannot judge it.
        held_out: whether its design, attack, device or chain is left out of training.
        attack: name of the attack; None for a genuine one.
        weight: documents that it stands for.
        segment: its declared type and its buckets of width and codec, where known.
        marks: residual marks by place, as the part `zones` gives them.
    """

    group: str
    family: str | None
    signals: Mapping[str, float | None]
    abstained: frozenset[str] = frozenset()
    held_out: bool = False
    attack: str | None = None
    weight: float = 1.0
    segment: tuple[str, ...] = ()
    marks: Mapping[str, Sequence[float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Specimen:
    """One file and what it is: its name in the folder, its design, how it was forged, whether that is held out."""

    name: str
    design: str
    attack: str | None
    family: str | None
    held_out: bool


@dataclass(frozen=True)
class Pair:
    """A page, and what makes a forgery of it: an edit, or another page that was printed in its place."""

    design: str
    attack: str
    family: str
    page: Rendered
    edit: Edit = unaltered
    printed: Rendered | None = None


@dataclass(frozen=True)
class World:
    """What specimens are drawn from, and who looks at them.

    Attributes:
        designs: drawn from in turn.
        seed: of every draw.
        split: keep held-out attacks, devices and chains away; else every specimen is held out.
        work: where files and what was seen are kept, so that an interrupted run goes on from the last of them.
        inspector: folder of the inspector that looks.
    """

    designs: tuple[Design, ...]
    seed: int
    split: bool
    work: Path
    inspector: Path


def observed_pairs(world: World, pairs: int, tell: Told) -> list[Example]:
    """Examples of `pairs` forgeries, attacks in turn, and of their genuine twins through the same camera and codec."""
    task = task_of(world.inspector, world.work)
    return [example for rows in answered(partial(_observed, world, task), pairs, "pairs", tell) for example in rows]


def _observed(world: World, task: InspectTask, index: int) -> list[Example]:
    """Both examples of a pair, as an earlier run left them or looked at now."""
    looked_by = hashlib.sha256(f"{code_version()} {task.weights_digest}".encode()).hexdigest()[:12]
    kept = world.work / f"{looked_by}-{world.seed}-{index:05}.json"
    if not kept.exists():
        rng = np.random.default_rng((world.seed, index))
        drawn = _pair(world.designs, _attack_of(_attacks(world), index), index // len(EVIDENCE_FAMILIES), rng)
        specimens = _written(drawn, rng, folder=world.work, name=f"{world.seed}-{index:05}", split=world.split)
        seen = [asdict(example) for example in observe(specimens, task)]
        kept.write_text(json.dumps(seen, default=sorted), encoding="utf-8")
    rows = json.loads(kept.read_text(encoding="utf-8"))
    for row in rows:
        row["abstained"], row["segment"] = frozenset(row["abstained"]), tuple(row["segment"])
    return [Example(**row) for row in rows]


def _attacks(world: World) -> list[str]:
    """Names of the attacks that a scorer hears of, in order."""
    kept = [name for name in ATTACKS if not (world.split and name in held_out().attacks)]
    return sorted(name for name in kept if ATTACKS[name].family in EVIDENCE_FAMILIES)


def task_of(inspector: Path, folder: Path, parts: tuple[str, ...] = PARTS) -> InspectTask:
    """What the inspector is asked: the parts that a head or a contradiction needs, one thread."""
    return InspectTask(
        weights=str(inspector),
        weights_digest=open_nets(inspector).digest,
        lake=str(folder),
        settings=InspectSettings(parts=parts),
        worker=WorkerSettings(batch=2, fetch_threads=1, decode_threads=1, device="cpu"),
    )


def observe(specimens: Sequence[Specimen], task: InspectTask) -> Iterator[Example]:
    """Examples of the specimens as the inspector sees them; a file that it rejects is none."""
    answers = look_at([specimen.name for specimen in specimens], task)
    for specimen, answer in zip(specimens, answers, strict=True):
        if answer["status"] == "seen":
            yield _example(specimen, answer)


def look_at(names: Sequence[str], task: InspectTask) -> Iterator[dict[str, Any]]:
    """The inspector's rows on files of the task's folder, in order."""
    schema = pa.schema([("sha256", pa.string()), ("uri", pa.string())])
    asked = pa.RecordBatch.from_pylist([{"sha256": None, "uri": name} for name in names], schema=schema)
    return (row for batch in inspect_batches(task)(iter([asked])) for row in batch.to_pylist(maps_as_pydicts="strict"))


def _attack_of(attacks: Sequence[str], index: int) -> str:
    """The attack whose turn it is, families one after another, the forger's slip last of each round."""
    round_, place = divmod(index, len(EVIDENCE_FAMILIES))
    drawn = len(EVIDENCE_FAMILIES) - 1
    return OTHER_DATA if place == drawn else in_turn(attacks, round_ * drawn + place)


def _pair(designs: Sequence[Design], attack: str, turn: int, rng: np.random.Generator) -> Pair:
    """A genuine page of the design whose turn it is, and a forgery, where the attack applies to it."""
    for step in range(len(designs)):
        design = designs[(turn + step) % len(designs)]
        if attack == OTHER_DATA:
            if design.layout.mrz == WHOLE_PAGE:
                page, printed = _with_other_data(design, rng)
                return Pair(design.design_id, attack, "inconsistent", page, printed=printed)
            continue
        page = draw_document(design, rng)
        if ATTACKS[attack].applies(page):
            forgery = ATTACKS[attack]
            return Pair(design.design_id, attack, forgery.family, page, edit=forgery.drawn(rng))
    raise ValueError(f"{attack} applies to none of {len(designs)} designs; draw from more of them")


def _written(pair: Pair, rng: np.random.Generator, *, folder: Path, name: str, split: bool) -> list[Specimen]:
    """Both files of a pair, written through one camera and one codec."""
    camera, codec = draw_chain(rng, split=split, family=pair.family)
    folder.mkdir(parents=True, exist_ok=True)
    forged = shoot(pair.printed or pair.page, camera, codec, edit=pair.edit, family=pair.family)
    family = pair.family if forged.changed or pair.printed else None
    for kind, shot in (("genuine", shoot(pair.page, camera, codec)), ("forged", forged)):
        (folder / f"{name}-{kind}.img").write_bytes(shot.data)
    return [
        Specimen(f"{name}-genuine.img", pair.design, None, None, held_out=not split),
        Specimen(f"{name}-forged.img", pair.design, pair.attack, family, held_out=not split),
    ]


def _with_other_data(design: Design, rng: np.random.Generator) -> tuple[Rendered, Rendered]:
    """A page, and the same printed with the MRZ of somewhat other data; nothing was pasted after printing."""
    person = draw_person(rng)
    papers = draw_papers(person, design, FIRST_DAY + timedelta(days=int(rng.integers(DAYS))), rng)
    moved = timedelta(days=int(rng.integers(400, 3_000)))
    slip = int(rng.integers(3))
    other_person = replace(person, birth_date=person.birth_date - moved) if slip == 0 else person
    other_papers = {
        0: papers,
        1: replace(papers, expiry_date=papers.expiry_date - timedelta(days=int(rng.integers(20, 300)))),
        2: replace(papers, number=papers.number[:-2] + papers.number[-1] + papers.number[-2]),
    }[slip]
    page, other = render(design, person, papers), render(design, other_person, other_papers)
    x0, y0, x1, y1 = (round(edge) for edge in page.zones["mrz"])
    forged = page.image.copy()
    forged[y0:y1, x0:x1] = other.image[y0:y1, x0:x1]
    return page, replace(page, image=forged)


def _example(specimen: Specimen, answer: dict[str, Any]) -> Example:
    contradictions = list(contradiction_rows(_submission(answer), ContradictionSettings()))
    card, reading, forensics = (answer[part] or {} for part in ("card", "reading", "forensics"))
    row = {
        "doc_type": None,
        "card_found": card.get("found"),
        "card_width": card.get("width_px"),
        "lines": reading.get("lines"),
        "contradictions": contradictions,
    }
    return Example(
        group=specimen.design,
        family=specimen.family,
        signals=dict(forensics.get("signals") or {}) | contradiction_signals(contradictions),
        abstained=frozenset(family for family in EVIDENCE_FAMILIES if abstention(family, row, PHYSICAL_WIDTH)),
        held_out=specimen.held_out,
        attack=specimen.attack,
        marks=marks_of(answer),
    )


def marks_of(answer: Mapping[str, Any]) -> dict[str, list[float]]:
    """Residual marks by place in an inspector's row."""
    return dict((answer["zones"] or {}).get("marks") or {})


def _submission(answer: dict[str, Any]) -> dict[str, Any]:
    """The specimen as a submission of its own, about whose holder nothing is declared."""
    document = {
        "doc_id": "specimen",
        "side": None,
        "doc_type": None,
        "submitted_at": None,
        "vendor_fields": None,
        "checks": (answer["reading"] or {}).get("checks"),
        "readings": [item for item in answer["fields"] or () if item["source"] != "text"],
    }
    return {"submission_id": "specimen", "documents": [document]} | dict.fromkeys(
        ("declared_name", "birth_date", "nationality")
    )
