from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes_risk import MemoryRun, Row, small_scorer
from udfs.judging.scorer_file import write_scorer

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

NIGHT = date(2026, 3, 1)
PARENT = {"run_id": "2026-02-28.1", "night": date(2026, 2, 28), "known_at": date(2026, 2, 28)}
STAMP = {"run_id": "2026-03-01.1", "night": NIGHT}
QUIET = dict.fromkeys(("print_trace", "edit_trace", "zone_contrast", "decoder_trace"), 0.1)


def at(text: str) -> datetime:
    """Without a zone, as Spark collects times."""
    return datetime.fromisoformat(text)


def document(doc_id: str, account_id: str = "A-1", **changed: object) -> Row:
    row = {"doc_id": doc_id, "account_id": account_id, "submission_id": f"S-{doc_id}", "sha256": doc_id}
    return row | {"doc_type": "passport", "side": "page", "submitted_at": at("2026-01-03")} | changed


def observation(sha256: str, *, signals: Row = QUIET, width: float | None = 900.0, stamp: Row = PARENT) -> Row:
    found = width is not None
    return {
        "sha256": sha256,
        "inspector": "i-1",
        "parts": {"reading": "r-1"},
        "card": {"found": found, "confidence": 0.9, "corners": [], "width_px": width, "quarter_turns": 0},
        "reading": {"lines": 9, "confidence": 0.9, "mrz_format": "TD3", "checks": None, "barcode": None},
        "forensics": {"signals": signals, "map_rows": 0, "map_cols": 0, "map": [], "boxes": []},
        "zones": None,
        "run_id": stamp["run_id"],
        "night": stamp["night"],
    }


def reading(sha256: str, source: str, name: str, value: str) -> Row:
    row = {"sha256": sha256, "fingerprint": "r-1", "source": source, "name": name, "position": 0}
    return row | {"value": value, "raw": value, "confidence": 0.99}


@pytest.fixture
def scorer_folder(tmp_path: Path) -> Path:
    write_scorer(tmp_path / "champion", small_scorer())
    write_scorer(tmp_path / "challenger", small_scorer(gain=5.0))
    return tmp_path


def night(spark: "SparkSession", folder: Path, **tables: list[Row]) -> MemoryRun:
    run = MemoryRun(spark, NIGHT, STAMP["run_id"], now=tables)
    run.folders = {("scorer", "champion"): folder / "champion", ("scorer", "challenger"): folder / "challenger"}
    return run


def score_night(run: MemoryRun) -> None:
    from jobs.steps import score

    score.main(run)


def by_document(run: MemoryRun, role: str = "champion") -> dict[str, Row]:
    return {row["doc_id"]: row for row in run.written["scores"] if row["role"] == role}


@pytest.mark.spark
def test_a_night_scores_contradictions_campaigns_and_verdicts(spark: "SparkSession", scorer_folder: Path) -> None:
    documents = [document(f"D-{i}", f"A-{i}") for i in range(1, 7)]
    observations = [observation(f"D-{i}") for i in range(1, 6)]
    observations += [observation("D-3", signals={**QUIET, "edit_trace": 0.9, "zone_contrast": 0.9}, stamp=STAMP)]
    observations[3] = observation("D-4", width=None)
    clusters = [
        {"doc_id": f"D-{i}", "account_id": f"A-{i}", "campaign_id": "C-1", "tie": 0.97, "kinds": ["template"]}
        for i in (1, 5)
    ]
    campaign = {"campaign_id": "C-1", "documents": 12, "accounts": 10, "cohesion": 0.9, "weakest_tie": 0.95}
    label = {"target_kind": "document", "valid_from": at("2026-02-01"), "file": "f", "row": 0, **PARENT}
    run = night(
        spark,
        scorer_folder,
        documents=documents,
        observations=observations,
        fields=[
            reading("D-2", "visual", "birth_date", "1988-04-12"),
            reading("D-2", "mrz", "birth_date", "1983-04-12"),
        ],
        clusters=clusters,
        campaigns=[campaign],
        labels=[
            label | {"target_id": "D-5", "verdict": "cleared"},
            label | {"target_id": "D-4", "verdict": "confirmed"},
        ],
    )
    run.parent = {"scores": []}
    score_night(run)

    champion, challenger = by_document(run), by_document(run, "challenger")
    assert sorted(champion) == sorted(challenger) == ["D-1", "D-2", "D-3", "D-4", "D-5"]
    assert champion["D-1"]["campaign_id"] == "C-1"
    assert champion["D-1"]["risk"] > 0.3
    assert (
        "Its passport shares a blank with 11 documents of 9 other accounts (weakest tie 0.95)"
        in (champion["D-1"]["reasons"])
    )
    assert champion["D-2"]["inconsistent"] > 0.9
    assert "Birth date differs between the visual zone and the machine readable zone" in champion["D-2"]["reasons"]
    assert not any("198" in reason for reason in champion["D-2"]["reasons"])
    assert champion["D-3"]["tampered"] > 0.9
    assert champion["D-4"]["abstained"] == ["physical", "tampered"]
    assert champion["D-4"]["risk"] == pytest.approx(0.99)
    assert champion["D-5"]["campaign_id"] is None
    assert champion["D-5"]["reasons"][0] == (
        "A reviewer cleared this document on 2026-02-01; ties to others no longer count"
    )
    (contradiction,) = run.written["contradictions"]
    assert contradiction["kind"] == "birth_date_mismatch"
    assert contradiction["frequency"] is None
    assert {row["cause"] for row in run.written["score_changes"]} == {"new_document"}
    assert {row["risk_basis"] for row in run.written["scores"]} == {"specimens, prevalence assumed 1 %"}


