"""Submissions of held-out holders as the inspector and the contradictions see them: genuine ones and edited ones."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from conf.settings import ContradictionSettings
from jobs.evaluation.edits import Edit, edit_of_the_picture, edits_of_the_data
from jobs.evaluation.field_truth import FieldSeen, fields_seen, mrz_lines_seen
from jobs.evaluation.holders import (
    Capture,
    Holder,
    Lens,
    Row,
    captured,
    declared_by,
    draw_holder,
    read_by_vendor,
    submission_row,
)
from udfs.inspector import InspectTask
from udfs.judging.submission_rows import contradiction_rows
from udfs.specimens.issuers import Design

CAPTURES = 5  # of each printed document, every one by another camera and codec


@dataclass(frozen=True)
class Asked:
    """What is drawn and how it is looked at: sides by document, the inspector's task, the seed of every draw."""

    sides: Sequence[tuple[Design, ...]]
    task: InspectTask
    seed: int


@dataclass(frozen=True)
class BonaFide:
    """One genuine document in one file: its segments, what accuses it, and how well it was read."""

    segments: Mapping[str, str]
    accused: tuple[str, ...]
    fields: tuple[FieldSeen, ...]
    mrz_lines: tuple[tuple[bool, bool], ...]
    overlap: float
    contour: float


@dataclass(frozen=True)
class Edited:
    """One submission with one edited field, and whether a contradiction names the field."""

    segments: Mapping[str, str]
    kind: str
    field: str
    found: bool


@dataclass(frozen=True)
class Answer:
    """What one holder's submissions show, and the seconds of each stage."""

    documents: tuple[BonaFide, ...]
    edits: tuple[Edited, ...]
    seconds: Mapping[str, float]


def observe(asked: Asked, index: int) -> Answer:
    """One holder: the printed document captured several times, one picture edited, data given otherwise."""
    rng, lens = np.random.default_rng((asked.seed, index)), Lens(asked.task)
    turn, place = divmod(index, len(asked.sides))
    holder = draw_holder(asked.sides[place], rng, lens)
    pages = dict(enumerate(holder.pages))
    shown = [list(captured(pages, rng, lens, f"{index}-{copy}")) for copy in range(CAPTURES)]
    documents = tuple(document for captures in shown for document in _genuine(holder, captures))
    edit = edit_of_the_picture(holder, turn, rng)
    changed = {item.side: item for item in captured(edit.pages, rng, lens, f"{index}-edit", forge=edit.forge)}
    edits = [_judged(holder, [changed.get(item.side, item) for item in shown[0]], edit, shown[0])]
    edits += [_judged(holder, shown[-1], other, shown[-1]) for other in edits_of_the_data(holder, rng)]
    return Answer(documents, tuple(edits), dict(lens.seconds))


def _genuine(holder: Holder, captures: Sequence[Capture]) -> Iterator[BonaFide]:
    """The documents of a genuine submission, whose data are given truthfully."""
    row = submission_row(holder, captures, declared_by(holder), read_by_vendor(holder))
    found = list(contradiction_rows(row, ContradictionSettings()))
    for item in captures:
        page = holder.pages[item.side]
        yield BonaFide(
            segments=_segments(holder, item),
            accused=tuple(str(clash["kind"]) for clash in found if str(item.side) in clash["doc_ids"]),
            fields=tuple(fields_seen(page, item.seen)),
            mrz_lines=tuple(mrz_lines_seen(page, item.seen)),
            overlap=item.overlap,
            contour=item.contour,
        )


def _judged(holder: Holder, captures: Sequence[Capture], edit: Edit, genuine: Sequence[Capture]) -> Edited:
    """Whether the edit is found: a contradiction names its field that the genuine submission does not show already."""
    declared, vendor = edit.declared or declared_by(holder), edit.vendor or read_by_vendor(holder)
    found = _clashes(submission_row(holder, captures, declared, vendor))
    found -= _clashes(submission_row(holder, genuine, declared_by(holder), read_by_vendor(holder)))
    shown = next((item for item in captures if item.side in edit.pages), captures[0])
    return Edited(_segments(holder, shown), edit.kind, edit.field, any(edit.found_by(fields) for _, fields in found))


def _clashes(row: Row) -> set[tuple[str, tuple[str, ...]]]:
    """Kind and fields of each contradiction of a submission."""
    found = contradiction_rows(row, ContradictionSettings())
    return {(str(clash["kind"]), tuple(clash["fields"])) for clash in found}


def _segments(holder: Holder, item: Capture) -> dict[str, str]:
    """The groups that figures are told apart by."""
    design, person = holder.designs[item.side], holder.person
    age = (holder.on - person.birth_date).days // 365
    return {
        "card_width": "1000+" if item.width >= 1000 else "800-999" if item.width >= 800 else "under 800",
        "issuer": design.issuer,
        "doc_type": design.doc_type,
        "tongue": design.tongue or "none",
        "sex": person.sex,
        "age": "under 30" if age < 30 else "30-49" if age < 50 else "50+",
        "chain": item.chain,
        "mode": item.mode,
    }
