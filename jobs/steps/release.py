"""Release: makes the night visible with one row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from pyspark.sql import functions as F

from conf.errors import CoverageFailed
from jobs.releases import publications
from jobs.run import Run
from schemas import TABLES

THREADS = 4  # counting is mostly waiting for small jobs
RELEASED = tuple(name for name, table in TABLES.items() if table.scope != "head")


def main(run: Run) -> None:
    """Publish the table versions of this night, if its coverage holds."""
    if run.read("coverage").where(F.col("run_id") == run.run_id).count() == 0:
        raise CoverageFailed(f"{run.run_id}: nothing was counted; run monitor first")
    earlier = publications(run.tables)
    versions = {name: run.tables.version(name) or 0 for name in RELEASED}
    with ThreadPoolExecutor(THREADS) as pool:
        counted = dict(zip(RELEASED, pool.map(lambda name: _count(run, name), RELEASED), strict=True))
    row: dict[str, object] = {
        "sequence": 1 + max((found.sequence for found in earlier), default=0),
        "event": "published",
        "release": run.run_id,
        "parent": run.frozen.parent,
        "lineage": list(run.lineage),
        "versions": versions,
        "rows": {name: rows for name, (rows, _) in counted.items()},
        "digests": {name: digest for name, (_, digest) in counted.items() if digest is not None},
        "published_at": datetime.now(UTC),
    }
    run.write("releases", run.frame("releases", [row]))


def _count(run: Run, name: str) -> tuple[int, str | None]:
    """Rows of the released view, and the digest of a table that is replaced whole."""
    frame = run.tables.read(name)
    match TABLES[name].scope:
        case "night":
            return frame.count(), run.tables.digest(frame, name)
        case "content":
            documents = run.tables.read("documents").where(F.col("run_id").isin(*run.lineage)).select("sha256")
            return frame.join(documents.distinct(), "sha256", "left_semi").count(), None
        case _:
            return frame.where(F.col("run_id").isin(*run.lineage)).count(), None
