import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from conf.settings import Settings
from tests.fakes_linking import NIGHT, MemoryRun, document, frame, sha

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

RUN = {"run_id": "2026-03-01.1", "night": NIGHT}


def link(
    left: int, right: int, kind: str, *, similarity: float = 12.0, threshold: float = 6.0, at: int = 0
) -> dict[str, Any]:
    evidence = json.dumps({"threshold": threshold})
    ends = {"left_doc": f"d{left:03d}", "right_doc": f"d{right:03d}", "kind": kind}
    return ends | {"similarity": similarity, "evidence": evidence, "fingerprint": f"abc.{at}"} | RUN


def triangle(*docs: int, kind: str = "template") -> list[dict[str, Any]]:
    return [link(a, b, kind) for a in docs for b in docs if a < b]


def clustered(
    spark: "SparkSession", links: list[dict[str, Any]], parent: MemoryRun | None = None, night: date = NIGHT
) -> MemoryRun:
    from jobs.steps import cluster

    docs = [document(at, f"a{at:02d}") for at in range(12)]
    members = [{"sha256": sha(at), "design": "G-000001", "version": 1, "similarity": 1.0} | RUN for at in range(12)]
    tables = {
        "documents": frame(spark, "documents", docs),
        "links": frame(spark, "links", links),
        "design_members": frame(spark, "design_members", members),
    }
    before = {} if parent is None else {name: parent.table(name) for name in parent.written}
    run = MemoryRun(spark, Settings(), tables, before, night, f"{night}.1")
    cluster.main(run)
    return run


@pytest.mark.spark
def test_a_campaign_keeps_its_id_while_it_grows_and_ended_ties_let_it_die(spark: "SparkSession") -> None:
    first = clustered(
        spark, [*triangle(1, 2, 3), *triangle(5, 6), link(7, 8, "shared_device"), link(8, 9, "shared_device")]
    )
    assert [(row[0], row[2], row[3]) for row in first.written["campaigns"]] == [
        (first.written["campaigns"][0][0], 3, 3)
    ]
    name, knowable = first.written["campaigns"][0][0], first.written["campaigns"][0][9]
    assert knowable.strftime("%Y-%m-%d") == "2025-01-04"
    second = clustered(spark, triangle(1, 2, 3, 4), first, date(2026, 3, 2))
    assert {row[2] for row in second.written["clusters"]} == {name}
    assert [(row[0], row[1], row[4]) for row in second.written["cluster_events"]] == [(name, "growth", ["d004"])]
    ended = [row | {"similarity": 0.0, "fingerprint": "abc.1"} for row in triangle(1, 2, 3, 4)]
    third = clustered(spark, [*triangle(1, 2, 3, 4), *ended], second, date(2026, 3, 3))
    assert third.written["clusters"] == []
    assert [(row[0], row[1]) for row in third.written["cluster_events"]] == [(name, "death")]
