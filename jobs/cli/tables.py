"""Commands that read published tables: sql, schema, release."""

import logging
from typing import TYPE_CHECKING, Annotated

import typer

from conf.errors import BadLake, NightRefused, first_line
from jobs.cli.app import app
from jobs.cli.context import given, open_release, open_tables
from jobs.cli.output import CONSOLE, Format, Row, print_error, print_rows
from schemas import TABLES
from schemas.contract import CONTRACT

SHORT = ("date", "run_id", "parent", "published_at", "documents", "accounts")
RELEASES = ("date", "run_id", "parent", "published_at", "versions", "rows")  # maps, which only JSON can hold
Form = Annotated[Format, typer.Option("--format", help="How to print.")]

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from jobs.publishing.releases import Release

release = typer.Typer(help="Published nights: list them, withdraw the newest, print their views.")
app.add_typer(release, name="release")


@app.command()
def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(help="One statement of Spark SQL over the released views.")],
    form: Form = Format.table,
) -> None:
    """Ask the released tables; the views and profile_as_of(valid, known) are there."""
    from jobs.publishing.queries import ask, unanswered
    from jobs.spark_errors import SPARK_ERRORS

    tables, _ = open_release(given(context).settings())
    if not given(context).debug:
        _silence(tables.spark)
    frame = ask(tables.spark, query)
    try:
        rows = [row.asDict(recursive=True) for row in frame.collect()]
    except SPARK_ERRORS as error:
        raise unanswered(error) from error
    print_rows(rows, form, frame.columns)


def _silence(spark: "SparkSession") -> None:
    """No log of a failed query, in the JVM or here: what it says is told as an error, in one line."""
    from pyspark.logger import PySparkLogger

    spark.sparkContext.setLogLevel("OFF")
    PySparkLogger.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)


@app.command()
def schema(
    context: typer.Context,
    table: Annotated[str | None, typer.Argument(help="One table or drop folder; none: all.")] = None,
    form: Form = Format.table,
) -> None:
    """Print the contract: what drop folders hold, and every table with its columns."""
    del context
    if table is not None and table not in TABLES and table not in CONTRACT:
        raise BadLake(f"no table or drop folder {table!r}; there are {', '.join(dict.fromkeys((*CONTRACT, *TABLES)))}")
    rows: list[dict[str, object]] = [
        {"where": f"{folder}/", "column": c.name, "type": c.kind, "required": c.required, "meaning": c.meaning}
        for folder, columns in CONTRACT.items()
        if table in (None, folder)
        for c in columns
    ]
    rows += [
        {"where": name, "column": c.name, "type": c.type, "required": c.required, "meaning": c.doc}
        for name, declared in TABLES.items()
        if table in (None, name)
        for c in declared.columns
    ]
    print_rows(rows, form)


@release.command("list")
def list_releases(
    context: typer.Context,
    form: Form = Format.table,
    *,
    every: Annotated[bool, typer.Option("--all", help="Also those retired or withdrawn.")] = False,
) -> None:
    """Published nights that can be read, newest first."""
    from jobs.publishing.intact import oldest_of
    from jobs.publishing.releases import publications, states

    settings = given(context).settings()
    found = states(publications(open_tables(settings)), settings.what.releases.keep, oldest_of(settings.tables))
    rows = [{**as_row(entry, form), "state": state} for entry, state in found if every or state == "live"]
    columns = RELEASES if form is Format.json else SHORT
    print_rows(rows, form, (*columns, "state") if every else columns)


@release.command()
def rollback(
    context: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Withdraw without asking.")] = False,
    form: Form = Format.table,
) -> None:
    """Withdraw the newest release; its parent is what readers see again."""
    from jobs.publishing.rollback import changed_tiers, withdraw
    from jobs.spark_errors import SPARK_ERRORS

    settings = given(context).settings()
    tables, newest = open_release(settings, whole=False)
    try:
        changes = changed_tiers(tables, newest)
    except SPARK_ERRORS as error:
        print_error(f"which tiers change is not known, since they cannot be read: {first_line(str(error))}")
        changes = []
    print_rows(changes, form, ("account_id", "tier", "tier_after", "risk", "risk_after"))
    asked = (
        f"Withdraw {newest.run_id}? {len(changes)} accounts change tier; readers see {newest.parent or 'nothing'} again"
    )
    if not yes and not _agreed(asked):
        raise NightRefused("nothing was withdrawn; --yes withdraws without asking")
    withdraw(settings, tables.spark, newest.run_id)
    CONSOLE.print(f"{newest.run_id} withdrawn; {newest.parent or 'no night'} is released", markup=False, style=None)


@release.command("sql")
def release_sql(
    context: typer.Context,
    engine: Annotated[str, typer.Option(help="spark, duckdb, trino or delta-rs.")],
) -> None:
    """Print the released views with pinned versions for another engine."""
    from jobs.publishing.foreign_views import known_engine, views_for

    words = known_engine(engine)
    tables, newest = open_release(given(context).settings())
    CONSOLE.print(views_for(words, newest, tables.root), markup=False, soft_wrap=True)


def _agreed(asked: str) -> bool:
    """A person's answer; nobody there to give one is a no."""
    try:
        return typer.confirm(asked, err=True)
    except typer.Abort:
        print_error("")
        return False


def as_row(entry: "Release", form: Format) -> Row:
    """A published night; for people with two counts instead of every table's version and rows."""
    row = entry.as_dict()
    if form is Format.json:
        return row
    at = f"{entry.published_at:%Y-%m-%d %H:%M:%S}"
    return row | {
        "published_at": at,
        "documents": entry.rows.get("documents"),
        "accounts": entry.rows.get("risk_profiles"),
    }
