"""How fast the last nights were: what a deadline leaves room for, and when a backlog ends."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs.tables import Tables

Row = Mapping[str, Any]
WHOLE = "manifest"
BEFORE_THE_REST = ("ingest", "inspect")
DOCUMENTS_A_TASK = 64  # a large slice is balanced by its many tasks
TASK_SECONDS = 30.0  # that one takes on one core, about: what is reckoned with where no night has told a pace
LAST = 7  # nights that a pace is taken from
LEAST_REST = 60.0  # seconds that the steps after inspect take at least, mostly in starting queries
DOCUMENT_SECONDS = 0.1  # of one core that they take for each document, where no night has told: measured at 10,000
TOLD_BY = 200  # documents of a night that weigh as much as that guess
START_SECONDS = 60.0  # at most, of a process that a scheduler starts for each step
MARGIN = 1.5  # by which they may grow from one night to the next
SLICE_SECONDS = 60.0  # of a slice where there is a deadline: so much is lost at most


@dataclass(frozen=True)
class PacedNight:
    """A released night.

    Attributes:
        night: its logical date.
        new: manifest rows that it took in.
        looked: documents that got a score or a rejection.
        placed: documents that have one since.
        pending: documents that wait since.
        inspecting: seconds of the process that ended inspect.
        contents: what that process inspected, contents looked at again among them.
        rest: seconds of the steps after it.
        starts: seconds between them, as far as a process that a scheduler starts for each takes so long.
    """

    night: date
    new: int
    looked: int
    placed: int
    pending: int
    inspecting: float
    contents: int
    rest: float
    starts: float


@dataclass(frozen=True)
class Deadline:
    """When the last slice of a night should be done.

    Attributes:
        until: seconds since the epoch, for a night that looks at nothing more.
        pace: contents a second to reckon with until a slice of the night itself has told.
        after: seconds that each content which is looked at adds to the steps after inspect.
    """

    until: float
    pace: float
    after: float = 0.0


@dataclass(frozen=True)
class Backlog:
    """What waits, and when it ends at the pace of the last nights.

    Attributes:
        waiting: documents.
        rate: contents a second of inspect; null where none was inspected yet.
        a_night: documents that a night looked at, in the middle of the last ones that left something.
        nights: nights after which nothing waits; null where as many arrive as are looked at.
        ends: the date of the last of them.
    """

    waiting: int
    rate: float | None
    a_night: int
    nights: int | None
    ends: date | None

    @property
    def sentence(self) -> str:
        """What waits, and when that ends, in words."""
        waiting = "1 document waits" if self.waiting == 1 else f"{self.waiting:,} documents wait"
        pace = f"{self.a_night:,} a night" + (f" at {self.rate:.1f} a second" if self.rate else "")
        if self.nights is None:
            return f"{waiting}; {pace}: no more than arrive, so it does not end"
        return f"{waiting}; {pace}: ends in {self.nights:,} {'night' if self.nights == 1 else 'nights'}, on {self.ends}"


def told_by(tables: "Tables", lineage: Sequence[str]) -> list[PacedNight]:
    """Released nights, oldest first, as a lake's tables tell them."""
    done = tables.read("runs").where("state = 'done'").select("run_id", "step", "state", "seconds", "contents", "at")
    counts = ("run_id", "night", "detector", "manifest_rows", "scored", "rejected", "pending")
    whole = tables.read("coverage").where(f"detector = '{WHOLE}'").select(*counts)
    runs, coverage = ([row.asDict() for row in frame.collect()] for frame in (done, whole))
    return paced_nights(runs, coverage, lineage)


