"""Commands about models: train, model list, model promote."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conf.errors import BadModel
from conf.settings import Settings
from jobs.cli.app import app
from jobs.cli.calibration import Source, lake_feed, registered
from jobs.cli.context import given
from jobs.cli.evaluating import MEASURES, readable
from jobs.cli.output import CONSOLE, Format, print_rows

if TYPE_CHECKING:
    from jobs.models.training import Outcome, TrainAsk

COLUMNS = ("model", "version", "roles", "made", "digest", "folder")
Form = Annotated[Format, typer.Option("--format", help="How to print.")]

model = typer.Typer(help="Registered models: list them, give them roles.")
app.add_typer(model, name="model")


@app.command()
def train(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="corners, design, portrait, forensic, mrz or scorer.")],
    *,
    source: Annotated[
        Source, typer.Option("--from", help="lake: the scorer, from reviewers' labels of the newest release.")
    ] = Source.specimens,
    minutes: Annotated[float, typer.Option(min=0.1, help="Of training, for a net.")] = 20.0,
    seed: Annotated[int, typer.Option(help="Of weights and of every draw.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Folder of the model; with --lake it is registered besides.")] = None,
) -> None:
    """Train a model, judge it on what it never saw, register it as a candidate without a role."""
    from jobs.models.training import TrainAsk, refuse_unknown, train_model

    settings = given(context).settings()
    registers = settings.how.places.lake is not None
    if out is None and not registers:
        raise BadModel("nowhere to put it: give --out FOLDER, or --lake LAKE to register it there")
    refuse_unknown(name, from_lake=source is Source.lake)
    feed = lake_feed(settings) if source is Source.lake else None
    with tempfile.TemporaryDirectory(prefix="lookback-train-") as draft:
        ask = TrainAsk(name, minutes, seed, out or Path(draft) / "model", feed)
        outcome = train_model(settings, ask)
        print_rows([readable(asdict(figure)) for figure in outcome.figures], Format.table, MEASURES)
        said = f"written to {ask.out}" if out else ""
        if registers:
            said = registered(ask.model, _register(settings, ask, outcome))
        CONSOLE.print(f"{name} {said}", markup=False, soft_wrap=True)


@model.command("list")
def list_models(context: typer.Context, form: Form = Format.table) -> None:
    """Every registered version with its roles, newest first; without a registry, the shipped models."""
    from jobs.models.folders import has_registry, shipped_models

    settings = given(context).settings()
    if has_registry(settings):
        from jobs.models.registry import Registry

        print_rows(Registry(settings).versions(), form, COLUMNS)
        return
    rows = [
        dict(zip(COLUMNS, (name, found.version, role, "", found.digest, found.path), strict=True))
        for name, roles in shipped_models().items()
        for role, found in roles.items()
    ]
    print_rows(rows, form, COLUMNS)


@model.command()
def promote(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="inspector or scorer.")],
    version: Annotated[str, typer.Argument(help="As lookback model list shows it.")],
    role: Annotated[str, typer.Option("--as", help="champion or challenger.")],
) -> None:
    """Give a version a role from the next night on; nights that are open keep what they froze."""
    from jobs.models.registry import Registry

    settings = given(context).settings()
    if settings.how.places.lake is None and settings.how.places.models is None:
        raise BadModel("no registry is named: give --lake LAKE")
    Registry(settings).promote(name, version, role)
    CONSOLE.print(f"{name} version {version} is {role} from the next night on", markup=False, soft_wrap=True)


def _register(settings: Settings, ask: "TrainAsk", outcome: "Outcome") -> str:
    """Log a training and register what it made; gives the version."""
    from jobs.models.registry import Registry, TrainingLog

    registry = Registry(settings)
    log = TrainingLog(
        params={"name": ask.name, "minutes": ask.minutes, "seed": ask.seed, **_data(ask)},
        curve=outcome.curve,
        figures={f"{figure.measure}/{figure.segment}": figure.value for figure in outcome.figures},
    )
    return registry.register(ask.model, ask.out, registry.log_training(ask.name, log))


def _data(ask: "TrainAsk") -> dict[str, str]:
    """What a model learned from."""
    return {"from": "specimens"} if ask.feed is None else {"from": "lake", "data": ask.feed.digest}
