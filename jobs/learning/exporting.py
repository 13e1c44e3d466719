"""Exports the training set of a release, every label accounted for."""

from collections import Counter
from pathlib import Path

from conf.errors import BadLake
from conf.settings import Settings
from jobs.feed import write_feed
from jobs.learning.labelled import LEARNED, Read, of_release, seen_targets
from jobs.learning.rows import feed_rows
from jobs.publishing.releases import Release
from jobs.tables import Tables

FOLDER = "training_sets"  # beside the lake's models


def export(tables: Tables, release: Release, settings: Settings) -> Path:
    """Write the training set of a release into its folder of the lake; gives the folder."""
    return write_set(of_release(tables, release), release.run_id, Path(settings.home) / FOLDER)


def write_set(read: Read, release: str, home: Path) -> Path:
    """Write the training set that tables hold; gives its folder.

    Raises:
        BadLake: a label is unaccounted for.
    """
    # Not by Arrow: it refuses a struct with a member that is never null beside a row without that struct.
    seen = [row.asDict(recursive=True) for row in seen_targets(read).collect()]
    counts = Counter(row["outcome"] for row in seen)
    labelled = read("labels").select("target_kind", "target_id").distinct().count()
    if len(seen) != labelled:
        raise BadLake(
            f"{release}: {labelled:,} targets are labelled, {len(seen):,} were found again. A table that should have "
            "one row a document has several; see lookback doctor"
        )
    rows = feed_rows([row for row in seen if row["outcome"] == LEARNED])
    return write_feed(home, rows, release=release, counts=counts)
