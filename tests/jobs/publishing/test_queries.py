"""Readers read: a statement that would change something is refused before it runs."""

from typing import TYPE_CHECKING

import pytest

from jobs.publishing.queries import BadQuery, ask

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

CHANGING = (
    "DROP TABLE scores",
    "DELETE FROM scores",
    "INSERT INTO scores VALUES (1)",
    "WITH one AS (SELECT 1 AS x) INSERT INTO scores SELECT x FROM one",
    "FROM scores INSERT INTO a SELECT 1 INSERT INTO b SELECT 2",
    "CREATE TABLE mine AS SELECT 1 AS x",
    "CREATE OR REPLACE TEMPORARY VIEW scores AS SELECT 1 AS x",
    "SET spark.sql.shuffle.partitions = 1",
    "VACUUM delta.`/tmp/nowhere`",
    "UPDATE delta.`/tmp/nowhere` SET risk = 0",
)


@pytest.mark.parametrize("query", CHANGING)
def test_what_changes_something_is_refused(spark: "SparkSession", query: str) -> None:
    with pytest.raises(BadQuery, match="only queries are run here"):
        ask(spark, query)


def test_queries_and_what_tells_of_them_are_run(spark: "SparkSession") -> None:
    assert ask(spark, "WITH one AS (SELECT 1 AS x) SELECT x + 1 AS y FROM one").collect() == [(2,)]
    assert ask(spark, "EXPLAIN SELECT 1").count() == 1
    assert "namespace" in ask(spark, "SHOW TABLES").columns


def test_what_does_not_parse_says_so(spark: "SparkSession") -> None:
    with pytest.raises(BadQuery, match="PARSE_SYNTAX_ERROR"):
        ask(spark, "SELEC 1")