def paced_nights(runs: Iterable[Row], coverage: Iterable[Row], lineage: Sequence[str]) -> list[PacedNight]:
    """Released nights, oldest first, from rows of `runs` and `coverage`."""
    counts = {row["run_id"]: row for row in coverage if row["detector"] == WHOLE}
    steps: dict[str, dict[str, Row]] = {}
    for row in runs:
        if row["state"] == "done":
            steps.setdefault(row["run_id"], {})[row["step"]] = row
    found: list[PacedNight] = []
    rows = placed = 0
    for count in (counts[run_id] for run_id in lineage if run_id in counts):
        done = steps.get(count["run_id"], {})
        now, (rest, starts) = count["scored"] + count["rejected"], _after(done)
        found.append(
            PacedNight(
                night=count["night"],
                new=count["manifest_rows"] - rows,
                looked=now - placed,
                placed=now,
                pending=count["pending"],
                inspecting=done["inspect"]["seconds"] or 0.0 if "inspect" in done else 0.0,
                contents=done["inspect"]["contents"] or 0 if "inspect" in done else 0,
                rest=rest,
                starts=starts,
            )
        )
        rows, placed = count["manifest_rows"], now
    return found


def backlog(nights: Sequence[PacedNight]) -> Backlog | None:
    """What waits after the newest of these nights; null without any."""
    if not nights:
        return None
    newest, last = nights[-1], nights[-LAST:]
    arrives = median_low([night.new for night in nights[1:][-LAST:]] or [0])  # the first night brings the archive
    full = [night for night in last if night.pending] or last  # the others looked at no more than had arrived
    a_night = median_low([night.looked for night in full])
    left = math.ceil(newest.pending / (a_night - arrives)) if a_night > arrives else None
    count = 0 if newest.pending == 0 else left
    ends = None if count is None else newest.night + timedelta(days=count)
    return Backlog(newest.pending, rate(last), a_night, count, ends)


def rate(nights: Sequence[PacedNight]) -> float | None:
    """Contents a second that inspect went through."""
    seconds = sum(night.inspecting for night in nights if night.contents)
    return sum(night.contents for night in nights) / seconds if seconds else None


def deadline(nights: Sequence[PacedNight], until: float, cores: int) -> Deadline:
    """What inspect may reckon with, so that the night is released by a time, seconds since the epoch."""
    each = rest_each(nights, cores)
    placed, starts = (nights[-1].placed, nights[-1].starts) if nights else (0, 0.0)
    return Deadline(until - MARGIN * (LEAST_REST + starts + each * placed), reckoned(nights, cores), MARGIN * each)


def reckoned(nights: Sequence[PacedNight], cores: int) -> float:
    """Contents a second to reckon with: as the last nights were, else a guess."""
    return rate(nights[-LAST:]) or DOCUMENTS_A_TASK * cores / TASK_SECONDS


def slice_documents(nights: Sequence[PacedNight], cores: int, most: int) -> int:
    """Contents of a slice that takes about a minute; where no pace is known, one task a core."""
    known = rate(nights[-LAST:])
    return min(most, max(DOCUMENTS_A_TASK * cores, int((known or 0.0) * SLICE_SECONDS)))


def rest_each(nights: Sequence[PacedNight], cores: int) -> float:
    """Seconds that the steps after inspect take for each document of the lake, beside what they take at least.

    As in the newest night; one of a few documents says little of an archive's, so a guess has its weight.
    """
    guess = DOCUMENT_SECONDS / cores
    if not nights:
        return guess
    newest = nights[-1]
    return (max(0.0, newest.rest - LEAST_REST) + guess * TOLD_BY) / (newest.placed + TOLD_BY)


def _after(done: Mapping[str, Row]) -> tuple[float, float]:
    """Seconds of the steps after inspect, and those between them, of each as much as the start of a process takes."""
    rest = starts = 0.0
    for before, row in pairwise(sorted(done.values(), key=lambda row: row["at"])):
        if row["step"] not in BEFORE_THE_REST:
            seconds = row["seconds"] or 0.0
            waited = (row["at"] - before["at"]).total_seconds() - seconds
            rest += seconds
            starts += min(max(0.0, waited), START_SECONDS)
    return rest, starts
