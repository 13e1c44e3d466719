"""Monitor: each manifest row is counted in one place, also where inspectors disagree about a document."""

from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.fakes_linking import NIGHT, MemoryRun, document, frame, sha

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from conf.settings import Settings

pytestmark = pytest.mark.spark
RUN = {"run_id": "2026-03-01.1", "night": NIGHT}


def refusal(
    number: int, reason: str, *, stage: str = "inspect", night: int = 1, of: int | None = None
) -> dict[str, Any]:
    row = {"source": "manifests", "manifest": sha(0), "row": number, "doc_id": f"d{number:03d}"}
    outcome = "duplicate" if reason == "duplicate" else "rejected"
    said = {"sha256": sha(of or number), "outcome": outcome, "stage": stage, "reason": reason}
    return row | said | {"run_id": f"2026-03-0{night}.1", "night": NIGHT.replace(day=night)}


def test_a_document_refused_by_one_inspector_and_seen_by_another_is_scored(
    spark: "SparkSession", settings: "Settings"
) -> None:
    from jobs.steps.monitor import count_all

    refused = [refusal(2, "bomb"), refusal(3, "truncated"), refusal(3, "undecodable", night=2)]
    refused += [refusal(5, "duplicate", stage="ingest", of=1), refusal(6, "bad_time", stage="ingest")]
    rows: dict[str, list[dict[str, Any]]] = {
        "documents": [document(number, "a") for number in (1, 2, 3, 4)],
        "observations": [{"sha256": sha(number), "inspector": "i", "parts": {}} | RUN for number in (1, 2)],
        "scores": [{"doc_id": f"d{number:03d}", "role": "champion"} | RUN for number in (1, 2)],
        "rejected": refused,
    }
    tables = {name: frame(spark, name, made) for name, made in rows.items()}
    run: Any = MemoryRun(spark, settings, tables)
    run.frozen = SimpleNamespace(
        parent=None, inspector=None, champions=(), models={}, files={"manifests": (SimpleNamespace(rows=6),)}
    )
    counts = count_all(run)
    whole = counts[0]
    assert (whole.scored, whole.rejected, whole.duplicate, whole.pending) == (2, 2, 1, 1)
    assert whole.reasons == {"bad_time": 1, "duplicate": 1, "truncated": 1}
    assert {count.unaccounted for count in counts} == {0}


def test_a_row_counts_once_a_page_and_a_page_that_is_lost_leaves_a_hole(
    spark: "SparkSession", settings: "Settings"
) -> None:
    from jobs.steps.monitor import count_all

    def page(number: int, **more: object) -> dict[str, Any]:
        return (
            document(1, "a", sha256=sha(10 + number)) | {"doc_id": f"d001.p{number}", "page": number, "pages": 3} | more
        )

    refused = refusal(1, "bad_id", stage="ingest") | {"doc_id": "d001.p3", "page": 3, "pages": 3}
    for lost in (False, True):
        rows: dict[str, list[dict[str, Any]]] = {
            "documents": [document(2, "a"), page(1), *([] if lost else [page(2)])],
            "rejected": [refused, refusal(4, "too_many_pages", stage="ingest")],
        }
        run: Any = MemoryRun(spark, settings, {name: frame(spark, name, made) for name, made in rows.items()})
        run.frozen = SimpleNamespace(
            parent=None, inspector=None, champions=(), models={}, files={"manifests": (SimpleNamespace(rows=3),)}
        )
        whole = count_all(run)[0]
        assert (whole.manifest_rows, whole.rejected, whole.pending) == (5, 2, 2 if lost else 3)
        assert whole.unaccounted == int(lost)


def test_a_page_refused_on_a_later_night_than_the_one_that_took_it_counts_once(
    spark: "SparkSession", settings: "Settings"
) -> None:
    from jobs.steps.monitor import count_all

    before = {"run_id": "2026-02-28.1", "night": date(2026, 2, 28)}
    pages = [
        document(page, "a") | {"doc_id": f"d001.p{page}", "row": 1, "page": page, "pages": 3} | before
        for page in (1, 2, 3)
    ]
    refused = refusal(1, "truncated", of=2) | {"doc_id": "d001.p2", "page": 2, "pages": 3}
    earlier = {"detector": "manifest", "manifest_rows": 3, "pending": 3, "reasons": {}}
    counted = earlier | dict.fromkeys(("scored", "rejected", "duplicate", "erased", "skipped"), 0) | before
    run: Any = MemoryRun(
        spark,
        settings,
        {"documents": frame(spark, "documents", pages), "rejected": frame(spark, "rejected", [refused])},
        {"coverage": frame(spark, "coverage", [counted])},
    )
    run.frozen = SimpleNamespace(parent=before["run_id"], inspector=None, champions=(), models={}, files={})
    whole = count_all(run)[0]
    assert (whole.manifest_rows, whole.rejected, whole.pending, whole.unaccounted) == (3, 1, 2, 0)


def test_risks_are_counted_by_bin_as_they_are_one_by_one(spark: "SparkSession") -> None:
    from jobs.steps.monitor import BINS, histogram
    from udfs.judging.drift import population_stability_index

    risks = [at / 100 for at in range(101)] + [0.1 + 0.2, 0.3, 0.7, 1.0]
    rows = [{"doc_id": f"d{at}", "role": "champion", "risk": risk} | RUN for at, risk in enumerate(risks)]
    scores = frame(spark, "scores", [*rows, rows[0] | {"role": "challenger"}])
    counts = histogram(scores)
    assert counts == np.histogram(risks, np.linspace(0.0, 1.0, BINS + 1))[0].tolist()
    assert population_stability_index(counts, counts) == 0
    assert histogram(scores.limit(0)) == [0] * BINS