@pytest.mark.spark
def test_changes_name_their_cause(spark: "SparkSession", scorer_folder: Path) -> None:
    documents = [document(f"D-{i}", f"A-{i}") for i in range(1, 4)]
    tables = {"documents": documents, "observations": [observation(f"D-{i}") for i in range(1, 4)]}
    first = night(spark, scorer_folder, **tables)
    score_night(first)
    member = {"doc_id": "D-1", "account_id": "A-1", "campaign_id": "C-1", "tie": 0.97, "kinds": ["template"]}
    campaign = {"campaign_id": "C-1", "documents": 3, "accounts": 3, "cohesion": 1.0, "weakest_tie": 0.95}
    label = {"target_kind": "document", "valid_from": at("2026-02-01"), "file": "f", "row": 0}
    second = night(
        spark,
        scorer_folder,
        **tables,
        clusters=[member],
        campaigns=[campaign],
        labels=[label | {"target_id": "D-2", "verdict": "confirmed", "known_at": NIGHT} | STAMP],
    )
    second.parent = {"scores": [*first.written["scores"], first.written["scores"][0] | {"doc_id": "D-9"}]}
    score_night(second)
    causes = {(row["doc_id"], row["role"]): row["cause"] for row in second.written["score_changes"]}
    assert causes["D-1", "champion"] == "new_cluster"
    assert causes["D-2", "champion"] == "new_label"
    assert causes["D-9", first.written["scores"][0]["role"]] == "no_longer_scored"
    assert not any(doc_id == "D-3" for doc_id, _ in causes)

    third = night(spark, scorer_folder, **tables)
    third.folders["scorer", "champion"] = scorer_folder / "challenger"
    third.parent = {"scores": [row | {"risk": 0.5} for row in first.written["scores"]]}
    score_night(third)
    causes = {row["cause"] for row in third.written["score_changes"] if row["role"] == "champion"}
    assert causes == {"new_model"}


@pytest.mark.spark
def test_what_many_others_of_a_design_show_is_its_habit(spark: "SparkSession", scorer_folder: Path) -> None:
    count = 30
    documents = [document(f"D-{i:02}", f"A-{i}") for i in range(count)]
    odd = [
        reading(f"D-{i:02}", source, "sex", value)
        for i in range(15)
        for source, value in (("visual", "F"), ("mrz", "M"))
    ]
    run = night(
        spark,
        scorer_folder,
        documents=documents,
        observations=[observation(f"D-{i:02}") for i in range(count)],
        fields=odd,
        design_members=[{"sha256": f"D-{i:02}", "design": "U", "version": 1, "similarity": 0.9} for i in range(count)],
    )
    score_night(run)
    assert {row["frequency"] for row in run.written["contradictions"]} == {14 / 29}
    judged = by_document(run)
    assert judged["D-00"]["inconsistent"] == judged["D-29"]["inconsistent"]


@pytest.mark.spark
def test_a_champion_that_is_back_is_scored_by_what_it_saw(spark: "SparkSession") -> None:
    from jobs.observed import counting
    from jobs.steps.score import observed

    run = MemoryRun(spark, NIGHT, STAMP["run_id"])
    rows = [observation("D-1"), observation("D-1", stamp=STAMP) | {"inspector": "i-2"}, observation("D-2", stamp=STAMP)]
    rows[2] |= {"inspector": "i-2"}
    looks = run.frame("observations", rows)
    documents = run.frame("documents", [document("D-1"), document("D-2")])

    def by(champion: str | None) -> dict[str, str]:
        return {row.doc_id: row.inspector for row in observed(documents, counting(looks, champion)).collect()}

    assert by("i-1") == {"D-1": "i-1", "D-2": "i-2"}
    assert by("i-2") == by(None) == {"D-1": "i-2", "D-2": "i-2"}


@pytest.mark.spark
def test_an_inspector_that_nobody_promoted_decides_no_score(spark: "SparkSession") -> None:
    from jobs.observed import counting

    run = MemoryRun(spark, NIGHT, STAMP["run_id"])
    first, second = ({"run_id": f"2026-03-0{day}.1", "night": date(2026, 3, day)} for day in (1, 2))
    ahead = {"run_id": "backfill-i-2.1", "night": date(2026, 3, 2)}
    looks = [("D-1", "i-1", first), ("D-2", "i-1", second), ("D-3", "i-1", first), ("D-3", "i-3", second)]
    looks += [(name, "i-2", ahead) for name in ("D-1", "D-2", "D-3")]
    rows = [observation(name, stamp=stamp) | {"inspector": inspector} for name, inspector, stamp in looks]

    def by(champion: str, *more: dict, before: tuple[str, ...] = ()) -> dict[str, str]:
        seen = run.frame("observations", [*rows, *more])
        return {row.sha256: row.inspector for row in counting(seen, champion, before).collect()}

    assert by("i-4") == {"D-1": "i-1", "D-2": "i-1", "D-3": "i-3"}
    assert by("i-2") == dict.fromkeys(("D-1", "D-2", "D-3"), "i-2")
    assert by("i-4", before=("i-2",)) == by("i-2")  # promoted over an archive that it had seen whole
    in_a_night = observation("D-4", stamp=second) | {"inspector": "i-2"}  # promoted since
    assert by("i-4", in_a_night) == dict.fromkeys(("D-1", "D-2", "D-4"), "i-2") | {"D-3": "i-2"}
