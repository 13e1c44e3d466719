"""Commands about back-fills: plan, run, status."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from conf.errors import BadModel
from conf.wording import count, duration
from jobs.cli.app import app
from jobs.cli.context import given, has_table, open_tables
from jobs.cli.nights import Until, seconds_of
from jobs.cli.output import CONSOLE, print_json
from jobs.cli.pages import Line, columns, print_page
from jobs.cli.progress import NightProgress

if TYPE_CHECKING:
    from jobs.backfill.forecast import Forecast
    from jobs.backfill.records import BackfillStatus

Version = Annotated[str | None, typer.Option(help="As lookback model list shows it; none: the challenger.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Look at so many contents at most.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]
SCORER = (
    "Nothing to do ahead for a scorer: each night scores the whole archive again from stored observations. "
    "Give it the role: lookback model promote scorer VERSION --as champion"
)

backfill = typer.Typer(help="A new inspector's look at the archive ahead of its promotion.")
app.add_typer(backfill, name="backfill")


@backfill.command()
def plan(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="inspector or scorer.")] = "inspector",
    *,
    version: Version = None,
    limit: Limit = None,
    hours: Annotated[float, typer.Option(min=0.1, help="Hours a night that it may take.")] = 6.0,
    json: Json = False,
) -> None:
    """What a back-fill would look at, copy and cost; writes nothing."""
    from jobs.backfill.forecast import forecast

    settings = given(context).settings()
    if name == "scorer":
        CONSOLE.print(SCORER, markup=False, soft_wrap=True)
        return
    if name != "inspector":
        raise BadModel(f"{name!r} is no model of a back-fill; give inspector or scorer")
    found = forecast(settings, version, limit)
    if json:
        print_json(asdict(found) | {"nights": found.nights(hours)})
    else:
        print_page(forecast_page(found, hours))


@backfill.command()
def run(context: typer.Context, *, version: Version = None, until: Until = None, limit: Limit = None) -> None:
    """Go on with the inspector's back-fill, or begin one; a night that waits goes first."""
    from jobs.backfill.running import Ask, run_backfill

    settings = given(context).settings()
    with NightProgress("backfill") as progress:
        found = run_backfill(settings, Ask(version, limit, seconds_of(until), progress))
    if found is None:
        CONSOLE.print("Nothing waits: this inspector has looked at every content of the archive.", markup=False)
    else:
        print_page(status_page([found]))


@backfill.command()
def status(context: typer.Context, *, json: Json = False) -> None:
    """Every back-fill: what is done, what is left, how fast, until when."""
    settings = given(context).settings()
    found: list[BackfillStatus] = []
    if has_table(settings, "backfills"):
        from jobs.backfill.records import read_rows, statuses

        found = statuses(read_rows(open_tables(settings)), datetime.now(UTC))
    if json:
        print_json({"backfills": [asdict(one) for one in found]})
    elif found:
        print_page(status_page(found))
    else:
        CONSOLE.print("No back-fill was begun. What one would cost: lookback backfill plan", markup=False)


def forecast_page(found: "Forecast", hours: float) -> list[Line]:
    """A forecast for people."""
    nights = found.nights(hours)
    cost = "no night has told what a look costs"
    if found.seconds is not None and nights is not None:
        cost = f"{duration(found.seconds)} with all cores, {count(nights, 'night')} of {hours:g} hours"
    rows = [
        ("inspector", f"version {found.version}, over the archive of {found.release}"),
        ("contents", f"{found.contents:,} wait for it, {found.first} first"),
        ("looks", ", ".join(found.looking) or "at limits alone: no part changed"),
        ("copies", ", ".join(found.copied) or "nothing"),
        ("takes", cost),
    ]
    next_line = f"  -> lookback backfill run --version {found.version}"
    return [*columns(rows, indent=0), *([Line(next_line)] if found.contents else [])]


def status_page(found: "list[BackfillStatus]") -> list[Line]:
    """Back-fills for people."""
    lines: list[Line] = []
    for one in found:
        pace = f", {one.rate:.1f} a second" if one.rate else ""
        end = f", done {one.ends:%Y-%m-%d %H:%M} UTC if it ran on" if one.ends else ""
        text = (
            f"inspector version {one.version}: {one.done:,} of {one.contents:,} contents, {one.left:,} left{pace}{end}"
        )
        lines += columns([(one.run_id, one.state, text)], indent=0)
        if one.refused:
            lines.append(Line(f"  {one.refused:,} could not be looked at; the night after its promotion says why"))
        if one.state == "open":
            lines.append(Line(f"  -> lookback backfill run --version {one.version}"))
    return lines
