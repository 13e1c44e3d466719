"""The released views as stories read them from Spark."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from conf.settings import ProfileSettings
from jobs.report.facts import gather
from jobs.stories.accounts import account_story
from jobs.stories.campaigns import campaign_story
from jobs.stories.closing import closing
from jobs.stories.documents import document_story
from jobs.stories.released import NotFound, SparkReleased, Wanted, of, rows_of
from schemas import TABLES
from tests.fakes_released import world
from tests.jobs.report.test_report_page import RELEASE

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

TIERS = ProfileSettings().tiers
VIEWS = (
    "documents", "rejected", "scores", "contradictions", "links", "clusters", "campaigns", "score_changes", "fields",
    "accounts", "transactions", "risk_profiles", "risk_profile_history", "cluster_events", "coverage", "metrics",
    "runs", "plates",
)  # fmt: skip


@pytest.fixture(scope="module")
def released(spark: "SparkSession") -> SparkReleased:
    tables = world().tables
    for row in tables["links"]:
        row["fingerprint"] = "p.0"
    ended = {"left_doc": "D-1", "right_doc": "D-4", "kind": "near_copy", "evidence": None}
    tables["links"] += [
        ended | {"similarity": 0.9, "fingerprint": "p.0"},
        ended | {"similarity": 0.0, "fingerprint": "p.1"},
    ]
    for number, row in enumerate(tables["transactions"]):
        row |= {"transaction_id": f"T-{number}", "known_at": date(2026, 3, 2), "file": "f", "row": number}
    corrected = tables["transactions"][0] | {"fiat_value": Decimal(700), "known_at": date(2026, 3, 1)}
    tables["transactions"].append(corrected)
    for name in VIEWS:
        declared = TABLES[name]
        ddl = ", ".join(f"`{c.name}` {c.type}" for c in declared.columns)
        rows = [tuple(row.get(column) for column in declared.names) for row in tables[name]]
        spark.createDataFrame(rows, ddl).createOrReplaceTempView(name)
    return SparkReleased(spark)


def test_rows_are_plain_with_aware_times_maps_and_exact_money(released: SparkReleased) -> None:
    (document,) = rows_of(released, "documents", "doc_id", "submitted_at", doc_id="D-1")
    assert document["submitted_at"] == datetime(2025, 11, 14, 8, tzinfo=UTC)
    assert document["submitted_at"].utcoffset().total_seconds() == 0
    (profile,) = rows_of(released, "risk_profiles", "components", account_id="A-1")
    assert profile["components"]["campaigns"] == 5.0
    moved = rows_of(released, "transactions", "transaction_id", "fiat_value", account_id="A-1")
    assert {row["transaction_id"]: row["fiat_value"] for row in moved}["T-0"] == Decimal(500)
    assert len(moved) == 4


def test_the_highest_come_first_and_no_more_than_asked_for(released: SparkReleased) -> None:
    top = released.rows("risk_profiles", Wanted(("account_id",), {}, ("-risk", "account_id"), 2))
    assert [row["account_id"] for row in top] == ["A-1", "A-2"]
    assert released.counts("risk_profiles", "tier", {}) == {"high": 2, "low": 1, "severe": 1}
    assert released.counts("scores", "risk_basis", of(role="champion")) == {"specimens": 4}


def test_spark_tells_what_plain_rows_tell(released: SparkReleased) -> None:
    memory = world()
    assert document_story(released, "D-1", TIERS, with_values=True) == document_story(
        memory, "D-1", TIERS, with_values=True
    )
    assert account_story(released, "A-1") == account_story(memory, "A-1")
    assert campaign_story(released, "C-3F9A") == campaign_story(memory, "C-3F9A")


def test_spark_gives_the_page_that_plain_rows_give(released: SparkReleased) -> None:
    memory = world()
    assert gather(released, RELEASE) == gather(memory, RELEASE)
    assert closing(released, RELEASE) == closing(memory, RELEASE)


@pytest.mark.parametrize("text", ["D-11", "x' OR '1'='1", "`doc_id`", "D-1; DROP VIEW documents"])
def test_text_of_a_user_is_a_value_and_never_a_query(released: SparkReleased, text: str) -> None:
    with pytest.raises(NotFound, match="D-1"):
        document_story(released, text, {})
