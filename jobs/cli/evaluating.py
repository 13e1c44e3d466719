"""Commands that judge the models: evaluate, a question each."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from conf.settings import Settings
from jobs.cli.app import app
from jobs.cli.calibration import Source, lake_feed
from jobs.cli.context import given
from jobs.cli.output import Format, Row, print_json, print_rows

if TYPE_CHECKING:
    from jobs.evaluation import Measure

QUESTIONS = {
    "fields": "Are documents read right, and do contradictions accuse forgeries alone?",
    "tampering": "Are altered places found, also after a messenger?",
    "physical": "Are prints, screens and altered cards told from cards?",
    "generated": "Are pixels out of a decoder net told from a camera's?",
    "campaigns": "Are documents from one forger's blank tied to each other alone?",
    "designs": "Are designs told apart that were never seen?",
    "scorer": "Does the scorer's evidence tell forgeries from their twins, everything read?",
}
MEASURES = ("measure", "segment", "value", "low", "high", "n", "baselines")
DRAWN = ("tampering", "physical", "generated")  # those that have curves and maps to draw

Seed = Annotated[int | None, typer.Option(help="Of every draw; none: the one of the nets' cards.")]
Samples = Annotated[int | None, typer.Option(min=2, help="Documents or pairs to draw; none: its own number.")]
From = Annotated[
    Source, typer.Option("--from", help="lake: labelled documents of the newest release; figures go to `metrics`.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]

evaluate = typer.Typer(help="Judge the champion on designs held out of training; without a lake, the shipped model.")
app.add_typer(evaluate, name="evaluate")


@dataclass(frozen=True)
class Ask:
    """What a caller wants evaluated: on what, seed and number of draws where given, folders of pictures, portraits."""

    name: str
    seed: int | None
    samples: int | None
    source: Source = Source.specimens
    pictures: Path | None = None
    portraits: Path | None = None


def _question(name: str) -> Callable[..., None]:
    """The command of a question without pictures."""

    def ask(
        context: typer.Context,
        *,
        source: From = Source.specimens,
        seed: Seed = None,
        samples: Samples = None,
        json: Json = False,
    ) -> None:
        _answer(given(context).settings(), Ask(name, seed, samples, source), json=json)

    return ask


def _drawn_question(name: str) -> Callable[..., None]:
    """The command of a question with curves and maps."""

    def ask(
        context: typer.Context,
        *,
        source: From = Source.specimens,
        seed: Seed = None,
        samples: Samples = None,
        pictures: Annotated[Path | None, typer.Option(help="Folder to draw curves and maps into.")] = None,
        json: Json = False,
    ) -> None:
        _answer(given(context).settings(), Ask(name, seed, samples, source, pictures), json=json)

    return ask


for _name, _help in QUESTIONS.items():
    evaluate.command(_name, help=_help)((_drawn_question if _name in DRAWN else _question)(_name))


@evaluate.command()
def portraits(
    context: typer.Context,
    *,
    source: From = Source.specimens,
    seed: Seed = None,
    samples: Samples = None,
    portraits: Annotated[
        Path | None, typer.Option(help="Folder of photographs, one a person, to hold drawn portraits against.")
    ] = None,
    json: Json = False,
) -> None:
    """Is a portrait photograph found again after print and recapture, among hard strangers?"""
    _answer(given(context).settings(), Ask("portraits", seed, samples, source, portraits=portraits), json=json)


def readable(measure: Row) -> Row:
    """A figure with its baselines in words."""
    baselines = cast("dict[str, float]", measure["baselines"])
    return {**measure, "baselines": ", ".join(f"{name} {value:.2f}" for name, value in baselines.items())}


def _answer(settings: Settings, ask: Ask, *, json: bool) -> None:
    """Ask, and print what is answered."""
    found = _measures(settings, ask) if ask.source is Source.specimens else _of_lake(settings, ask)
    measures = [asdict(measure) for measure in found]
    if json:
        print_json({"measures": measures})
    else:
        print_rows([readable(measure) for measure in measures], Format.table, MEASURES)


def _of_lake(settings: Settings, ask: Ask) -> "list[Measure]":
    """The answers of a lake's labels to the champion scorer, stored in its `metrics`."""
    from jobs.learning.evaluating import evaluate as judged
    from jobs.learning.evaluating import refuse_unanswered, store
    from jobs.models.folders import models_at_hand
    from jobs.training.trainer import EVALUATION_SEED
    from udfs.judging.scorer_file import read_scorer

    refuse_unanswered(ask.name, drawn=ask.samples is not None or ask.pictures is not None)
    feed = lake_feed(settings)
    known = Path(models_at_hand(settings)["scorer"]["champion"].path)
    figures = judged(ask.name, feed, known, EVALUATION_SEED if ask.seed is None else ask.seed)
    store(settings, ask.name, feed, figures, fingerprint=read_scorer(known).fingerprint)
    return figures


def _measures(settings: Settings, ask: Ask) -> "list[Measure]":
    """The answers of one evaluation to the models at hand."""
    from jobs.cli.count_progress import counted
    from jobs.evaluation import EVALUATIONS, SAMPLES, EvaluationSettings
    from jobs.models.folders import models_at_hand
    from jobs.training.trainer import EVALUATION_SEED

    at_hand = models_at_hand(settings)
    inspector, scorer = (Path(at_hand[model]["champion"].path) for model in ("inspector", "scorer"))
    seed = EVALUATION_SEED if ask.seed is None else ask.seed
    number = ask.samples or SAMPLES[ask.name]
    with counted() as tell:
        asked = EvaluationSettings(
            seed, number, inspector, scorer, tell, pictures=ask.pictures, portraits=ask.portraits
        )
        return EVALUATIONS[ask.name](asked)
