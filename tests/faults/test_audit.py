"""The audit's own rule: a document that was refused once, and looked at after all, is in one place."""

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from schemas import TABLES
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


def of_runs(name: str, *run_ids: str) -> pa.Table:
    """One row a run of a table, each with a key of its own."""
    key = [column for column in TABLES[name].key if column != "run_id"]
    rows = [dict.fromkeys(key, f"k{n}") | {"run_id": run_id} for n, run_id in enumerate(run_ids)]
    return pa.Table.from_pylist(rows)


def test_a_row_of_a_run_outside_the_lineage_is_seen() -> None:
    replaced = {name for name, table in TABLES.items() if table.scope == "night"}
    lineage = {"lineage": ["2026-03-01.1", "2026-03-02.2"]}
    sound = {name: of_runs(name, "2026-03-02.2") for name in replaced}
    assert audit.unpublished(Released(lineage, sound)) == []
    for name in replaced:
        stray = Released(lineage, sound | {name: of_runs(name, "2026-03-02.2", "2026-03-02.1")})
        assert audit.unpublished(stray) == [f"{name}: rows of ['2026-03-02.1']"]
    assert replaced >= {"scores", "clusters", "risk_profiles"}


def test_a_key_that_names_two_rows_is_seen() -> None:
    sound = {name: of_runs(name, "2026-03-01.1", "2026-03-01.1") for name in ("scores", "documents", "rejected")}
    assert audit.repeated_keys(Released({}, sound)) == []
    for name, table in sound.items():
        twice = Released({}, sound | {name: pa.concat_tables([table, table.slice(1)])})
        assert audit.repeated_keys(twice) == [name]
    without = sound["scores"].drop_columns(["role"])  # of an earlier version, whose key had a column less
    assert audit.repeated_keys(Released({}, {"scores": without})) == []
    assert audit.repeated_keys(Released({}, {"scores": pa.concat_tables([without, without])})) == ["scores"]


def test_the_audit_itself_tells_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = of_runs("scores", "2026-03-01.1", "2026-02-28.1")
    seen = Released({"lineage": ["2026-03-01.1"]}, {"scores": pa.concat_tables([scores, scores])})
    monkeypatch.setattr(audit, "released", lambda _root: seen)
    monkeypatch.setattr(audit, "accounting", lambda _lake, _root: [])
    monkeypatch.setattr(audit, "missing_files", lambda _root: [])
    assert audit.audit(tmp_path, tmp_path) == ["scores: rows of ['2026-02-28.1']", "scores: repeated key"]
