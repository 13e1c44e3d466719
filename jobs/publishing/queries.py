"""What a reader asks of the released views: one statement that reads, and never one that changes anything."""

from collections.abc import Iterator
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from conf.errors import JobError, first_line
from jobs.spark_errors import SPARK_ERRORS
from schemas import TABLES

TELLING = ("Describe", "Explain", "Show")  # commands that change nothing
LOGICAL = "org.apache.spark.sql.catalyst.plans.logical"
CHANGING = (f"{LOGICAL}.Command", f"{LOGICAL}.ParsedStatement")


class BadQuery(JobError):
    """Spark could not run the query, or it would have changed something."""


def ask(spark: SparkSession, query: str) -> DataFrame:
    """The answer to one statement, not yet computed.

    Raises:
        BadQuery: it does not parse, names what is not there, or is none that only reads.
    """
    try:
        if changing := sorted(set(_changing(spark, query))):
            raise BadQuery(f"{', '.join(changing)}: only queries are run here, and SHOW, DESCRIBE, EXPLAIN")
        return spark.sql(query)
    except SPARK_ERRORS as error:
        raise unanswered(error) from error


def unanswered(error: Exception) -> BadQuery:
    """What Spark says of a query, with the tables that there are."""
    return BadQuery(f"{first_line(str(error))}\nTables: {', '.join(TABLES)}")


def _changing(spark: SparkSession, query: str) -> Iterator[str]:
    """Names of the statement's parts, as Spark's parser sees them, that do more than read."""
    jvm: Any = spark._jvm
    kinds = [jvm.java.lang.Class.forName(name) for name in CHANGING]
    plans = [spark._jsparkSession.sessionState().sqlParser().parsePlan(query)]
    while plans:
        plan = plans.pop()
        name = str(plan.getClass().getSimpleName())
        if not name.startswith(TELLING) and any(kind.isInstance(plan) for kind in kinds):
            yield name
        children = plan.children()
        plans += [children.apply(number) for number in range(children.size())]
