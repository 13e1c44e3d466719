"""What `backfills` tells: which back-fill is open, how far it is, and at what pace."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from jobs.frozen import Frozen
from jobs.observed import BY_BACKFILL
from jobs.tables import Tables
from schemas import TABLES

Row = Mapping[str, Any]
LAST = 20  # slices that a pace is taken from


@dataclass(frozen=True)
class BackfillStatus:
    """One back-fill.

    Attributes:
        run_id: names it, and stands in the rows that it wrote.
        night: logical date of the release whose documents it goes through.
        inspector: fingerprint of the inspector that looks.
        version: its version in the registry.
        state: open, done, or replaced by a later one of the inspector, as after a change of settings or code.
        contents: how many it is to look at.
        done: those of them in committed slices.
        left: those that it has not reached; 0 where it is not open.
        refused: those that it could not look at; the night after its promotion says why.
        rate: contents a second of the last slices.
        ends: when it would be done at that pace, were it running from now on; null where it is done or has no pace.
    """

    run_id: str
    night: date
    inspector: str
    version: str
    state: str
    contents: int
    done: int
    left: int
    refused: int
    rate: float | None
    ends: datetime | None


@dataclass(frozen=True)
class Backfill:
    """One back-fill with the record that every resume uses."""

    run_id: str
    night: date
    inspector: str
    version: str
    contents: int
    frozen: Frozen

    def write(self, tables: Tables, state: str, *, number: int | None = None, **columns: object) -> None:
        """One row of `backfills`, once."""
        row = dict.fromkeys(TABLES["backfills"].names) | {
            "state": state,
            "slice": number,
            "inspector": self.inspector,
            "version": self.version,
            "contents": self.contents,
            "at": datetime.now(UTC),
            "run_id": self.run_id,
            "night": self.night,
        }
        frame = tables.spark.createDataFrame([row | columns], tables.type_of("backfills"))
        tables.append("backfills", frame, f"{self.run_id}/{state}/{'' if number is None else number}")


def read_rows(tables: Tables) -> list[dict[str, Any]]:
    """All rows of `backfills`, but for the contents that were refused, which may be many."""
    return [row.asDict() for row in tables.read("backfills").drop("refused_contents").collect()]


def open_backfill(rows: Iterable[Row], inspector: str, *, settings_digest: str, code: str) -> Backfill | None:
    """The newest back-fill of an inspector, if it is not done and was begun with these settings and this code."""
    listed = list(rows)
    newest = max(_openings(listed, inspector), key=lambda row: row["at"], default=None)
    if newest is None or _ended(listed, newest["run_id"]):
        return None
    frozen = Frozen.model_validate_json(newest["frozen"])
    if (frozen.settings_digest, frozen.code_version) != (settings_digest, code):
        return None
    return Backfill(newest["run_id"], newest["night"], inspector, newest["version"], newest["contents"], frozen)


def next_run_id(rows: Iterable[Row], inspector: str) -> str:
    """Id of the inspector's next back-fill."""
    return f"{BY_BACKFILL}{inspector}.{1 + len(_openings(rows, inspector))}"


def _openings(rows: Iterable[Row], inspector: str) -> list[Row]:
    return [row for row in rows if row["state"] == "opened" and row["inspector"] == inspector]


def _ended(rows: Iterable[Row], run_id: str) -> bool:
    return any(row["run_id"] == run_id and row["state"] == "done" for row in rows)


def statuses(rows: Iterable[Row], now: datetime) -> list[BackfillStatus]:
    """Every back-fill, the newest first."""
    listed = list(rows)
    found: list[BackfillStatus] = []
    for opened in sorted((row for row in listed if row["state"] == "opened"), key=lambda row: row["at"], reverse=True):
        later = any(one.inspector == opened["inspector"] for one in found)
        state = "done" if _ended(listed, opened["run_id"]) else "replaced" if later else "open"
        found.append(_status(opened, [row for row in listed if row["run_id"] == opened["run_id"]], state, now))
    return found


def _status(opened: Row, rows: list[Row], state: str, now: datetime) -> BackfillStatus:
    slices = sorted((row for row in rows if row["state"] == "slice"), key=lambda row: row["slice"])
    timed = [row for row in slices if row["seconds"]][-LAST:]
    seconds = sum(row["seconds"] for row in timed)
    rate = sum(row["contents"] for row in timed) / seconds if seconds else None
    done = sum(row["contents"] for row in slices)
    left = opened["contents"] - done if state == "open" else 0
    return BackfillStatus(
        run_id=opened["run_id"],
        night=opened["night"],
        inspector=opened["inspector"],
        version=opened["version"],
        state=state,
        contents=opened["contents"],
        done=done,
        left=left,
        refused=sum(row["refused"] or 0 for row in slices),
        rate=rate,
        ends=now + timedelta(seconds=left / rate) if rate and left else None,
    )
