"""Attempts of nights: which is open, which may begin, and the record that every resume uses."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from pyspark.sql import Row

from conf.errors import BadModel, NightRefused
from conf.settings import Settings
from jobs import machine
from jobs.frozen import Frozen
from jobs.inspect_task import Models, inspect_task
from jobs.models.registry import Registry
from jobs.publishing import intact
from jobs.publishing.intact import recorded
from jobs.publishing.releases import Release, ever_published, publications, shown_now
from jobs.store import arrived
from jobs.tables import Tables
from jobs.upkeep.shape import refuse_other_shape
from jobs.upstream import take_feed
from schemas import TABLES
from udfs.parts import inspector_fingerprint

NIGHT_STEP = "night"
AHEAD = timedelta(days=1)  # somewhere it is tomorrow already


@dataclass(frozen=True)
class Attempt:
    """One attempt of one night, as the rows of `runs` tell it: its steps' states, the versions that they wrote."""

    run_id: str
    night: date
    number: int
    frozen: Frozen
    states: Mapping[str, str]
    writes: Mapping[str, int] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """Newest state of the whole attempt."""
        return self.states[NIGHT_STEP]

    def done(self, step: str) -> bool:
        """Whether a step was recorded as done."""
        return self.states.get(step) == "done"


@dataclass(frozen=True)
class Told:
    """What `releases` tells about runs.

    Attributes:
        newest: the release that readers see, if any.
        published: runs that were ever released, those withdrawn since among them.
    """

    newest: Release | None
    published: frozenset[str]

    @classmethod
    def by(cls, rows: list[Release]) -> "Told":
        """From every row of `releases`, oldest first."""
        return cls(shown_now(rows), ever_published(rows))

    @property
    def versions(self) -> Mapping[str, int]:
        """Table versions that readers see."""
        return self.newest.versions if self.newest else {}

    @property
    def parent(self) -> str | None:
        """The run that a night which begins now follows."""
        return self.newest.run_id if self.newest else None

    @property
    def standing(self) -> tuple[str, ...]:
        """Runs whose rows readers see, oldest first."""
        return self.newest.lineage if self.newest else ()

    def is_open(self, attempt: Attempt) -> bool:
        """Whether an attempt was neither released nor abandoned, whatever `runs` missed of it when a driver died."""
        return attempt.run_id not in self.published and attempt.state != "abandoned"


RANK = {"opened": 0, "failed": 1, "done": 2, "abandoned": 3, "released": 4}


def attempts(tables: Tables, *, leaving_out: Collection[str] = ()) -> list[Attempt]:
    """Every attempt, oldest first, but for the runs to leave out, whose records are not read."""
    by_run: dict[str, list[Row]] = {}
    for row in tables.read("runs").collect():
        if row.run_id not in leaving_out:
            by_run.setdefault(row.run_id, []).append(row)
    found = [_attempt(rows) for rows in by_run.values() if any(row.frozen is not None for row in rows)]
    return sorted(found, key=lambda attempt: (attempt.night, attempt.number))


def _attempt(rows: list[Row]) -> Attempt:
    """One attempt from its rows of `runs`."""
    opening = next(row for row in rows if row.frozen is not None)
    states = {row.step: row.state for row in sorted(rows, key=lambda row: RANK[row.state])}
    record, writes = Frozen.model_validate_json(opening.frozen), recorded(row.writes or {} for row in rows)
    return Attempt(opening.run_id, opening.night, opening.attempt, record, states, writes)


