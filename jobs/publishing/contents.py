"""What the views of a release hold, counted: rows, and digests of the tables that a night replaces."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.tables import Tables, digest_of
from schemas import TABLES

COUNTERS = 4  # a count is mostly planning
RELEASED = tuple(name for name, table in TABLES.items() if table.scope != "head")


@dataclass(frozen=True)
class Counted:
    """Rows of one released view, and the digest of a table that is replaced whole."""

    name: str
    rows: int
    digest: str | None


def counted(tables: Tables, lineage: Sequence[str], versions: Mapping[str, int]) -> list[Counted]:
    """Every view of a release with these versions and these runs, in the order of their names."""
    with ThreadPoolExecutor(COUNTERS) as pool:
        found = [row for rows in pool.map(DataFrame.collect, _counts(tables, lineage, versions)) for row in rows]
    return sorted((Counted(row.name, row.rows, row.digest) for row in found), key=lambda one: one.name)


def _counts(tables: Tables, lineage: Sequence[str], versions: Mapping[str, int]) -> list[DataFrame]:
    """One row for each released view: name, rows, digest."""

    def of_lineage(name: str) -> DataFrame:
        return tables.read(name, versions[name]).where(F.col("run_id").isin(*lineage))

    documents = of_lineage("documents").select("sha256").distinct().persist()
    frames = []
    for name in versions:
        scope = TABLES[name].scope
        if scope == "night":
            frame, digest = tables.read(name, versions[name]), digest_of(name)
        else:
            whole = of_lineage(name) if scope == "lineage" else tables.read(name, versions[name])
            frame = whole.join(documents, "sha256", "left_semi") if scope == "content" else whole
            digest = F.lit(None).cast("string")
        frames.append(frame.agg(F.count("*").alias("rows"), digest.alias("digest")).withColumn("name", F.lit(name)))
    return frames
