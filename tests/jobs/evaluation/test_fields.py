"""The evaluation of fields on rows as a perfect reader would give them: nothing is rendered twice, nothing is read."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from conf.settings import ContradictionSettings
from jobs.evaluation.edits import Edit, edit_of_the_picture, edits_of_the_data
from jobs.evaluation.field_truth import FieldSeen, fields_seen, mrz_lines_seen, printed_values
from jobs.evaluation.fields import figures
from jobs.evaluation.holders import (
    Capture,
    Holder,
    Lens,
    Row,
    declared_by,
    draw_holder,
    families,
    read_by_vendor,
    submission_row,
)
from jobs.evaluation.measures import Measure
from jobs.evaluation.scorer_material import InspectTask
from jobs.evaluation.submissions import Answer, BonaFide, Edited
from udfs.judging.submission_rows import contradiction_rows
from udfs.specimens.attacks.canvas import flat_canvas
from udfs.specimens.issuers import DESIGNS

SEGMENTS = {"card_width": "1000+", "issuer": "XQL"}
LENS = Lens(InspectTask(weights="none", weights_digest="", lake="none"))


@pytest.fixture(scope="module")
def holders() -> list[Holder]:
    by_type = {sides[0].doc_type: sides for sides in families(DESIGNS)}
    return [draw_holder(sides, np.random.default_rng(5), LENS) for _, sides in sorted(by_type.items())]


def perfect(holder: Holder, other: Mapping[tuple[str, str], str] | None = None) -> list[Capture]:
    """The holder's sides as a reader sees them that errs nowhere, but for fields that say something other."""
    return [
        Capture(side, _seen(holder, side, other or {}), 1100.0, "jpeg", "photo", 1.0, 0.0) for side in _sides(holder)
    ]


def _sides(holder: Holder) -> Iterator[int]:
    yield from range(len(holder.pages))


def _seen(holder: Holder, side: int, other: Mapping[tuple[str, str], str]) -> Row:
    page, fields = holder.pages[side], []
    for source, values in printed_values(page).items():
        for name, value in values.items():
            said = other.get((source, name), value)
            full = f"{said}<" if source == "mrz" else said
            fields.append(
                {"source": source, "name": name, "position": 0, "value": said, "raw": full, "confidence": 0.998}
            )
    lines = [{"source": "mrz", "name": name, "value": page.values[name]} for name in page.values if "mrz_line" in name]
    text = [
        {"source": "text", "name": "line", "value": "", "raw": line["value"], "confidence": 1.0} for line in lines[:1]
    ]
    lines = [line | {"position": 0, "raw": line["value"], "confidence": 1.0} for line in lines]
    return {"reading": {"checks": None}, "fields": [*fields, *lines, *text]}


def kinds(holder: Holder, captures: list[Capture], edit: Edit | None = None) -> list[tuple[str, ...]]:
    declared = declared_by(holder) if edit is None else edit.declared or declared_by(holder)
    vendor = read_by_vendor(holder) if edit is None else edit.vendor or read_by_vendor(holder)
    row = submission_row(holder, captures, declared, vendor)
    return [tuple(clash["fields"]) for clash in contradiction_rows(row, ContradictionSettings())]


def test_a_holder_read_without_error_contradicts_nothing(holders: list[Holder]) -> None:
    for holder in holders:
        assert kinds(holder, perfect(holder)) == []


def test_data_given_otherwise_contradict_a_genuine_picture(holders: list[Holder]) -> None:
    for holder in holders:
        for edit in edits_of_the_data(holder, np.random.default_rng(3)):
            assert any(edit.found_by(fields) for fields in kinds(holder, perfect(holder), edit)), (
                edit.kind,
                edit.field,
            )


def test_an_edit_changes_one_side_and_is_declared_nowhere(holders: list[Holder]) -> None:
    for holder in holders:
        edited = [edit_of_the_picture(holder, turn, np.random.default_rng(turn)) for turn in range(4)]
        assert edited[3].kind in ("mrz", "barcode")
        for edit in edited:
            ((side, page),) = edit.pages.items()
            assert (edit.forge(flat_canvas(page)).image != holder.pages[side].image).any()
            assert edit.field not in edit.declared
            assert edit.field not in edit.vendor


def test_an_edit_is_found_by_its_own_field_alone() -> None:
    edit = Edit("retype", "surname")
    assert edit.found_by(("full_name",))
    assert not edit.found_by(("number", "birth_date"))


def test_a_field_read_otherwise_is_an_error_and_one_not_read_an_abstention(holders: list[Holder]) -> None:
    passport = next(holder for holder in holders if holder.designs[0].doc_type == "passport")
    page, (capture,) = (
        passport.pages[0],
        perfect(passport, {("visual", "sex"): "F" if passport.person.sex == "M" else "M"}),
    )
    unread = [item for item in capture.seen["fields"] if item["name"] != "number" or item["source"] != "visual"]
    found = {(item.source, item.name): item for item in fields_seen(page, capture.seen | {"fields": unread})}
    assert found["visual", "sex"].wrong
    assert found["visual", "number"] == FieldSeen("visual", "number", 0.0, wrong=False)
    assert not found["mrz", "number"].wrong
    assert {source for source, _ in found} == {"visual", "mrz"}


def test_lines_of_the_mrz_are_exact_or_not(holders: list[Holder]) -> None:
    passport = next(holder for holder in holders if holder.designs[0].doc_type == "passport")
    page, (capture,) = passport.pages[0], perfect(passport)
    assert mrz_lines_seen(page, capture.seen) == [(True, True), (True, False)]
    assert mrz_lines_seen(page, {"fields": None}) == [(False, False), (False, False)]


def test_figures_count_what_was_seen() -> None:
    fine = BonaFide(SEGMENTS, (), (FieldSeen("visual", "sex", 0.99, wrong=False),), ((True, False),), 0.95, 0.2)
    accused = replace(
        fine,
        accused=("name_mismatch", "name_mismatch"),
        overlap=0.5,
        fields=(FieldSeen("mrz", "sex", 0.2, wrong=True),),
    )
    edits = (
        Edited(SEGMENTS, "retype", "number", found=True),
        Edited(SEGMENTS, "mrz", "number", found=False),
        Edited(SEGMENTS, "declared", "full_name", found=False),
    )
    told = {(m.measure, m.segment): m for m in figures([Answer((fine, fine, fine, accused), edits, {})])}
    assert said(told, "false_contradiction", "all") == (0.25, 4)
    assert said(told, "false_contradiction", "kind=name_mismatch") == (0.25, 4)
    assert said(told, "field_abstention", "all") == (0.25, 4)
    assert said(told, "field_abstention", "source=visual") == (0.0, 3)
    assert said(told, "field_error", "all") == (0.0, 4)
    assert said(told, "field_abstention_or_error", "all") == (0.25, 4)
    assert said(told, "edited_field_recall", "all") == (0.5, 2)
    assert said(told, "edited_field_recall", "edit=declared") == (0.0, 1)
    assert said(told, "corners_iou90", "all") == (0.75, 4)
    assert told["corners_iou90", "all"].baselines == {"contour": 0.0}
    assert told["mrz_line_exact", "all"].baselines == {"recogniser_alone": 0.0}
    assert told["false_contradiction", "all"].high > 0.25


def said(told: Mapping[tuple[str, str], Measure], measure: str, segment: str) -> tuple[float, int]:
    return told[measure, segment].value, told[measure, segment].n
