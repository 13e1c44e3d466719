"""Release: makes the night visible with one row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import CoverageFailed, NightRefused
from jobs.publishing.releases import Release, publications, shown_now
from jobs.run import Run
from jobs.tables import digest_of
from schemas import TABLES

COUNTERS = 4  # a count is mostly planning
RELEASED = tuple(name for name, table in TABLES.items() if table.scope != "head")


def main(run: Run) -> None:
    """Publish the table versions of this night, if its coverage holds and its parent is still what readers see.

    Raises:
        CoverageFailed: nothing was counted.
        NightRefused: the newest release is another one than the night builds on.
    """
    earlier = publications(run.tables)
    _refuse_other_parent(run, earlier)
    if run.read("coverage").where(F.col("run_id") == run.run_id).count() == 0:
        raise CoverageFailed(f"{run.run_id}: nothing was counted; run monitor first")
    versions = {name: run.tables.version(name) or 0 for name in RELEASED}
    with ThreadPoolExecutor(COUNTERS) as pool:
        counted = {found.name: found for rows in pool.map(DataFrame.collect, _counts(run)) for found in rows}
    row: dict[str, object] = {
        "sequence": 1 + max((found.sequence for found in earlier), default=0),
        "event": "published",
        "release": run.run_id,
        "parent": run.frozen.parent,
        "lineage": list(run.lineage),
        "versions": versions,
        "rows": {name: found.rows for name, found in sorted(counted.items())},
        "digests": {name: found.digest for name, found in sorted(counted.items()) if found.digest},
        "published_at": datetime.now(UTC),
    }
    run.write("releases", run.frame("releases", [row]))


def _refuse_other_parent(run: Run, earlier: list[Release]) -> None:
    """A night is published over the release that it was made from, or not at all."""
    shown = shown_now(earlier)
    seen = shown.run_id if shown else None
    if seen not in {run.frozen.parent, run.run_id}:
        raise NightRefused(
            f"{run.run_id} builds on release {run.frozen.parent or 'none'}, readers see {seen or 'none'} now. "
            f"Begin anew: lookback night --date {run.night} --again"
        )


def _counts(run: Run) -> list[DataFrame]:
    """One row for each released view: name, rows, and the digest of a table that is replaced whole."""
    documents = _of_lineage(run, "documents").select("sha256").distinct().persist()
    frames = []
    for name in RELEASED:
        scope = TABLES[name].scope
        if scope == "night":
            frame, digest = run.tables.read(name), digest_of(name)
        else:
            kept = _of_lineage(run, name) if scope == "lineage" else run.tables.read(name)
            frame = kept.join(documents, "sha256", "left_semi") if scope == "content" else kept
            digest = F.lit(None).cast("string")
        frames.append(frame.agg(F.count("*").alias("rows"), digest.alias("digest")).withColumn("name", F.lit(name)))
    return frames


def _of_lineage(run: Run, name: str) -> DataFrame:
    """Rows of the runs that the release shows."""
    return run.tables.read(name).where(F.col("run_id").isin(*run.lineage))
