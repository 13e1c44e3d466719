"""Which labels teach, over plain rows in Spark: every labelled target is accounted for."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from jobs.feed import read_feed
from tests.fakes_risk import MemoryRun
from tests.jobs.steps.test_score import NIGHT, STAMP, at, document, observation

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Row = dict[str, Any]


def label(number: int, verdict: str, because: str | None = "alert", **changed: object) -> Row:
    target = {"target_kind": "document", "target_id": f"D-{number}", "verdict": verdict, "reviewed_because": because}
    fact = {"valid_from": at("2026-02-01"), "known_at": date(2026, 2, 2), "file": "f", "row": 10 * number}
    return target | fact | STAMP | changed


LATER = {"known_at": date(2026, 2, 9), "row": 999}
LABELS = [
    label(1, "confirmed", family="tampered"),
    label(2, "cleared", "random_sample", sampling_probability=0.1),
    label(3, "cleared", None),
    label(4, "confirmed", "propagated"),
    label(5, "cleared"),
    label(5, "confirmed", "propagated", **LATER),  # overruled
    label(6, "confirmed"),
    label(6, "confirmed", "propagated", **LATER),  # confirmed once more
    label(7, "confirmed"),
    label(7, "undo", None, **LATER),
    label(8, "confirmed", retracts=True),
    label(9, "unsure"),
    label(10, "confirmed"),  # nothing was seen of it
    label(11, "confirmed"),  # erased, or of a night that was withdrawn
    label(1, "confirmed", target_kind="account", target_id="A-1"),
    label(2, "confirmed", target_kind="campaign", target_id="C-1"),
]


@pytest.mark.spark
def test_every_labelled_target_teaches_or_is_counted_with_its_reason(spark: "SparkSession", tmp_path: Path) -> None:
    from jobs.learning.exporting import write_set
    from jobs.learning.labelled import of_release

    inspected = [f"D-{number}" for number in range(1, 10)]
    facts = {"format": "jpeg", "jpeg_quality": 70}
    contradiction = {
        "submission_id": "S-D-3", "kind": "number_mismatch", "left_place": "D-3/mrz/number", "confidence": 0.9,
        "right_place": "D-3/visual/number", "doc_ids": ["D-3"], "fields": ["number"],
    }  # fmt: skip
    tables: dict[str, list[Row]] = {
        "labels": [*LABELS, label(99, "confirmed") | {"run_id": "2026-02-30.1"}],  # of a night that was withdrawn
        "documents": [document(f"D-{number}", f"A-{number}") | STAMP for number in range(1, 11)],
        "scores": [
            {"doc_id": doc_id, "role": role, "inspector": inspector}
            for doc_id in inspected
            for role, inspector in (("champion", "i-1"), ("challenger", "i-2"))
        ],
        "observations": [
            observation(doc_id, signals={"trunk_tampered": value}) | {"inspector": inspector, "file": facts}
            for doc_id in inspected
            for inspector, value in (("i-1", 0.5), ("i-2", 9.0))
        ],
        "contradictions": [contradiction],
        "clusters": [{"doc_id": doc_id, "campaign_id": "C-1", "tie": 1.0, "kinds": []} for doc_id in ("D-1", "D-6")],
        "campaigns": [{"campaign_id": "C-1", "documents": 2, "accounts": 2}],
    }
    run = MemoryRun(spark, NIGHT, STAMP["run_id"], now=tables)
    versions = dict.fromkeys((*tables, "design_members"), 3)
    release = SimpleNamespace(versions=versions, lineage=(STAMP["run_id"],))
    lake = SimpleNamespace(read=lambda name, version: {3: run.read(name)}[version])

    feed = read_feed(write_set(of_release(lake, release), "2026-03-01.1", tmp_path))
    assert feed.counts == {
        "learned": 4, "propagated": 2, "withdrawn": 2, "undecided": 1, "not_observed": 1, "not_in_release": 1,
        "not_a_document": 2,
    }  # fmt: skip
    rows = {row["doc_id"]: row for row in feed.rows}
    assert {name: (row["label"], row["family"], row["weight"]) for name, row in rows.items()} == {
        "D-1": ("forged", "tampered", 1.0),
        "D-2": ("bona_fide", "", 10.0),
        "D-3": ("bona_fide", "", 1.0),
        "D-6": ("forged", "", 1.0),
    }
    assert {row["signal_trunk_tampered"] for row in rows.values()} == {0.5}
    assert (rows["D-1"]["group"], rows["D-6"]["group"]) == ("A-1", "A-1")
    assert rows["D-3"]["signal_contradiction_strongest"] > 0.5 > rows["D-2"]["signal_contradiction_strongest"]
    assert {row["codec"] for row in rows.values()} == {"jpeg_coarse"}
