"""The command calibrate, and what it shares with train: a lake's labels to learn from."""

import tempfile
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conf.errors import BadModel
from conf.settings import Settings
from jobs.cli.app import app
from jobs.cli.context import given, open_release
from jobs.cli.output import CONSOLE, Format, print_rows

if TYPE_CHECKING:
    from jobs.feed import Feed

BOUNDS = ("family", "segment", "n", "made_of", "threshold", "bound", "asked")


class Source(StrEnum):
    """What a model learns from."""

    specimens = "specimens"
    lake = "lake"


@app.command()
def calibrate(
    context: typer.Context,
    *,
    source: Annotated[
        Source, typer.Option("--from", help="lake: cleared documents of the newest release.")
    ] = Source.lake,
    false_alarms: Annotated[
        float, typer.Option(min=0.0001, max=0.5, help="Share of genuine documents that a family may accuse.")
    ] = 0.01,
) -> None:
    """Fit the champion scorer to a lake's bona fide documents, print the bounds, register it without a role."""
    from jobs.learning.calibrating import calibrate as fit
    from jobs.models.folders import models_at_hand
    from jobs.models.registry import Registry, TrainingLog

    if source is not Source.lake:
        raise BadModel("specimens calibrate a scorer when it is trained: lookback train scorer. Give --from lake")
    settings = given(context).settings()
    feed = lake_feed(settings)
    known = Path(models_at_hand(settings)["scorer"]["champion"].path)
    with tempfile.TemporaryDirectory(prefix="lookback-calibrate-") as draft:
        found = fit(Path(draft), feed, known, false_alarms)
        asked = {True: f"{false_alarms:g}", False: f"{false_alarms:g} unproven"}
        print_rows([asdict(bound) | {"asked": asked[bound.proven]} for bound in found], Format.table, BOUNDS)
        registry = Registry(settings)
        params = {"name": "scorer", "from": source.value, "data": feed.digest, "false_alarms": false_alarms}
        figures = {f"bound/{bound.family}/{bound.segment}": bound.bound for bound in found}
        run = registry.log_training("scorer", TrainingLog(params, (), figures))
        version = registry.register("scorer", Path(draft), run)
    CONSOLE.print(f"scorer {registered('scorer', version)}", markup=False, soft_wrap=True)


def lake_feed(settings: Settings) -> "Feed":
    """The training set of the newest release, exported and read again; says what became of its labels."""
    from jobs.feed import read_feed
    from jobs.learning.exporting import export

    tables, release = open_release(settings)
    folder = export(tables, release, settings)
    feed = read_feed(folder)
    told = ", ".join(f"{name} {number:,}" for name, number in sorted(feed.counts.items())) or "none"
    CONSOLE.print(f"{folder}: labelled targets of {release.run_id}: {told}", markup=False, soft_wrap=True)
    return feed


def registered(name: str, version: str) -> str:
    """That a candidate stands in the registry, and what to type next."""
    hint = f"Give it one: lookback model promote {name} {version} --as challenger"
    return f"registered as {name} version {version}, without a role. {hint}"
