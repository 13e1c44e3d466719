"""The audit's own rule: a document that was refused once, and looked at after all, is in one place."""

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.faults import audit
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


def paged(doc: int, page: int, pages: int = 3) -> dict[str, Any]:
    return {"manifest": "m", "row": doc, "doc_id": f"d{doc}.p{page}", "sha256": f"s{doc}{page}", "page": page} | {
        "pages": pages
    }  # fmt: skip


def test_pages_of_a_row_are_in_places_of_their_own() -> None:
    rows = {
        "documents": [paged(0, 1), paged(0, 2), {"manifest": "m", "row": 1, "doc_id": "d1", "sha256": "s1"}],
        "observations": [{"sha256": "s01"}],
        "scores": [{"doc_id": "d0.p1", "role": "champion"}],
        "rejected": [rejected(0, stage="ingest", reason="bad_id") | paged(0, 3)],
    }
    assert places(Released({}, {name: pa.Table.from_pylist(made) for name, made in rows.items()})) == {
        "scored": [("m", 0, 1)],
        "rejected": [("m", 0, 3)],
        "duplicate": [],
        "pending": [("m", 0, 2), ("m", 1)],
    }


def test_a_lost_page_is_in_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.udfs.images.pdfs import pdf_of

    (tmp_path / "manifests").mkdir()
    (tmp_path / "scan.pdf").write_bytes(pdf_of("one", "two", "three"))
    (tmp_path / "manifests" / "m.csv").write_text("doc_id,uri\nd0,scan.pdf\nd1,a.jpg\nd2,gone.pdf\n")
    name = hashlib.sha256((tmp_path / "manifests" / "m.csv").read_bytes()).hexdigest()
    found: dict[str, list[audit.Key]] = {place: [] for place in audit.PLACES}
    monkeypatch.setattr(audit, "released", lambda _root: None)
    monkeypatch.setattr(audit, "places", lambda _seen: found)
    found["scored"] = [(name, 0, 1), (name, 0, 3), (name, 1)]
    found["rejected"] = [(name, 2)]
    assert audit.accounting(tmp_path, tmp_path) == [f"{(name, 0, 2)} is in no place"]
    found["pending"] = [(name, 0, 2), (name, 0, 4)]
    assert audit.accounting(tmp_path, tmp_path) == [f"{(name, 0, 4)} is of no manifest"]
