"""What answers leave in the content tables: rows that do not stand already, the observation last."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.run import Run
from jobs.tables import Tables
from schemas.observations import PARTS

PART_TABLES = ("fields", "vectors", "plates")
OBSERVED = ("sha256", "inspector", "parts", *PARTS, "skipped")


def held_rows(read: Callable[[str], DataFrame], contents: DataFrame) -> DataFrame:
    """What a killed run, or an inspector with the same part, left of these contents: table, sha256, fingerprint.

    Args:
        read: gives a table by its name.
        contents: with their sha256.
    """
    tables = [read(name).select(F.lit(name).alias("table"), "sha256", "fingerprint") for name in PART_TABLES]
    rows = reduce(DataFrame.unionByName, tables).join(contents.select("sha256"), "sha256", "left_semi")
    return rows.distinct()


@dataclass
class ContentRows:
    """Rows of seen contents.

    Attributes:
        held: what `held_rows` gives.
    """

    held: DataFrame

    def of(self, seen: DataFrame) -> dict[str, DataFrame]:
        """Rows of fields, vectors and plates, by table."""
        parts = {
            table: seen.select("sha256", F.explode(column).alias("row")).select("sha256", "row.*")
            for table, column in (("fields", "fields"), ("vectors", "vectors"))
        } | {"plates": seen.where(F.col("plate").isNotNull()).select("sha256", "plate.*")}
        return {table: in_one_file(self._without_held(table, frame)) for table, frame in parts.items()}

    def _without_held(self, table: str, rows: DataFrame) -> DataFrame:
        """Rows of a table that do not stand already."""
        if table not in self._tables_held:
            return rows
        held = self.held.where(F.col("table") == table)
        return rows.join(held.select("sha256", "fingerprint"), ["sha256", "fingerprint"], "left_anti")

    @cached_property
    def _tables_held(self) -> set[str]:
        """Tables in which anything stands; on most nights none, so that their slices are not joined."""
        return {row["table"] for row in self.held.select("table").distinct().collect()}


@dataclass
class HeldAtHeads:
    """What stands of the contents in the tables of parts, asked again where somebody else has written there since.

    Attributes:
        contents: of all slices: those of one are not those of another.
        versions: of the tables as we know them.
        rows: what stood there, but for our own.
    """

    contents: DataFrame
    versions: dict[str, int | None] = field(default_factory=dict)
    rows: ContentRows | None = None

    def at(self, tables: Tables) -> ContentRows:
        """What stands at the heads."""
        versions = _versions(tables)
        if self.rows is None or versions != self.versions:
            self.forget()
            self.rows = ContentRows(held_rows(tables.read, self.contents).persist())
        self.versions = versions
        return self.rows

    def written(self, tables: Tables) -> None:
        """Take the heads for known: we alone wrote, under the lease."""
        self.versions = _versions(tables)

    def forget(self) -> None:
        """Free what is kept in memory."""
        if self.rows is not None:
            self.rows.held.unpersist()


def in_one_file(rows: DataFrame) -> DataFrame:
    """Rows of a slice, whose answers are kept: as many files as a slice has tasks would soon be too many to open."""
    return rows.coalesce(1)


def observations(seen: DataFrame) -> DataFrame:
    """Rows of observations of seen contents."""
    return in_one_file(seen.select(*OBSERVED))


def add_pace(run: Run, answers: DataFrame, contents: int) -> None:
    """Add a slice's contents to those of the run, and the workers' seconds by stage."""
    run.contents = (run.contents or 0) + contents
    rows = answers.select(F.explode("seconds").alias("stage", "seconds")).groupBy("stage").agg(F.sum("seconds"))
    for stage, seconds in rows.collect():
        run.stages[stage] = run.stages.get(stage, 0.0) + seconds


def _versions(tables: Tables) -> dict[str, int | None]:
    return {name: head.version for name, head in tables.heads(PART_TABLES).items()}
