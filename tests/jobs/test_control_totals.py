"""The system of record's totals against what came, each digest computed here by another engine."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.fakes_linking import NIGHT, MemoryRun, document, frame, sha

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from conf.settings import Settings

pytestmark = pytest.mark.spark
RUN = {"run_id": "2026-03-01.1", "night": NIGHT}
NORTH, SOUTH = "North Ltd", "South Ltd"
DAY = datetime(2026, 2, 28, 12, tzinfo=UTC)


def digest(*ids: str) -> str:
    """As the manual tells a client to compute it."""
    query = "SELECT sha256(string_agg(id, ',' ORDER BY id)) FROM (SELECT DISTINCT unnest($ids) AS id)"
    return str(duckdb.execute(query, {"ids": list(ids)}).fetchall()[0][0])


def total(
    documents: int, channel: str | None, entity: str | None, *ids: str, row: int = 0, **more: object
) -> dict[str, Any]:
    stated = {"day": DAY.date(), "channel": channel, "legal_entity": entity, "documents": documents}
    came = {"file": sha(9), "row": row, "valid_from": DAY, "known_at": NIGHT} | RUN
    return stated | {"digest": digest(*ids) if ids else None} | came | more


def account(name: str, entity: str, row: int, **more: object) -> dict[str, Any]:
    stated = {"account_id": name, "legal_entity": entity, "file": sha(8), "row": row, "valid_from": DAY}
    return stated | {"known_at": NIGHT} | RUN | more


def refused(doc_id: str | None, reason: str, row: int, **said: object) -> dict[str, Any]:
    outcome = "duplicate" if reason == "duplicate" else "rejected"
    named = {"source": "manifests", "manifest": sha(0), "row": row, "doc_id": doc_id, "stage": "ingest"}
    return named | {"outcome": outcome, "reason": reason} | said | RUN


def night(spark: "SparkSession", settings: "Settings", *totals: dict[str, Any]) -> MemoryRun:
    """Four documents of the day, one of the next, and rows that ingest refused."""
    web = {"submitted_at": DAY, "channel": "web"}
    rows: dict[str, list[dict[str, Any]]] = {
        "documents": [
            document(1, "N", **web),
            document(2, "N", **web),
            document(3, "S", **web),
            document(4, "S", submitted_at=DAY, channel="branch"),
            document(5, "S", submitted_at=datetime(2026, 3, 1, tzinfo=UTC), channel="web"),
        ],
        "rejected": [
            refused("d900", "empty", 6, account_id="N", **web),
            refused("d900", "missing", 7, account_id="N", **web),
            refused("d001", "duplicate", 8, account_id="N", submitted_at=DAY, channel="branch"),
            refused("d901", "bad_time", 9, account_id="N", channel="web"),
            refused(None, "bad_row", 10),
        ],
        "accounts": [account("N", NORTH, 0), account("S", SOUTH, 1)],
        "scores": [{"doc_id": f"d{number:03d}", "role": "champion"} | RUN for number in (1, 2, 3, 4, 5)],
        "control_totals": list(totals),
    }
    return MemoryRun(spark, settings, {name: frame(spark, name, made) for name, made in rows.items()})


def reconciled(run: MemoryRun) -> tuple[Any, dict[str, tuple[int, int, bool]]]:
    """The row of coverage, and of each total what was stated, what came, and whether they agree."""
    from jobs.steps.monitor import Counts, reconcile

    counts, totals = reconcile(run, Counts("manifest", 10, 5, 4, 1, 0, 0, 0, {}))
    return counts, {total.name: (total.stated, total.came, total.agrees) for total in totals}


def test_each_id_counts_once_taken_or_refused_on_its_day(spark: "SparkSession", settings: "Settings") -> None:
    run = night(
        spark,
        settings,
        total(3, "web", NORTH, "d001", "d002", "d900"),
        total(1, "web", SOUTH, row=1),
        total(5, None, None, "d900", "d004", "d003", "d002", "d001", row=2),
    )
    counts, totals = reconciled(run)
    assert totals == {
        "2026-02-28 / every channel / every entity": (5, 5, True),
        "2026-02-28 / web / North Ltd": (3, 3, True),
        "2026-02-28 / web / South Ltd": (1, 1, True),
    }
    assert (counts.scored, counts.skipped, counts.unaccounted) == (4, 1, 0)
    assert counts.reasons == {"no independent total": 1}


def test_a_difference_is_named_with_what_was_stated_and_what_came(spark: "SparkSession", settings: "Settings") -> None:
    run = night(
        spark,
        settings,
        total(4, "web", NORTH),
        total(1, "web", SOUTH, "d003", row=1),
        total(1, "branch", SOUTH, "d777", row=2),
        total(2, "post", None, row=3),
    )
    counts, totals = reconciled(run)
    assert totals["2026-02-28 / branch / South Ltd"] == (1, 1, False)
    assert totals["2026-02-28 / post / every entity"] == (2, 0, False)
    assert counts.reasons == {
        "no independent total": 1,
        "total 2026-02-28 / branch / South Ltd differs: 1 stated, as many came, with other ids": 1,
        "total 2026-02-28 / post / every entity differs: 2 stated, 0 came": 0,
        "total 2026-02-28 / web / North Ltd differs: 4 stated, 3 came": 2,
    }
    assert (counts.scored, counts.skipped, counts.unaccounted) == (1, 4, 0)


def test_the_newest_count_holds_and_a_retracted_one_does_not(spark: "SparkSession", settings: "Settings") -> None:
    later = {"valid_from": DAY.replace(hour=23)}
    run = night(
        spark,
        settings,
        total(9, "web", SOUTH),
        total(1, "web", SOUTH, row=1, **later),
        total(7, "branch", SOUTH, row=2),
        total(7, "branch", SOUTH, row=3, retracts=True, **later),
    )
    assert reconciled(run)[1] == {"2026-02-28 / web / South Ltd": (1, 1, True)}


def test_a_document_counts_for_the_entity_that_its_account_then_had(
    spark: "SparkSession", settings: "Settings"
) -> None:
    before, after = {"valid_from": DAY.replace(month=1)}, {"valid_from": datetime(2026, 3, 1, tzinfo=UTC)}
    run = night(spark, settings, total(3, "web", NORTH, "d001", "d002", "d900"), total(1, "web", SOUTH, "d003", row=1))
    moved = [
        account("N", "Unknown Ltd", 0, **before, known_at=NIGHT - timedelta(days=1)),
        account("N", NORTH, 1, **before),
        account("N", SOUTH, 2, **after),
        account("S", SOUTH, 3, **after),
        account("S", NORTH, 4, valid_from=datetime(2026, 3, 2, tzinfo=UTC)),
        account("S", NORTH, 5, valid_from=DAY, known_at=NIGHT - timedelta(days=1)),
        account("S", NORTH, 6, valid_from=DAY, retracts=True),
    ]
    run.tables["accounts"] = frame(spark, "accounts", moved)
    assert reconciled(run)[1] == {
        "2026-02-28 / web / North Ltd": (3, 3, True),
        "2026-02-28 / web / South Ltd": (1, 1, True),
    }


def test_days_are_those_of_the_system_of_record(spark: "SparkSession", settings: "Settings") -> None:
    late = {"submitted_at": datetime(2026, 2, 27, 23, 30, tzinfo=UTC), "channel": "web"}
    monitor = settings.what.monitor.model_copy(update={"totals_zone": "Europe/Vilnius"})
    zoned = settings.model_copy(update={"what": settings.what.model_copy(update={"monitor": monitor})})
    for chosen, expected in ((settings, (1, 0, False)), (zoned, (1, 1, True))):
        run = night(spark, chosen, total(1, "web", NORTH, "d001"))
        run.tables["documents"] = frame(spark, "documents", [document(1, "N", **late)])
        run.tables["rejected"] = frame(spark, "rejected", [])
        assert reconciled(run)[1]["2026-02-28 / web / North Ltd"] == expected


def test_without_totals_every_row_is_said_to_have_none(spark: "SparkSession", settings: "Settings") -> None:
    counts, totals = reconciled(night(spark, settings))
    assert totals == {}
    assert (counts.scored, counts.skipped, counts.reasons) == (0, 5, {"no independent total": 5})
