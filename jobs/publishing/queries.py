"""What a reader asks of the released views: one statement that reads, and never one that changes anything."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from py4j.java_gateway import JavaObject
from pyspark.sql import DataFrame, SparkSession

from conf.errors import JobError, first_line
from jobs.spark_errors import SPARK_ERRORS, told_of_spark
from schemas import TABLES

TELLING = ("Describe", "Show")  # commands that change nothing; EXPLAIN is what it explains
# Parts of a parsed query. An allow-list: what a later Spark or a plug-in adds is refused until it is known.
READING = frozenset(
    {
        "Aggregate", "Distinct", "Except", "Filter", "Generate", "GlobalLimit", "Intersect", "Join",
        "LateralJoin", "LimitAll", "LocalLimit", "LocalRelation", "Offset", "OneRowRelation", "PipeOperator",
        "Pivot", "Project", "RelationTimeTravel", "Repartition", "RepartitionByExpression",
        "ResolvedInlineTable", "Sample", "Sort", "SubqueryAlias", "Union", "Unpivot", "UnresolvedHaving",
        "UnresolvedHint", "UnresolvedInlineTable", "UnresolvedQualify", "UnresolvedRelation",
        "UnresolvedSubqueryColumnAliases", "UnresolvedTVFAliases", "UnresolvedTableValuedFunction",
        "UnresolvedWith", "WithWindowDefinition",
    }
)  # fmt: skip

BUILTIN = ("builtin", "system")  # schema and catalog of Spark's own functions
ON_FILES = "spark.sql.runSQLOnFiles"
REFLECTING = ("java_method", "reflect", "try_reflect")  # functions that call any code of the JVM


class BadQuery(JobError):
    """Spark could not run the query, or it would have changed something."""


def ask(spark: SparkSession, query: str) -> DataFrame:
    """The answer to one statement, not yet computed.

    Raises:
        BadQuery: it does not parse, names what is not there, or is none that only reads.
    """
    try:
        if changing := changing_parts(spark, query):
            raise BadQuery(f"{', '.join(sorted(changing))}: only queries are run here, and SHOW, DESCRIBE, EXPLAIN")
        _forget_reflecting(spark)
        with _no_paths(spark):
            return spark.sql(query)
    except SPARK_ERRORS as error:
        raise unanswered(error) from error


def unanswered(error: Exception) -> JobError:
    """What Spark says of a query, with the tables that there are; or of a damaged file, or a store that failed it."""
    return told_of_spark(error) or BadQuery(f"{first_line(str(error))}\nTables: {', '.join(TABLES)}")


@contextmanager
def _no_paths(spark: SparkSession) -> Iterator[None]:
    """Within it, a path in the place of a table is not found; the night's own statements name tables by path."""
    before = spark.conf.get(ON_FILES) or "true"
    spark.conf.set(ON_FILES, "false")
    try:
        yield
    finally:
        spark.conf.set(ON_FILES, before)


def _forget_reflecting(spark: SparkSession) -> None:
    """Take the functions that could do anything out of this session."""
    session, jvm = cast("Any", spark._jsparkSession), cast("Any", spark._jvm)
    registry, place = session.sessionState().functionRegistry(), [jvm.scala.Option.apply(part) for part in BUILTIN]
    for name in REFLECTING:
        registry.dropFunction(jvm.org.apache.spark.sql.catalyst.FunctionIdentifier(name, *place))


def changing_parts(spark: SparkSession, query: str) -> set[str]:
    """Names of the statement's parts, as Spark's parser sees them, that are not known to only read."""
    session: Any = spark._jsparkSession
    plan = session.sessionState().sqlParser().parsePlan(query)
    while _name(plan) == "ExplainCommand":  # its analysis may run what it explains, as of EXECUTE IMMEDIATE
        plan = plan.logicalPlan()
    found: set[str] = set()
    plans = [] if _name(plan).startswith(TELLING) else [plan]
    while plans:
        plan = plans.pop()
        found.add(_name(plan))
        plans += _below(spark, plan)
    return found - READING


def _below(spark: SparkSession, plan: JavaObject) -> Iterator[JavaObject]:
    """A plan's inputs, its CTEs and the subqueries in its expressions."""
    for parts in (plan.children(), plan.innerChildren()):
        yield from (parts.apply(number) for number in range(parts.size()))
    if _name(plan) == "WithWindowDefinition":  # Spark's walk passes over what is asked in a named window
        jvm: Any = spark._jvm
        project = jvm.org.apache.spark.sql.catalyst.plans.logical.Project
        yield project(plan.windowDefinitions().values().toSeq(), plan.child())


def _name(plan: JavaObject) -> str:
    return str(plan.getClass().getSimpleName())
