"""Commands that run nights: night, run."""

import logging
from datetime import UTC, datetime
from typing import Annotated

import typer

from conf.errors import NightRefused
from conf.settings import Settings
from jobs.cli.app import app
from jobs.cli.context import given
from jobs.cli.output import CONSOLE
from jobs.cli.progress import NightProgress
from jobs.clock import next_shown
from jobs.pipeline import PIPELINE, step_named

Night = Annotated[datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="Logical date of the night.")]
UNTIL = "Release by this local time, as in 06:00 or 2026-03-02T06:00; what does not fit waits."
Until = Annotated[str | None, typer.Option(help=UNTIL)]
Limit = Annotated[int | None, typer.Option(min=1, help="Inspect at most so many contents; the rest waits.")]
Again = Annotated[bool, typer.Option("--again", help="A new attempt for a failed or withdrawn night.")]


@app.command()
def night(
    context: typer.Context,
    on: Night,
    *,
    until: Until = None,
    limit: Limit = None,
    again: Again = False,
) -> None:
    """Run every step of a night and release it; run again, it resumes or changes nothing."""
    from jobs.night import Ask, run_night

    settings = given(context).settings()
    with NightProgress(str(on.date())) as progress:
        ask = Ask(on.date(), again=again, limit=limit, until=seconds_of(until), progress=progress)
        run_id = run_night(settings, ask)
    print_night(settings, run_id)


@app.command()
def run(
    context: typer.Context,
    step: Annotated[str, typer.Argument(help=", ".join(step.name for step in PIPELINE))],
    on: Night,
    *,
    until: Until = None,
    limit: Limit = None,
    again: Again = False,
) -> None:
    """Run one step of a night, as a scheduler does; done already, it changes nothing."""
    from jobs.night import Ask, run_step

    try:
        chosen = step_named(step)
    except KeyError as error:
        raise NightRefused(str(error.args[0])) from error
    settings = given(context).settings()
    logging.getLogger("jobs.night").setLevel(logging.INFO)  # a scheduler's log shall tell how the step went
    with NightProgress(str(on.date())) as progress:
        ask = Ask(on.date(), again=again, limit=limit, until=seconds_of(until), progress=progress)
        run_id = run_step(settings, ask, chosen)
    CONSOLE.print(f"{run_id} {step} done", markup=False)


def seconds_of(until: str | None) -> float | None:
    """Seconds since the epoch of an instant, or of the next time that the clock shows HH:MM; null without one."""
    if until is None:
        return None
    try:
        when = datetime.fromisoformat(until) if "T" in until else next_shown(until, datetime.now(UTC))
    except ValueError as error:
        raise NightRefused(f"--until {until}: write it as HH:MM, such as 06:00, or as 2026-03-02T06:00") from error
    return when.timestamp()


def print_night(settings: Settings, run_id: str) -> None:
    """What a released night took in, and whether the system of record agrees."""
    from jobs.cli.context import open_release
    from jobs.stories.released import SparkReleased
    from jobs.stories.totals import totals_told

    tables, _ = open_release(settings)
    rows = tables.spark.table("coverage").where("detector = 'manifest'").orderBy("night").collect()
    counts = next(row for row in rows if row.run_id == run_id)
    new = counts.manifest_rows - sum(row.manifest_rows for row in rows[: rows.index(counts)][-1:])
    lines = [
        f"Night {run_id} released: {new:,} new documents, {counts.scored:,} scored in the lake, "
        f"{counts.rejected:,} rejected, {counts.duplicate:,} duplicate, {counts.pending:,} pending.",
        *totals_told(SparkReleased(tables.spark), run_id),
    ]
    for line in lines:
        CONSOLE.print(line, markup=False)