def open_attempt(tables: Tables, settings: Settings, night: date, *, again: bool, limit: int | None) -> Attempt:
    """The attempt to work on: the open one with its frozen record, or a new one.

    Raises:
        NightRefused: another night is open, this one is withdrawn or to come, or what it builds on or is made with
            changed.
        BadLake: files that it builds on are damaged, or another version wrote the lake.
    """
    known, told = _sound(tables)
    latest = _latest(known, night)
    if latest and not again:
        return _resumed(latest, settings, known, told)
    if latest and latest.run_id in told.standing:
        raise NightRefused(f"{latest.run_id} is released; withdraw it first: lookback release rollback")
    current = latest if latest and told.is_open(latest) else None
    _refuse_out_of_order(known, told, night, begun=current is not None)
    if latest is None:
        _refuse_to_come(night)
    attempt = _prepared(tables, settings, night, known=known, told=told, limit=limit)
    if current:
        record(tables, current, NIGHT_STEP, "abandoned", note="another attempt was asked for")
    record(tables, attempt, NIGHT_STEP, "opened", frozen=attempt.frozen.model_dump_json())
    return attempt


def begun_attempt(tables: Tables, settings: Settings, night: date) -> Attempt:
    """The attempt that an earlier step opened.

    Raises:
        NightRefused: none did, or it may not go on.
        BadLake: files that it builds on are damaged, or another version wrote the lake.
    """
    known, told = _sound(tables)
    latest = _latest(known, night)
    if latest is None:
        raise NightRefused(f"{night} has not begun. Its first step opens it: lookback run ingest --date {night}")
    return _resumed(latest, settings, known, told)


def record(
    tables: Tables, attempt: Attempt, step: str, state: str, *, note: str | None = None, **columns: object
) -> None:
    """Write one row of `runs`, once; each failure is one of its own."""
    at = datetime.now(UTC)
    row = dict.fromkeys(TABLES["runs"].names) | {
        "attempt": attempt.number,
        "step": step,
        "state": state,
        "settings_digest": attempt.frozen.settings_digest,
        "code_version": attempt.frozen.code_version,
        "note": note,
        "machine": machine.describe(),
        "at": at,
        "run_id": attempt.run_id,
        "night": attempt.night,
    }
    frame = tables.spark.createDataFrame([row | columns], tables.type_of("runs"))
    tables.append("runs", frame, f"{attempt.run_id}/{step}/{state}" + (f"/{at}" if state == "failed" else ""))


def _sound(tables: Tables) -> tuple[list[Attempt], Told]:
    """Every attempt and what `releases` tells, of a lake whose files are those that were written."""
    logs = intact.logs_of(tables.root)
    intact.refuse(intact.damaged_logs(logs))
    known = attempts(tables)
    told = Told.by(publications(tables))
    newest = recorded([*(attempt.writes for attempt in known), told.versions])
    intact.refuse(intact.damaged_logs(logs, newest) or intact.damaged_files(logs, told.versions))
    refuse_other_shape(tables)
    return known, told


def _latest(known: list[Attempt], night: date) -> Attempt | None:
    """The newest attempt of a night, but for one that was abandoned before its successor was written down."""
    mine = [attempt for attempt in known if attempt.night == night]
    return mine[-1] if mine and mine[-1].state != "abandoned" else None


def _resumed(latest: Attempt, settings: Settings, known: list[Attempt], told: Told) -> Attempt:
    """The newest attempt of a night, if it may go on or is released."""
    if latest.run_id in told.standing:
        return latest
    if latest.run_id in told.published:
        raise NightRefused(f"{latest.run_id} was withdrawn. Run it again: lookback night --date {latest.night} --again")
    _refuse_out_of_order(known, told, latest.night, begun=True)
    return unchanged(latest, settings, told)


def _refuse_to_come(night: date) -> None:
    """A night that lies ahead is a slip, and once begun it would stand in the way of every real one."""
    today = datetime.now(UTC).date()
    if night > today + AHEAD:
        raise NightRefused(f"{night} lies ahead: today is {today} (UTC), and a night takes what has come. Mend --date")


