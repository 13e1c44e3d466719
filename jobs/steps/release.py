"""Release: makes the night visible with one row."""

from datetime import UTC, datetime

from pyspark.sql import functions as F

from conf.errors import CoverageFailed, NightRefused
from jobs.publishing.contents import RELEASED, counted
from jobs.publishing.releases import Release, publications, shown_now
from jobs.run import Run


def main(run: Run) -> None:
    """Publish the table versions of this night, if its coverage holds and its parent is still what readers see.

    Raises:
        CoverageFailed: nothing was counted.
        NightRefused: the newest release is another one than the night builds on.
    """
    earlier = publications(run.tables)
    refuse_other_parent(run, earlier)
    if run.read("coverage").where(F.col("run_id") == run.run_id).count() == 0:
        raise CoverageFailed(f"{run.run_id}: nothing was counted; run monitor first")
    versions = {name: run.tables.version(name) or 0 for name in RELEASED}
    found = counted(run.tables, run.lineage, versions)
    row: dict[str, object] = {
        "sequence": 1 + max((row.sequence for row in earlier), default=0),
        "event": "published",
        "release": run.run_id,
        "parent": run.frozen.parent,
        "lineage": list(run.lineage),
        "versions": versions,
        "rows": {one.name: one.rows for one in found},
        "digests": {one.name: one.digest for one in found if one.digest},
        "published_at": datetime.now(UTC),
    }
    run.write("releases", run.frame("releases", [row]))


def refuse_other_parent(run: Run, earlier: list[Release]) -> None:
    """A night is published over the release that it was made from, or not at all; published, it may have followers."""
    shown = shown_now(earlier)
    if shown and run.run_id in shown.lineage:
        return
    seen = shown.run_id if shown else None
    if seen != run.frozen.parent:
        raise NightRefused(
            f"{run.run_id} builds on release {run.frozen.parent or 'none'}, readers see {seen or 'none'} now. "
            f"Begin anew: lookback night --date {run.night} --again"
        )
