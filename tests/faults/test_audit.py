"""The audit's own rule: a document that was refused once, and looked at after all, is in one place."""

from typing import Any

import pyarrow as pa

from tests.faults.audit import Released, places


def rejected(row: int, *, stage: str, reason: str, inspector: str | None = None) -> dict[str, Any]:
    outcome = "duplicate" if reason == "duplicate" else "rejected"
    named = {"source": "manifests", "manifest": "m", "row": row, "doc_id": f"d{row}", "sha256": f"s{row}"}
    return named | {"outcome": outcome, "stage": stage, "reason": reason, "inspector": inspector}


def release(*refused: dict[str, Any]) -> Released:
    rows = {
        "documents": [{"manifest": "m", "row": n, "doc_id": f"d{n}", "sha256": f"s{n}"} for n in range(4)],
        "observations": [{"sha256": "s0"}, {"sha256": "s1"}],
        "scores": [{"doc_id": f"d{n}", "role": "champion"} for n in (0, 1)],
        "rejected": list(refused),
    }
    return Released({}, {name: pa.Table.from_pylist(made) for name, made in rows.items()})


def test_each_document_is_in_one_place_whatever_inspectors_said_of_it() -> None:
    first = rejected(1, stage="inspect", reason="bomb", inspector="a")
    twice = [rejected(2, stage="inspect", reason="truncated", inspector=name) for name in ("a", "b")]
    turned_away = [rejected(4, stage="ingest", reason="bad_time"), rejected(5, stage="ingest", reason="duplicate")]
    assert places(release(first, *twice, *turned_away)) == {
        "scored": [("m", 0), ("m", 1)],
        "rejected": [("m", 2), ("m", 4)],
        "duplicate": [("m", 5)],
        "pending": [("m", 3)],
    }


def test_a_document_that_ingest_refused_and_a_score_names_is_in_two_places() -> None:
    found = places(release(rejected(0, stage="ingest", reason="bad_id")))
    assert ("m", 0) in found["scored"]
    assert ("m", 0) in found["rejected"]
