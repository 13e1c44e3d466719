"""Attempts of nights: which is open, which may begin, and the record that every resume uses."""

import platform
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version

from conf.errors import NightRefused
from conf.settings import Settings
from jobs import machine
from jobs.frozen import Frozen
from jobs.models.registry import Registry
from jobs.publishing.releases import Release, newest
from jobs.store import arrived
from jobs.tables import Tables
from schemas import TABLES

NIGHT_STEP = "night"


@dataclass(frozen=True)
class Attempt:
    """One attempt of one night, as the rows of `runs` tell it."""

    run_id: str
    night: date
    number: int
    frozen: Frozen
    states: Mapping[str, str]

    @property
    def state(self) -> str:
        """Newest state of the whole attempt."""
        return self.states[NIGHT_STEP]

    def done(self, step: str) -> bool:
        """Whether a step was recorded as done."""
        return self.states.get(step) == "done"


RANK = {"opened": 0, "failed": 1, "done": 2, "abandoned": 3, "released": 4}


def attempts(tables: Tables) -> list[Attempt]:
    """Every attempt, oldest first."""
    rows = tables.read("runs").collect()
    frozen = {row.run_id: row for row in rows if row.frozen is not None}
    found = []
    for run_id, opening in frozen.items():
        states: dict[str, str] = {}
        for row in sorted((r for r in rows if r.run_id == run_id), key=lambda r: RANK[r.state]):
            states[row.step] = row.state
        record = Frozen.model_validate_json(opening.frozen)
        found.append(Attempt(run_id, opening.night, opening.attempt, record, states))
    return sorted(found, key=lambda attempt: (attempt.night, attempt.number))


def open_attempt(tables: Tables, settings: Settings, night: date, *, again: bool, limit: int | None) -> Attempt:
    """The attempt to work on: the open one with its frozen record, or a new one.

    Raises:
        NightRefused: another night is open, this one is withdrawn, or its settings or models changed.
    """
    known = attempts(tables)
    current = newest(tables)
    mine = [attempt for attempt in known if attempt.night == night]
    latest = mine[-1] if mine else None
    standing = current.lineage if current else ()
    if latest and latest.run_id in standing:
        if again:
            raise NightRefused(f"{latest.run_id} is released; withdraw it first: lookback release rollback")
        return latest
    _refuse_out_of_order(known, current, night)
    if latest and not again:
        if latest.state == "released":
            raise NightRefused(f"{latest.run_id} was withdrawn. Run it again: lookback night --date {night} --again")
        return _unchanged(latest, settings)
    if latest and latest.state != "released":
        record(tables, latest, NIGHT_STEP, "abandoned", note="another attempt was asked for")
    return _begin(tables, settings, night, known=known, limit=limit)


def record(
    tables: Tables, attempt: Attempt, step: str, state: str, *, note: str | None = None, **columns: object
) -> None:
    """Write one row of `runs`, once."""
    row = dict.fromkeys(TABLES["runs"].names) | {
        "attempt": attempt.number,
        "step": step,
        "state": state,
        "settings_digest": attempt.frozen.settings_digest,
        "code_version": attempt.frozen.code_version,
        "note": note,
        "machine": machine.describe(),
        "at": datetime.now(UTC),
        "run_id": attempt.run_id,
        "night": attempt.night,
    }
    frame = tables.spark.createDataFrame([row | columns], tables.type_of("runs"))
    tables.append("runs", frame, f"{attempt.run_id}/{step}/{state}")


def code_version() -> str:
    """Version of the installed code."""
    try:
        return version("lookback")
    except PackageNotFoundError:
        return f"source, Python {platform.python_version()}"


def _begin(tables: Tables, settings: Settings, night: date, *, known: list[Attempt], limit: int | None) -> Attempt:
    """Freeze the inputs and open an attempt; what does not fit stops here, before anything is written."""
    current = newest(tables)
    lineage = current.lineage if current else ()
    earlier = [attempt.frozen for attempt in known if attempt.run_id in lineage]
    files = arrived(settings, earlier)
    with ThreadPoolExecutor(1) as pool:  # the tables are the JVM's work, the registry is ours
        models = pool.submit(Registry(settings).champions)
        tables.ensure(tuple(TABLES))
    contents = {name: tables.version(name) or 0 for name, table in TABLES.items() if table.scope == "content"}
    frozen = Frozen(
        parent=current.run_id if current else None,
        lineage=lineage,
        versions=(current.versions if current else {}) | contents,
        files=files,
        models=models.result(),
        settings_digest=settings.what.digest,
        slice_documents=settings.how.slices.documents,
        limit=limit,
        code_version=code_version(),
    )
    number = 1 + max((attempt.number for attempt in known if attempt.night == night), default=0)
    attempt = Attempt(f"{night}.{number}", night, number, frozen, {NIGHT_STEP: "opened"})
    record(tables, attempt, NIGHT_STEP, "opened", frozen=frozen.model_dump_json())
    return attempt


def _refuse_out_of_order(known: list[Attempt], current: Release | None, night: date) -> None:
    """Nights go in order: none may begin while an earlier one is open, or before one that is released."""
    last = {attempt.night: attempt for attempt in known}
    standing = current.lineage if current else ()
    for attempt in last.values():
        if attempt.night < night and attempt.state not in {"released", "abandoned"}:
            raise NightRefused(
                f"{night} cannot begin: {attempt.run_id} is open ({attempt.state}). Finish it first: "
                f"lookback night --date {attempt.night}, or lookback night --date {attempt.night} --again"
            )
        if attempt.night > night and attempt.run_id in standing:
            raise NightRefused(f"{night} cannot begin: {attempt.run_id} is released already, and nights go in order")


def _unchanged(attempt: Attempt, settings: Settings) -> Attempt:
    """Refuse a resume whose settings or code are not those that the attempt began with."""
    if settings.what.digest != attempt.frozen.settings_digest:
        raise NightRefused(
            f"{attempt.run_id} began with settings {attempt.frozen.settings_digest}, these are {settings.what.digest}. "
            f"Restore them, or begin anew: lookback night --date {attempt.night} --again"
        )
    if code_version() != attempt.frozen.code_version:
        raise NightRefused(
            f"{attempt.run_id} began with code {attempt.frozen.code_version}, this is {code_version()}. "
            f"Begin anew: lookback night --date {attempt.night} --again"
        )
    return attempt
