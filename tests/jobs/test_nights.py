"""Which night may begin, which resumes, and what each refusal says; no Spark, the two tables are lists of rows."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from conf.errors import BadLake, BadManifest, BadSettings, NightRefused
from conf.settings import Settings
from jobs import night as night_module
from jobs import nights
from jobs.models.folders import shipped_models
from jobs.night import Ask, run_night, run_step
from jobs.nights import Attempt, attempts, open_attempt, record
from jobs.pipeline import PIPELINE, step_named
from jobs.publishing import rollback
from jobs.publishing.releases import live, publications, states
from jobs.run import Run
from jobs.spark_errors import told_by_worker
from jobs.steps import release

if TYPE_CHECKING:
    from jobs.tables import Tables

DAYS = tuple(date(2026, 3, day) for day in (1, 2, 3, 4))
MANIFEST = "doc_id,account_id,uri,side,submitted_at\nD1,A1,images/a.jpg,front,2026-01-01T00:00:00Z\n"


def frame_of(rows: list[SimpleNamespace]) -> SimpleNamespace:
    """What a frame of these tables is asked for."""
    order = {"orderBy": lambda column: frame_of(sorted(rows, key=lambda row: getattr(row, column)))}
    return SimpleNamespace(rows=rows, collect=lambda: rows, **order)


@dataclass
class FakeTables:
    """Tables whose transactions land once."""

    root: str = ""
    held: dict[str, dict[str, list[SimpleNamespace]]] = field(default_factory=dict)

    @property
    def spark(self) -> SimpleNamespace:
        return SimpleNamespace(createDataFrame=lambda rows, _declared: [SimpleNamespace(**row) for row in rows])

    def type_of(self, _name: str) -> None: ...

    def ensure(self, _names: tuple[str, ...]) -> None: ...

    def version(self, name: str) -> int:
        return len(self.held.get(name, {}))

    def read(self, name: str) -> SimpleNamespace:
        return frame_of([row for rows in self.held.get(name, {}).values() for row in rows])

    def append(self, name: str, frame: list[SimpleNamespace], transaction: str) -> None:
        self.held.setdefault(name, {}).setdefault(transaction, frame)

    def publish(self, attempt: Attempt) -> None:
        lineage = (*attempt.frozen.lineage, attempt.run_id)
        self._release("published", attempt.run_id, attempt.frozen.parent, lineage)

    def withdraw(self) -> None:
        rows = self.read("releases").rows
        published = {row.release: row for row in rows if row.event == "published"}
        parent = published.get(published[rows[-1].release].parent)
        if parent:
            self._release("withdrawn", parent.release, parent.parent, parent.lineage)
        else:
            self._release("withdrawn", "", None, ())

    def _release(self, event: str, run_id: str, parent: str | None, lineage: tuple[str, ...]) -> None:
        sequence = self.version("releases") + 1
        row = SimpleNamespace(sequence=sequence, event=event, release=run_id, parent=parent, lineage=lineage)
        row.versions = {"scores": sequence} if run_id else {}
        row.rows, row.digests, row.night, row.published_at = {}, {}, DAYS[0], datetime.now(UTC)
        self.append("releases", [row], str(sequence))


@dataclass
class House:
    """One lake and its attempts."""

    settings: Settings
    fake: FakeTables = field(default_factory=FakeTables)

    @property
    def tables(self) -> "Tables":
        return cast("Tables", self.fake)

    def open(self, night: date, *, again: bool = False) -> Attempt:
        return open_attempt(self.tables, self.settings, night, again=again, limit=None)

    def finish(self, attempt: Attempt) -> None:
        self.fake.publish(attempt)
        record(self.tables, attempt, "night", "released")

    def states(self) -> dict[str, str]:
        return {attempt.run_id: attempt.state for attempt in attempts(self.tables)}


@pytest.fixture
def house(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(nights.intact, "damaged_logs", lambda *_: [])
    monkeypatch.setattr(nights.intact, "damaged_files", lambda *_: [])
    monkeypatch.setattr(nights, "refuse_other_shape", lambda _tables: None)
    monkeypatch.setattr(nights, "Registry", lambda _settings: SimpleNamespace(champions=shipped_models))
    Path(settings.lake, "manifests", "first.csv").write_text(MANIFEST)
    return House(settings)


def test_a_night_resumes_with_its_frozen_record_and_is_not_begun_twice(house: House) -> None:
    begun = house.open(DAYS[0])
    assert house.open(DAYS[0]) == begun
    house.finish(begun)
    before = house.fake.version("runs")
    assert house.open(DAYS[0]).run_id == "2026-03-01.1"
    assert house.fake.version("runs") == before
    assert house.open(DAYS[1]).frozen.lineage == ("2026-03-01.1",)


def test_a_published_night_that_runs_never_heard_of_locks_nothing(house: House) -> None:
    house.fake.publish(house.open(DAYS[0]))
    assert house.states() == {"2026-03-01.1": "opened"}
    assert house.open(DAYS[0]).run_id == "2026-03-01.1"
    assert house.open(DAYS[1]).frozen.parent == "2026-03-01.1"


def test_and_withdrawn_it_is_not_taken_for_an_open_one(house: House) -> None:
    house.fake.publish(house.open(DAYS[0]))
    house.fake.withdraw()
    with pytest.raises(NightRefused, match=r"2026-03-01\.1 was withdrawn"):
        house.open(DAYS[0])
    assert house.open(DAYS[0], again=True).run_id == "2026-03-01.2"


def test_what_a_live_release_or_a_night_that_may_go_on_reads_is_kept(house: House) -> None:
    from jobs.upkeep.retention import oldest_read

    house.open(DAYS[0])
    assert oldest_read(house.tables, 14)["observations"] == 0
    house.fake.append("observations", [], "slice")
    house.finish(house.open(DAYS[0]))
    house.finish(house.open(DAYS[1]))
    assert [oldest_read(house.tables, keep) for keep in (2, 1)] == [{"scores": 1}, {"scores": 2}]
    house.open(DAYS[2])
    assert (oldest_read(house.tables, 1)["scores"], oldest_read(house.tables, 1)["observations"]) == (2, 1)
    house.fake.withdraw()
    assert oldest_read(house.tables, 1) == {"scores": 1}  # that night can only begin anew


def test_a_release_whose_log_was_removed_by_age_is_not_live_again_where_more_are_to_be_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.upkeep import maintenance, retention

    for day in DAYS[:3]:
        house.finish(house.open(day))
    rows, oldest = publications(house.tables), {"scores": 2}
    monkeypatch.setattr(retention, "oldest_of", lambda _root: oldest)
    assert retention.oldest_read(house.tables, 90) == {"scores": 2}
    assert retention.oldest_read(house.tables, 90, {"scores": 1, "links": 7}) == {"scores": 2, "links": 7}
    told = [("2026-03-03.1", "live"), ("2026-03-02.1", "live"), ("2026-03-01.1", "retired")]
    assert [(release.run_id, state) for release, state in states(rows, 90, oldest)] == told
    assert [release.run_id for release in live(rows, 90, {"scores": 9})] == ["2026-03-03.1"]  # damaged, not retired

    head = {"version": 3, "files": 1, "size": 9, "retention_days": 60, "is_clustered": False}
    scores = SimpleNamespace(**head, committed=lambda version: 1_000.0 * version if version >= 2 else None)
    monkeypatch.setattr(FakeTables, "heads", lambda *_: {"scores": scores}, raising=False)
    assert maintenance.table_states(house.tables, 90, 10_000.0)["scores"].age == 8_000


def test_an_open_night_is_not_resumed_over_another_release(house: House) -> None:
    for day in DAYS[:2]:
        house.finish(house.open(day))
    house.open(DAYS[2])
    house.fake.withdraw()
    with pytest.raises(NightRefused, match=r"began with release 2026-03-02\.1, now it is 2026-03-01\.1.*--again"):
        house.open(DAYS[2])
    anew = house.open(DAYS[2], again=True)
    assert (anew.run_id, anew.frozen.lineage) == ("2026-03-03.2", ("2026-03-01.1",))


def test_a_withdrawn_night_runs_again_although_a_later_one_was_open(house: House) -> None:
    house.finish(house.open(DAYS[0]))
    house.open(DAYS[1])
    house.fake.withdraw()
    house.finish(house.open(DAYS[0], again=True))
    with pytest.raises(NightRefused, match="--again"):
        house.open(DAYS[1])
    assert house.open(DAYS[1], again=True).frozen.parent == "2026-03-01.2"


def test_no_night_begins_while_an_earlier_or_a_later_one_is_open(house: House) -> None:
    house.open(DAYS[1])
    for other in (DAYS[0], DAYS[2]):
        with pytest.raises(NightRefused, match=r"2026-03-02\.1 is open \(opened\)"):
            house.open(other)
    house.finish(house.open(DAYS[1]))
    with pytest.raises(NightRefused, match="nights go in order"):
        house.open(DAYS[0])
    assert house.open(DAYS[2]).run_id == "2026-03-03.1"


def test_a_failing_beginning_abandons_nothing(house: House) -> None:
    house.open(DAYS[0])
    bad = Path(house.settings.lake, "manifests", "bad.csv")
    bad.write_text("nothing,of,the,contract\n1,2,3,4\n")
    with pytest.raises(BadManifest):
        house.open(DAYS[0], again=True)
    assert house.states() == {"2026-03-01.1": "opened"}
    bad.unlink()
    assert house.open(DAYS[0], again=True).number == 2
    assert house.states() == {"2026-03-01.1": "abandoned", "2026-03-01.2": "opened"}


def test_an_abandoned_attempt_is_never_resumed(house: House) -> None:
    record(house.tables, house.open(DAYS[0]), "night", "abandoned")
    assert house.open(DAYS[0]).run_id == "2026-03-01.2"


def test_a_night_ahead_is_refused_if_not_begun(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    today = datetime.now(UTC).date()
    with pytest.raises(NightRefused, match=rf"lies ahead: today is {today} \(UTC\).*Mend --date"):
        house.open(today + timedelta(days=2))
    assert house.open(today + timedelta(days=1)).number == 1
    monkeypatch.setattr(nights, "AHEAD", timedelta(days=-1))
    assert house.open(today + timedelta(days=1)).number == 1


@pytest.mark.fault("F27")
def test_another_inspector_cannot_resume_but_one_not_recorded_is_not_compared(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = house.open(DAYS[0])
    assert begun.frozen.inspector is not None
    monkeypatch.setattr(nights, "inspector_fingerprint", lambda _task: "0123456789abcdef")
    with pytest.raises(NightRefused, match="now it is 0123456789abcdef"):
        house.open(DAYS[0])
    rows = house.fake.read("runs").rows
    rows[0].frozen = begun.frozen.model_dump_json(exclude={"inspector"})
    assert house.open(DAYS[0]).run_id == begun.run_id


@pytest.mark.fault("F27")
def test_other_settings_or_other_code_cannot_resume(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.open(DAYS[0])
    drawn = house.settings
    link = drawn.what.link.model_copy(update={"neighbours": 3})
    house.settings = drawn.model_copy(update={"what": drawn.what.model_copy(update={"link": link})})
    told = rf"with settings {drawn.what.digest}, now it is \w+ \(link\.neighbours\)\. Restore them \(--env, --set\), or"
    with pytest.raises(NightRefused, match=told):
        house.open(DAYS[0])
    house.settings = drawn
    monkeypatch.setattr(nights.machine, "code_version", lambda: "99.0")
    with pytest.raises(NightRefused, match=r"began with code .*, now it is 99\.0\. Begin anew"):
        house.open(DAYS[0])
    monkeypatch.undo()


@pytest.fixture
def driven(house: House, monkeypatch: pytest.MonkeyPatch) -> House:
    """A house whose nights run, with steps that only publish."""

    def work(run: Run) -> None:
        if run.step.name == "release":
            house.fake.publish(next(found for found in attempts(house.tables) if found.run_id == run.run_id))

    monkeypatch.setattr(night_module, "open_session", lambda _settings: None)
    monkeypatch.setattr(night_module, "Tables", lambda *_, **__: house.fake)
    monkeypatch.setattr(night_module, "keep_readable", lambda *_: None)
    monkeypatch.setattr(night_module, "MAINS", dict.fromkeys([step.name for step in PIPELINE], work))
    return house


def test_a_resume_records_the_release_that_a_dying_driver_could_not(driven: House) -> None:
    begun = driven.open(DAYS[0])
    for step in PIPELINE:
        record(driven.tables, begun, step.name, "done")
    driven.fake.publish(begun)
    assert run_night(driven.settings, Ask(DAYS[0])) == begun.run_id
    assert driven.states() == {begun.run_id: "released"}
    versions = {name: driven.fake.version(name) for name in driven.fake.held}
    run_night(driven.settings, Ask(DAYS[0]))
    assert {name: driven.fake.version(name) for name in driven.fake.held} == versions
    assert run_night(driven.settings, Ask(DAYS[1])) == "2026-03-02.1"
    assert driven.states()["2026-03-02.1"] == "released"


def test_a_night_whose_release_was_not_recorded_is_finished_when_a_later_one_stands_on_it(
    driven: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = driven.open(DAYS[0])
    for step in PIPELINE[:-1]:
        record(driven.tables, first, step.name, "done")
    driven.fake.publish(first)
    driven.finish(driven.open(DAYS[1]))

    def publish(run: Run) -> None:
        release.refuse_other_parent(run, publications(run.tables))

    monkeypatch.setitem(night_module.MAINS, "release", publish)
    assert run_night(driven.settings, Ask(DAYS[0])) == first.run_id
    assert driven.states() == {"2026-03-01.1": "released", "2026-03-02.1": "released"}


def test_each_failure_is_told(driven: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for cause in ("no room", "no such model"):

        def fail(_run: Run, cause: str = cause) -> None:
            raise BadLake(cause)

        monkeypatch.setitem(night_module.MAINS, "score", fail)
        with pytest.raises(BadLake):
            run_night(driven.settings, Ask(DAYS[0]))
    failed = [row for row in driven.fake.read("runs").rows if row.state == "failed"]
    assert [row.note for row in failed] == ["score: no room", "score: no such model"]


def test_a_later_step_opens_no_night(driven: House) -> None:
    score = step_named("score")
    with pytest.raises(NightRefused, match=r"2026-03-01 has not begun.*lookback run ingest"):
        run_step(driven.settings, Ask(DAYS[0]), score)
    assert driven.states() == {}
    run_step(driven.settings, Ask(DAYS[0]), PIPELINE[0])
    for again, told in ((False, "score needs inspect, link, cluster first"), (True, "--again begins a night anew")):
        with pytest.raises(NightRefused, match=told):
            run_step(driven.settings, Ask(DAYS[0], again=again), score)
    assert driven.states() == {"2026-03-01.1": "opened"}
    for step in PIPELINE[1:]:
        run_step(driven.settings, Ask(DAYS[0]), step)
    assert driven.states() == {"2026-03-01.1": "released"}


def test_a_step_of_a_begun_night_keeps_what_it_reads_as_the_first_one_does(
    driven: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[dict[str, int]] = []
    monkeypatch.setattr(night_module, "keep_readable", lambda _tables, versions, _days: kept.append(versions))
    for step in PIPELINE[:2]:
        run_step(driven.settings, Ask(DAYS[0]), step)
    assert kept == [attempts(driven.tables)[0].frozen.versions] * 2


def test_a_night_keeps_what_older_live_releases_read_before_it_writes(
    driven: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in DAYS[:2]:
        driven.finish(driven.open(day))
    kept: list[dict[str, int]] = []
    monkeypatch.setattr(night_module, "keep_readable", lambda _tables, versions, _days: kept.append(versions))
    run_step(driven.settings, Ask(DAYS[2]), PIPELINE[0])
    assert [row.versions["scores"] for row in publications(driven.tables)] == [1, 2]
    assert kept[0]["scores"] == 1


def test_another_limit_than_the_night_began_with_is_told_to_do_nothing(
    driven: House, caplog: pytest.LogCaptureFixture
) -> None:
    for step, limit in zip(PIPELINE, (5, None, 5, 7), strict=False):
        assert not caplog.records
        run_step(driven.settings, Ask(DAYS[0], limit=limit), step)
    assert caplog.messages == [
        "2026-03-01.1 goes on as it began, with --limit 5. For --limit 7 begin it anew, with --again"
    ]


def test_a_release_that_nobody_agreed_to_withdraw_is_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "Tables", lambda *_, **__: house.fake)
    spark = house.fake.spark
    for day in DAYS[:2]:
        house.finish(house.open(day))
    with pytest.raises(NightRefused, match=r"2026-03-01\.1 was not withdrawn: 2026-03-02\.1 is the newest release now"):
        rollback.withdraw(house.settings, spark, "2026-03-01.1")
    rollback.withdraw(house.settings, spark, "2026-03-02.1")
    assert publications(house.tables)[-1].run_id == "2026-03-01.1"
    rollback.withdraw(house.settings, spark, "2026-03-01.1")
    with pytest.raises(NightRefused, match="nothing is released now"):
        rollback.withdraw(house.settings, spark, "2026-03-01.1")


def test_a_workers_error_reaches_the_person_as_it_was_raised(driven: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark.errors import PythonException

    trace = (
        "\n  An exception was thrown from the Python worker. Please see the stack trace below.\n"
        'Traceback (most recent call last):\n  File "reading.py", line 37, in _frozen\n    raise BadManifest(\n'
        "conf.errors.BadManifest: a.csv: was changed after the night took it in.\n"
    )

    def fail(_run: Run) -> None:
        raise PythonException(trace)

    monkeypatch.setitem(night_module.MAINS, "ingest", fail)
    with pytest.raises(BadManifest, match=r"^a\.csv: was changed after the night took it in\.$"):
        run_night(driven.settings, Ask(DAYS[0]))
    assert driven.states() == {"2026-03-01.1": "failed"}
    assert told_by_worker(PythonException("Traceback\nValueError: conf.errors")) is None


def test_a_lake_that_is_not_there_is_neither_made_nor_asked_of_a_jvm(tmp_path: Path) -> None:
    missing = Settings.model_validate({"how": {"places": {"lake": str(tmp_path / "typo")}}})
    with pytest.raises(BadLake, match="there is no such folder"):
        run_night(missing, Ask(DAYS[0]))
    assert not (tmp_path / "typo").exists()
    with pytest.raises(BadSettings, match="no lake is named"):
        run_night(Settings(), Ask(DAYS[0]))


def test_release_refuses_a_night_whose_parent_readers_no_longer_see(house: House) -> None:
    house.finish(house.open(DAYS[0]))
    late = house.open(DAYS[1])
    house.fake.withdraw()
    with pytest.raises(NightRefused, match=r"builds on release 2026-03-01\.1, readers see none now.*--again"):
        release.main(Run(late.run_id, DAYS[1], PIPELINE[-1], house.settings, late.frozen, house.tables))
