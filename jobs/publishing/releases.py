"""Published nights: which table versions and which runs' rows readers see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jobs.publishing.foreign_views import shown, spark_view
from jobs.tables import Tables


@dataclass(frozen=True)
class Release:
    """What one row of `releases` says."""

    sequence: int
    event: str
    run_id: str
    night: date
    parent: str | None
    lineage: tuple[str, ...]
    versions: dict[str, int]
    rows: dict[str, int]
    digests: dict[str, str]
    published_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """For `release list --format json`."""
        return {
            "date": self.night.isoformat(),
            "run_id": self.run_id,
            "parent": self.parent,
            "published_at": self.published_at.isoformat(),
            "versions": self.versions,
            "rows": self.rows,
        }


def publications(tables: Tables) -> list[Release]:
    """Every row of `releases`, oldest first; a withdrawal is a row too."""
    rows = tables.read("releases").orderBy("sequence").collect()
    return [
        Release(
            row.sequence,
            row.event,
            row.release,
            row.night,
            row.parent,
            tuple(row.lineage),
            dict(row.versions),
            dict(row.rows),
            dict(row.digests),
            row.published_at,
        )
        for row in rows
    ]


def published_by_steps(tables: Tables) -> list[dict[str, int]]:
    """Versions that the release steps of all runs wrote, as `runs` tells them."""
    rows = tables.read("runs").where("step = 'release' AND writes IS NOT NULL").select("writes").collect()
    return [dict(row.writes) for row in rows]


def newest(tables: Tables) -> Release | None:
    """The release that readers see, if any night was published."""
    return shown_now(publications(tables))


def shown_now(rows: list[Release]) -> Release | None:
    """The release that readers see, from every row of `releases`, oldest first."""
    return rows[-1] if rows and rows[-1].versions else None


def ever_published(rows: list[Release]) -> frozenset[str]:
    """Runs that were ever released, those withdrawn since among them."""
    return frozenset(row.run_id for row in rows if row.event == "published")


def live(rows: list[Release], keep: int, oldest: Mapping[str, int]) -> list[Release]:
    """Those of the newest `keep` releases in the newest one's lineage that the tables still tell, newest first.

    The newest is among them in any case: what it lacks is damage, not age.

    Args:
        rows: every row of `releases`, oldest first.
        keep: releases that stay live.
        oldest: the oldest version that each table's log still tells; after a smaller `keep` some are gone for good.
    """
    if not rows:
        return []
    lineage = rows[-1].lineage
    standing = {row.run_id: row for row in rows if row.event == "published" and row.run_id in lineage}
    kept = [standing[run_id] for run_id in reversed(lineage) if run_id in standing][:keep]
    told = (all(version >= oldest.get(name, 0) for name, version in release.versions.items()) for release in kept)
    return [release for release, whole in zip(kept, told, strict=True) if whole or release.run_id == lineage[-1]]


def states(rows: list[Release], keep: int, oldest: Mapping[str, int]) -> list[tuple[Release, str]]:
    """Every published night, newest first: live; retired, which is listed and no longer readable; or withdrawn."""
    readable = {release.run_id for release in live(rows, keep, oldest)}
    lineage = rows[-1].lineage if rows else ()
    published = {row.run_id: row for row in rows if row.event == "published"}
    newest_first = sorted(published.values(), key=lambda row: row.sequence, reverse=True)
    return [
        (row, "live" if row.run_id in readable else "retired" if row.run_id in lineage else "withdrawn")
        for row in newest_first
    ]


def open_views(tables: Tables, release: Release) -> None:
    """Make the temporary views of a release in this session."""
    for name in shown(release):
        tables.spark.sql(spark_view(name, release, tables.root))
