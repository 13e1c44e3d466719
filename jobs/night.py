"""A whole night: every step in order, each recorded, the night released at the end."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from conf.errors import BadLake, JobError, NightRefused
from conf.settings import Settings
from jobs.fault_points import reached
from jobs.lease import Lease
from jobs.nights import NIGHT_STEP, Attempt, begun_attempt, open_attempt, record
from jobs.pace import Deadline, deadline, slice_documents, told_by
from jobs.pipeline import PIPELINE, Step, edges
from jobs.publishing.releases import newest
from jobs.run import Progress, Run, silent
from jobs.session import open_session
from jobs.spark_errors import SPARK_ERRORS, told_by_worker, told_of_damage
from jobs.step_ends import told
from jobs.steps import cluster, ingest, inspection, link, monitor, profiles, release, score
from jobs.tables import Tables
from jobs.upkeep.retention import keep_readable, oldest_read

LOG = logging.getLogger(__name__)

MAINS: dict[str, Callable[[Run], None]] = {
    "ingest": ingest.main,
    "inspect": inspection.main,
    "link": link.main,
    "cluster": cluster.main,
    "score": score.main,
    "profile": profiles.main,
    "monitor": monitor.main,
    "release": release.main,
}


@dataclass(frozen=True)
class Ask:
    """What a caller wants of a night.

    Attributes:
        night: its logical date.
        again: open a new attempt for a night that failed or was withdrawn.
        limit: contents inspected at most.
        until: seconds since the epoch by which the night should be released.
        progress: told how far each step is.
    """

    night: date
    again: bool = False
    limit: int | None = None
    until: float | None = None
    progress: Progress = silent


def run_night(settings: Settings, ask: Ask) -> str:
    """Run every step that is not done yet, and release; gives the run's id.

    Raises:
        JobError: with what to do; what was committed stays.
    """
    return _run(settings, ask, PIPELINE)


def run_step(settings: Settings, ask: Ask, step: Step) -> str:
    """Run one step, as a scheduler does; the ones that it reads from must be done.

    Raises:
        NightRefused: an earlier step is not done.
    """
    return _run(settings, ask, (step,))


def _run(settings: Settings, ask: Ask, steps: tuple[Step, ...]) -> str:
    if "://" not in settings.lake and not Path(settings.lake).is_dir():
        raise BadLake(f"{settings.lake}: there is no such folder. Name a lake with --lake, or make one: lookback demo")
    _ = settings.models  # asked first: where no place of models is named, no store need be proven to say so
    with Lease(settings.tables, f"night {ask.night}", settings.how.lease) as lease:
        spark = open_session(settings)
        tables = Tables(spark, settings.tables, retention_days=settings.what.releases.retention_days, lease=lease)
        settings, by = in_time(tables, settings, ask.until)
        attempt = _opened(tables, settings, ask, steps)
        done = {step.name for step in PIPELINE if attempt.done(step.name)}
        for step in steps:
            if step.name in done:
                continue
            missing = [earlier for earlier, later in edges(PIPELINE) if later == step.name and earlier not in done]
            if missing:
                raise NightRefused(
                    f"{attempt.run_id}: {step.name} needs {', '.join(missing)} first: "
                    f"lookback run {missing[0]} --date {ask.night}"
                )
            _run_step(Run(attempt.run_id, ask.night, step, settings, attempt.frozen, tables, ask.progress, by), attempt)
            done.add(step.name)
        if PIPELINE[-1].name in done and attempt.state != "released":
            reached("before_released")
            record(tables, attempt, NIGHT_STEP, "released")
        return attempt.run_id


def _opened(tables: Tables, settings: Settings, ask: Ask, steps: tuple[Step, ...]) -> Attempt:
    """The attempt to work on; whoever asks for a later step alone opens none."""
    first, releases = PIPELINE[0], settings.what.releases
    if first in steps:
        attempt = open_attempt(tables, settings, ask.night, again=ask.again, limit=ask.limit)
    elif ask.again:
        raise NightRefused(
            f"--again begins a night anew, as its first step alone does: lookback run {first.name} --date {ask.night} "
            "--again"
        )
    else:
        attempt = begun_attempt(tables, settings, ask.night)
    if attempt.state != "released":
        read = attempt.frozen.versions
        kept = oldest_read(tables, releases.keep, read) if first in steps else read
        keep_readable(tables, kept, releases.retention_days)
        _warn_of_limit(attempt, ask)
    return attempt


def _warn_of_limit(attempt: Attempt, ask: Ask) -> None:
    """A limit is frozen with the night: who resumes it with another is told that it changes nothing."""
    begun = attempt.frozen.limit
    if ask.limit not in {None, begun}:
        kept = "no limit" if begun is None else f"--limit {begun}"
        LOG.warning(
            "%s goes on as it began, with %s. For --limit %d begin it anew, with --again",
            *(attempt.run_id, kept, ask.limit),
        )


def in_time(tables: Tables, settings: Settings, until: float | None) -> tuple[Settings, Deadline | None]:
    """Settings whose slices are small enough for a night that begins now, and by when inspect should be done."""
    if until is None:
        return settings, None
    shown = newest(tables)
    nights = told_by(tables, shown.lineage if shown else ())
    slices, cores = settings.how.slices, tables.spark.sparkContext.defaultParallelism
    documents = slice_documents(nights, cores, slices.documents)
    how = settings.how.model_copy(update={"slices": slices.model_copy(update={"documents": documents})})
    return settings.model_copy(update={"how": how}), deadline(nights, until, cores)


def _run_step(run: Run, attempt: Attempt) -> None:
    """Run one step and record it; a final failure is recorded too."""
    began = time.monotonic()
    run.progress(run.step.name, 0, 0)
    try:
        _main(run)
    except JobError as error:
        if not error.retry:
            record(run.tables, attempt, NIGHT_STEP, "failed", note=f"{run.step.name}: {error}")
        raise
    seconds = time.monotonic() - began
    record(
        run.tables,
        attempt,
        run.step.name,
        "done",
        reads=dict(sorted(run.read_versions.items())),
        writes={name: run.tables.version(name) or 0 for name in sorted(run.step.writes)},
        seconds=seconds,
        stages=dict(sorted(run.stages.items())) or None,
        contents=run.contents,
    )
    run.progress(run.step.name, 1, 1)
    if LOG.isEnabledFor(logging.INFO):
        LOG.info("%s", told(run, seconds))


def _main(run: Run) -> None:
    """The step's own work; what a worker raised for a person reaches that person as it was raised."""
    try:
        MAINS[run.step.name](run)
    except SPARK_ERRORS as error:
        plain = told_by_worker(error) or told_of_damage(error)
        if plain is None:
            raise
        raise plain from error
