"""Runs a back-fill: slice by slice, each with the lease of its own, so that a night that waits goes first."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from conf.errors import BadModel, LeaseHeld
from conf.settings import Settings
from jobs.backfill.archive import Archive, frozen_now, readable, released
from jobs.backfill.records import Backfill, BackfillStatus, next_run_id, open_backfill, read_rows, statuses
from jobs.frozen import ChosenModel, Frozen
from jobs.inspect_task import inspect_task
from jobs.inspecting.content_rows import HeldAtHeads, observations
from jobs.inspecting.slices import Clock, Plan, answers_of, clock_of
from jobs.machine import code_version
from jobs.models.registry import Registry
from jobs.nights import Told, attempts
from jobs.pace import Deadline, reckoned, slice_documents, told_by
from jobs.publishing.releases import publications
from jobs.run import Progress, Run, silent
from jobs.session import open_session
from jobs.tables import Tables
from jobs.turns import turn
from jobs.upkeep.retention import keep_readable, oldest_read
from jobs.upkeep.shape import refuse_other_shape
from udfs.parts import inspector_fingerprint

LOG = logging.getLogger(__name__)
STEP = "backfill"


@dataclass(frozen=True)
class Ask:
    """What a caller wants of a back-fill.

    Attributes:
        version: of the inspector in the registry; null: the challenger.
        limit: contents at most, for a back-fill that begins now.
        until: seconds since the epoch by which the last slice should be done.
        progress: told how far it is.
    """

    version: str | None = None
    limit: int | None = None
    until: float | None = None
    progress: Progress = silent


def chosen_inspector(settings: Settings, version: str | None) -> ChosenModel:
    """The version named, else the challenger.

    Raises:
        BadModel: there is no such version, or no challenger.
    """
    registry = Registry(settings)
    if version is not None:
        return registry.chosen("inspector", version)
    challenger = registry.champions()["inspector"].get("challenger")
    if challenger is None:
        raise BadModel(
            "no inspector is challenger. Name a version of lookback model list with --version, or give one the role: "
            "lookback model promote inspector VERSION --as challenger"
        )
    return challenger


def run_backfill(settings: Settings, ask: Ask) -> BackfillStatus | None:
    """Go on with the inspector's open back-fill, or begin one; null where no content waits for that inspector.

    Raises:
        BadLake: nothing is released yet.
        LeaseHeld: another writer held the lake until the deadline, or an open night looks with the same inspector.
    """
    model = chosen_inspector(settings, ask.version)
    spark = open_session(settings)
    with turn(settings, spark, STEP, until=ask.until) as tables:
        backfill = _opened(settings, tables, model, ask.limit)
    if backfill is None:
        return None
    archive = Archive.of(backfill.run_id, backfill.night, backfill.frozen, settings, tables)
    waiting = archive.waiting().persist()
    plan = Plan.of(waiting, backfill.frozen.slice_documents)
    told = {row["slice"] for row in read_rows(tables) if (row["run_id"], row["state"]) == (backfill.run_id, "slice")}
    todo = [number for number in range(plan.slices) if number not in told]
    work = Work(backfill, archive, plan, HeldAtHeads(waiting))
    clock = _clock(ask, tables, plan)
    while todo and clock.allows(0):
        with turn(settings, spark, STEP, until=ask.until) as tables:
            if not clock.allows(0):  # the wait was long
                break
            work.do(tables, todo.pop(0))
            if not todo:
                backfill.write(tables, "done")
        clock.done += 1
        ask.progress(STEP, plan.documents * (plan.slices - len(todo)) // plan.slices, plan.documents)
    if len(told) == plan.slices:  # by a driver that ended before it told of the end
        with turn(settings, spark, STEP, until=ask.until) as tables:
            backfill.write(tables, "done")
    work.held.forget()
    waiting.unpersist()
    return status_of(tables, backfill.run_id)


def status_of(tables: Tables, run_id: str) -> BackfillStatus:
    """How far a back-fill is."""
    return next(found for found in statuses(read_rows(tables), datetime.now(UTC)) if found.run_id == run_id)


def _opened(settings: Settings, tables: Tables, model: ChosenModel, limit: int | None) -> Backfill | None:
    """The open back-fill with its record, or a new one over what waits now, also where that record is of no use."""
    inspector = inspector_fingerprint(inspect_task(settings, {"inspector": {"champion": model}}))
    refuse_other_shape(tables)
    rows = read_rows(tables)
    begun = open_backfill(rows, inspector, settings_digest=settings.what.digest, code=code_version())
    if begun is not None and readable(tables, begun.frozen):
        _keep(tables, settings, begun.frozen)
        return begun
    shown = released(tables)
    nights = told_by(tables, shown.lineage)
    slices = slice_documents(nights, _cores(tables.spark), settings.how.slices.documents)
    frozen = frozen_now(tables, settings, model, limit=limit, slices=slices)
    _keep(tables, settings, frozen)
    run_id = next_run_id(rows, inspector)
    contents = Archive.of(run_id, shown.night, frozen, settings, tables).waiting().count()
    if contents == 0:
        return None
    backfill = Backfill(run_id, shown.night, inspector, model.version, contents, frozen)
    backfill.write(tables, "opened", frozen=frozen.model_dump_json())
    return backfill


def _keep(tables: Tables, settings: Settings, frozen: Frozen) -> None:
    """Before anything is written: what readers and slices read stays readable, however old it has grown."""
    releases = settings.what.releases
    keep_readable(tables, oldest_read(tables, releases.keep, frozen.versions), releases.retention_days)


def _clock(ask: Ask, tables: Tables, plan: Plan) -> Clock:
    """Holds a back-fill to its time, at the pace of the last nights until a slice of its own has told."""
    if ask.until is None:
        return Clock(None)
    nights = told_by(tables, released(tables).lineage)
    return clock_of(Deadline(ask.until, reckoned(nights, _cores(tables.spark))), plan)


def _cores(spark: SparkSession) -> int:
    return int(spark.sparkContext.defaultParallelism)


def _digests(contents: DataFrame) -> list[str]:
    return sorted(row.sha256 for row in contents.select("sha256").collect())


@dataclass(frozen=True)
class Work:
    """The slices of a back-fill."""

    backfill: Backfill
    archive: Archive
    plan: Plan
    held: HeldAtHeads

    def do(self, tables: Tables, number: int) -> None:
        """Look at one slice and commit it once, the observations last; then tell of it."""
        self._refuse_same_inspector(tables)
        run, name = replace(self.archive.run, tables=tables), str(number)
        contents = self.plan.slice(number).persist()
        size, seconds = contents.count(), None
        if tables.recorded("observations", run.transaction(name)):  # by a driver that ended before it told of it
            refused = _digests(self._unseen(tables, contents))
        else:
            began = time.monotonic()
            # A night that was begun since with this inspector has looked at some of them.
            with self._looked(self._unseen(tables, contents), run) as answers:
                seen = answers.where(F.col("status") == "seen")
                refused = _digests(answers.where(F.col("status") == "rejected"))
                run.write_all(self.held.at(tables).of(seen), slice_name=name)
                self.held.written(tables)
                run.write("observations", observations(seen), slice_name=name)
            seconds = time.monotonic() - began
        contents.unpersist()
        row = {"contents": size, "refused": len(refused), "refused_contents": refused, "seconds": seconds}
        self.backfill.write(tables, "slice", number=number, **row)
        LOG.info("%s: slice %d of %d, %d contents", self.backfill.run_id, number + 1, self.plan.slices, size)

    def _unseen(self, tables: Tables, contents: DataFrame) -> DataFrame:
        """Those of these contents that this inspector has no observation of."""
        mine = tables.read("observations").where(F.col("inspector") == self.backfill.inspector)
        return contents.join(mine.select("sha256"), "sha256", "left_anti")

    @contextmanager
    def _looked(self, contents: DataFrame, run: Run) -> Iterator[DataFrame]:
        """Answers of the inspector: what may be copied is, the rest is looked at."""
        observed, plan = run.before("observations"), self.archive.copying
        if plan is None:
            kept = [answers_of(contents, self.archive.task, run)]
            answers = kept[0]
        else:
            source = observed.where(F.col("inspector") == plan.source).select("sha256")
            kept = [answers_of(contents.join(source, "sha256", "left_semi"), plan.task, run)]
            answers = plan.whole(kept[0], observed)
            rest = contents.join(source, "sha256", "left_anti")
            if not rest.isEmpty():
                kept.append(answers_of(rest, self.archive.task, run))
                answers = answers.unionByName(kept[1])
        yield answers
        for frame in kept:
            frame.unpersist()

    def _refuse_same_inspector(self, tables: Tables) -> None:
        """A night that is open with this inspector looks at the archive itself, from its own record."""
        told = Told.by(publications(tables))
        for attempt in attempts(tables, leaving_out=told.published):
            if told.is_open(attempt) and attempt.frozen.inspector == self.backfill.inspector:
                raise LeaseHeld(
                    f"{attempt.run_id} is open and looks with this inspector itself. Finish it first: "
                    f"lookback night --date {attempt.night}"
                )
