"""Commands about models: train, evaluate, model list, model promote."""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from conf.errors import BadModel
from conf.settings import Settings
from jobs.cli.app import app
from jobs.cli.calibration import Source, lake_feed, registered
from jobs.cli.context import given
from jobs.cli.output import CONSOLE, Format, Row, print_json, print_rows

if TYPE_CHECKING:
    from jobs.evaluation import Measure
    from jobs.models.training import Outcome, TrainAsk

COLUMNS = ("model", "version", "roles", "made", "digest", "folder")
MEASURES = ("measure", "segment", "value", "low", "high", "n", "baselines")
Form = Annotated[Format, typer.Option("--format", help="How to print.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]

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
        print_rows([_readable(asdict(figure)) for figure in outcome.figures], Format.table, MEASURES)
        said = f"written to {ask.out}" if out else ""
        if registers:
            said = registered(ask.model, _register(settings, ask, outcome))
        CONSOLE.print(f"{name} {said}", markup=False, soft_wrap=True)


@app.command()
def evaluate(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="fields, corners, design, portrait, forensic, mrz or scorer.")],
    *,
    seed: Annotated[int | None, typer.Option(help="Of every draw; none: the one of the nets' cards.")] = None,
    samples: Annotated[
        int | None, typer.Option(min=2, help="Documents or pairs to draw; none: its own number.")
    ] = None,
    json: Json = False,
) -> None:
    """Judge the champion on designs held out of training; without a lake, the shipped model."""
    measures = [asdict(measure) for measure in _measures(given(context).settings(), name, seed, samples)]
    if json:
        print_json({"measures": measures})
    else:
        print_rows([_readable(measure) for measure in measures], Format.table, MEASURES)


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


def _measures(settings: Settings, name: str, seed: int | None, samples: int | None) -> "list[Measure]":
    """The answers of one evaluation to the models at hand."""
    from jobs.cli.count_progress import counted
    from jobs.evaluation import EVALUATIONS, SAMPLES, EvaluationSettings
    from jobs.models.folders import models_at_hand
    from jobs.training.trainer import EVALUATION_SEED

    if name not in EVALUATIONS:
        raise BadModel(f"no evaluation {name!r}; there are {', '.join(EVALUATIONS)}")
    at_hand = models_at_hand(settings)
    inspector, scorer = (Path(at_hand[model]["champion"].path) for model in ("inspector", "scorer"))
    seed = EVALUATION_SEED if seed is None else seed
    with counted() as tell:
        return EVALUATIONS[name](EvaluationSettings(seed, samples or SAMPLES[name], inspector, scorer, tell))


def _readable(measure: Row) -> Row:
    """A figure with its baselines in words."""
    baselines = cast("dict[str, float]", measure["baselines"])
    return {**measure, "baselines": ", ".join(f"{name} {value:.2f}" for name, value in baselines.items())}


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
