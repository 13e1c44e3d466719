"""Readers read: a statement that would change something is refused before it runs."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jobs.publishing.queries import BadQuery, ask, changing_parts
from tests.jobs.cookbook import queries

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark

CHANGING = (
    "DROP TABLE scores",
    "DELETE FROM scores",
    "INSERT INTO scores VALUES (1)",
    "WITH one AS (SELECT 1 AS x) INSERT INTO scores SELECT x FROM one",
    "FROM scores INSERT INTO a SELECT 1 INSERT INTO b SELECT 2",
    "INSERT OVERWRITE DIRECTORY '/tmp/nowhere' USING json SELECT 1",
    "INSERT OVERWRITE LOCAL DIRECTORY '/tmp/nowhere' STORED AS TEXTFILE SELECT 1",
    "EXECUTE IMMEDIATE 'DROP VIEW scores'",
    "EXPLAIN EXECUTE IMMEDIATE 'DROP VIEW scores'",
    "CALL anything()",
    "BEGIN DROP TABLE scores; END",
    "CREATE TABLE mine AS SELECT 1 AS x",
    "CREATE TABLE mine (x INT)",
    "CREATE OR REPLACE TEMPORARY VIEW scores AS SELECT 1 AS x",
    "CREATE TEMPORARY FUNCTION one() RETURNS INT RETURN 1",
    "DECLARE VARIABLE one INT",
    "ALTER TABLE scores ADD COLUMNS (z INT)",
    "MERGE INTO scores USING links ON TRUE WHEN MATCHED THEN DELETE",
    "TRUNCATE TABLE scores",
    "CACHE TABLE scores",
    "REFRESH TABLE scores",
    "USE elsewhere",
    "ADD JAR 'any.jar'",
    "SET spark.sql.shuffle.partitions = 1",
    "RESET",
    "VACUUM delta.`/tmp/nowhere`",
    "OPTIMIZE delta.`/tmp/nowhere`",
    "RESTORE TABLE scores TO VERSION AS OF 1",
    "UPDATE delta.`/tmp/nowhere` SET risk = 0",
)
SCRIPT = "SELECT TRANSFORM(1) USING 'sh' AS (b)"
HIDING = (
    "SELECT TRANSFORM(doc_id) USING 'sh' FROM scores",
    "MAP doc_id USING 'sh' FROM scores",
    "WITH q AS (SCRIPT) SELECT * FROM q",
    "SELECT (SCRIPT) FROM scores",
    "SELECT * FROM scores WHERE doc_id IN (SCRIPT)",
    "SELECT 1 UNION SELECT * FROM (SCRIPT)",
    "SELECT * FROM scores ORDER BY (SCRIPT) LIMIT 1",
    "SELECT * FROM VALUES ((SCRIPT))",
    "SELECT * FROM scores, LATERAL (SCRIPT)",
    "SELECT sum(risk) OVER w FROM scores WINDOW w AS (PARTITION BY (SCRIPT))",
    "EXPLAIN SCRIPT",
)
SCRIPTED = tuple(query.replace("SCRIPT", SCRIPT) for query in HIDING)
READING = (
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
    "SELECT risk, row_number() OVER (PARTITION BY role ORDER BY risk) AS place FROM scores",
    "SELECT sum(risk) OVER w FROM scores WINDOW w AS (PARTITION BY role)",
    "SELECT doc_id FROM scores QUALIFY row_number() OVER (PARTITION BY role ORDER BY risk DESC) = 1",
    "SELECT doc_id, reason FROM scores LATERAL VIEW OUTER explode(reasons) AS reason",
    "SELECT * FROM scores s, LATERAL (SELECT * FROM links WHERE left_doc = s.doc_id)",
    "SELECT * FROM scores s JOIN LATERAL explode(s.reasons) AS e(reason)",
    "SELECT * FROM (SELECT doc_id, role, risk FROM scores) PIVOT (max(risk) FOR role IN ('champion', 'challenger'))",
    "SELECT * FROM scores UNPIVOT (value FOR family IN (physical, tampered))",
    "SELECT s.doc_id FROM scores s LEFT ANTI JOIN clusters USING (doc_id)",
    "SELECT (SELECT max(risk) FROM scores) FROM links WHERE EXISTS (SELECT 1 FROM scores WHERE doc_id = left_doc)",
    "SELECT role, tier, count(*) FROM scores GROUP BY GROUPING SETS ((role), (tier), ()) HAVING count(*) > 1",
    "SELECT role, tier, count(*) FROM scores GROUP BY CUBE (role, tier)",
    "SELECT DISTINCT doc_id FROM scores EXCEPT SELECT doc_id FROM clusters ORDER BY doc_id LIMIT 5 OFFSET 2",
    "(SELECT doc_id FROM scores) INTERSECT (SELECT doc_id FROM clusters) UNION ALL VALUES ('D-1')",
    "SELECT * FROM VALUES (1, current_date()) AS v(a, b)",
    "SELECT * FROM range(10) AS r(n) SORT BY n",
    "SELECT * FROM profile_as_of('2026-03-01', known => '2026-03-02')",
    "SELECT * FROM scores TABLESAMPLE (10 PERCENT) REPEATABLE (3)",
    "SELECT * FROM scores TABLESAMPLE (5 ROWS)",
    "SELECT /*+ BROADCAST(c) */ * EXCEPT (tie) FROM scores JOIN clusters AS c USING (doc_id)",
    "SELECT * FROM delta.`/tmp/nowhere` VERSION AS OF 3",
    "FROM scores |> WHERE risk > 0.5 |> AGGREGATE count(*) AS n GROUP BY role |> ORDER BY n |> LIMIT 3",
    "TABLE scores",
    "SHOW TABLES",
    "SHOW COLUMNS IN scores",
    "DESCRIBE EXTENDED scores",
    "DESCRIBE FUNCTION sum",
    "DESCRIBE QUERY SELECT 1",
    "EXPLAIN FORMATTED SELECT * FROM scores",
)


@pytest.mark.parametrize("query", [*CHANGING, *SCRIPTED])
def test_what_changes_something_is_refused(spark: "SparkSession", query: str) -> None:
    with pytest.raises(BadQuery, match="only queries are run here"):
        ask(spark, query)


@pytest.mark.parametrize("query", SCRIPTED)
def test_a_script_is_named_wherever_it_hides(spark: "SparkSession", query: str) -> None:
    assert changing_parts(spark, query) == {"ScriptTransformation"}


@pytest.mark.parametrize("query", [*READING, *(query.rstrip(";\n ") for _, query in queries())])
def test_what_analysts_ask_is_let_through(spark: "SparkSession", query: str) -> None:
    assert changing_parts(spark, query) == set()


def test_queries_and_what_tells_of_them_are_run(spark: "SparkSession") -> None:
    assert ask(spark, "WITH one AS (SELECT 1 AS x) SELECT x + 1 AS y FROM one").collect() == [(2,)]
    assert ask(spark, "SELECT sum(x) OVER w AS y FROM VALUES (1) AS t(x) WINDOW w AS (ORDER BY x)").collect() == [(1,)]
    assert ask(spark, "EXPLAIN SELECT 1").count() == 1
    assert "namespace" in ask(spark, "SHOW TABLES").columns


def test_what_does_not_parse_says_so(spark: "SparkSession") -> None:
    with pytest.raises(BadQuery, match="PARSE_SYNTAX_ERROR"):
        ask(spark, "SELEC 1")


@pytest.mark.parametrize("function", ["java_method", "reflect", "try_reflect"])
def test_a_query_cannot_call_the_code_of_the_machine(spark: "SparkSession", function: str) -> None:
    with pytest.raises(BadQuery, match=function):
        ask(spark, f"SELECT {function}('java.lang.System', 'getProperty', 'user.home')")


def test_a_path_is_no_released_view(spark: "SparkSession", tmp_path: Path) -> None:
    (tmp_path / "beside.txt").write_text("not released")
    spark.range(3).write.format("delta").save(str(tmp_path / "table"))
    for place in (f"text.`{tmp_path}/beside.txt`", f"delta.`{tmp_path}/table`"):
        with pytest.raises(BadQuery):
            ask(spark, f"TABLE {place}").collect()


@pytest.mark.parametrize("query", ["SELECT 1", "SELEC 1", "SELECT nothing FROM nowhere"])
def test_a_query_leaves_the_session_able_to_name_a_table_by_its_path(
    spark: "SparkSession", tmp_path: Path, query: str
) -> None:
    spark.range(3).write.format("delta").save(str(tmp_path / "table"))
    with suppress(BadQuery):
        ask(spark, query)
    assert spark.table(f"delta.`{tmp_path}/table`").count() == 3
