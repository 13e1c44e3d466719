"""Published nights: which table versions and which runs' rows readers see."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from jobs.tables import Tables
from schemas import TABLES

ENGINES = ("spark", "duckdb", "trino", "delta-rs")


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


def newest(tables: Tables) -> Release | None:
    """The release that readers see, if any night was published."""
    rows = publications(tables)
    return rows[-1] if rows and rows[-1].versions else None


def live(rows: list[Release], keep: int) -> list[Release]:
    """The newest `keep` releases that stand in the newest one's lineage, newest first."""
    if not rows:
        return []
    lineage = rows[-1].lineage
    standing = {row.run_id: row for row in rows if row.event == "published" and row.run_id in lineage}
    return [standing[run_id] for run_id in reversed(lineage) if run_id in standing][:keep]


def view_sql(name: str, release: Release, root: str, *, engine: str = "spark") -> str:
    """The query behind the released view of a table, for one engine."""
    words = ["SELECT * FROM", _source(name, release, root, engine)]
    match TABLES[name].scope:
        case "lineage":
            words += ["WHERE run_id IN", "(" + ", ".join(f"'{run_id}'" for run_id in release.lineage) + ")"]
        case "content":
            words += ["WHERE sha256 IN (SELECT sha256 FROM documents)"]
    return " ".join(words)


def _source(name: str, release: Release, root: str, engine: str) -> str:
    """How an engine names a table at a version; tables written outside a night are read at their head."""
    pinned = None if TABLES[name].scope == "head" else release.versions[name]
    path = f"{root}/{name}"
    match engine:
        case "spark":
            return f"delta.`{path}`" + ("" if pinned is None else f" VERSION AS OF {pinned}")
        case "duckdb":
            return f"delta_scan('{path}'" + (")" if pinned is None else f", version => {pinned})")
        case "trino":
            return f"delta.lookback.{name}" + ("" if pinned is None else f" FOR VERSION AS OF {pinned}")
        case _:
            return f"{name}"


def open_views(tables: Tables, release: Release) -> None:
    """Make the temporary views of a release in this session."""
    for name in sorted(TABLES, key=lambda name: name != "documents"):
        if name in release.versions or TABLES[name].scope == "head":
            query = view_sql(name, release, tables.root)
            tables.spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS {query}")