def _prepared(
    tables: Tables, settings: Settings, night: date, *, known: list[Attempt], told: Told, limit: int | None
) -> Attempt:
    """A new attempt with its inputs frozen; what does not fit stops here, before anything is recorded."""
    earlier = [attempt.frozen for attempt in known if attempt.run_id in told.standing]
    (files, again), feed = arrived(settings, earlier), None
    if settings.how.places.feed is not None:
        feed, rows = take_feed(tables.spark, settings, earlier)
        files = files | {folder: (*files[folder], *new) for folder, new in rows.items()}
    with ThreadPoolExecutor(1) as pool:  # the tables are the JVM's work, the registry is ours
        champions = pool.submit(Registry(settings).champions)
        if not known:  # a lake with nights has its tables, or has been refused
            tables.ensure(tuple(TABLES))
    models = champions.result()
    contents = {name: tables.version(name) or 0 for name, table in TABLES.items() if table.scope == "content"}
    frozen = Frozen(
        parent=told.parent,
        lineage=told.standing,
        versions=dict(told.versions) | contents,
        files=files,
        models=models,
        settings_digest=settings.what.digest,
        slice_documents=settings.how.slices.documents,
        limit=limit,
        code_version=machine.code_version(),
        first=settings.what.order.first,
        inspector=_inspector(settings, models),
        champions=tuple(sorted({record.inspector for record in earlier if record.inspector})),
        feed=feed,
        again=again,
        settings=settings.what.model_dump(mode="json"),
    )
    number = 1 + max((attempt.number for attempt in known if attempt.night == night), default=0)
    return Attempt(f"{night}.{number}", night, number, frozen, {NIGHT_STEP: "opened"})


def _refuse_out_of_order(known: list[Attempt], told: Told, night: date, *, begun: bool) -> None:
    """Nights go in order: one at a time is open, and none begins before one that is released.

    A later attempt that follows a release since withdrawn can never be released: it stands in nobody's way.
    """
    last = {attempt.night: attempt for attempt in known}
    for attempt in last.values():
        if attempt.night > night and attempt.run_id in told.standing:
            raise NightRefused(f"{night} cannot begin: {attempt.run_id} is released already, and nights go in order")
        later = attempt.night > night and not begun and attempt.frozen.parent == told.parent
        if told.is_open(attempt) and (attempt.night < night or later):
            raise NightRefused(
                f"{night} cannot begin: {attempt.run_id} is open ({attempt.state}). Finish it first: "
                f"lookback night --date {attempt.night}, or lookback night --date {attempt.night} --again"
            )


def unchanged(attempt: Attempt, settings: Settings, told: Told) -> Attempt:
    """The attempt, if it may go on.

    Raises:
        NightRefused: readers see another release, or settings, code or inspector are not those that it began with.
        BadModel: its inspector is gone.
    """
    frozen = attempt.frozen
    compared = [
        ("release", frozen.parent, told.parent),
        ("settings", frozen.settings_digest, settings.what.digest),
        ("code", frozen.code_version, machine.code_version()),
        ("order", frozen.first, settings.what.order.first),
    ]
    changed = frozen.changed(settings.what.model_dump(mode="json"))
    for what, then, now in compared:
        _refuse_other(attempt, what, then, now, changed if what == "settings" else ())
    if frozen.inspector is not None:
        _refuse_other(attempt, "inspector", frozen.inspector, _inspector(settings, frozen.models))
    return attempt


def _refuse_other(attempt: Attempt, what: str, then: str | None, now: str | None, names: Collection[str] = ()) -> None:
    if then != now:
        restore = "Restore them (--env, --set), or begin" if what == "settings" else "Begin"
        named = f" ({', '.join(names)})" if names else ""
        raise NightRefused(
            f"{attempt.run_id} began with {what} {then or 'none'}, now it is {now or 'none'}{named}. "
            f"{restore} anew: lookback night --date {attempt.night} --again"
        )


def _inspector(settings: Settings, models: Models) -> str:
    """Fingerprint of the champion inspector under these settings.

    Raises:
        BadModel: there is none, or its folder is gone.
    """
    task = inspect_task(settings, models)
    try:
        return inspector_fingerprint(task)
    except OSError as error:
        raise BadModel(f"{task.weights}: the inspector cannot be read: {error}") from error
