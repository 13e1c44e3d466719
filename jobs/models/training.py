"""Trains one model into a folder beside the nets that it leaves alone, and registers the result as a candidate."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conf.errors import BadModel
from conf.settings import Settings
from jobs.evaluation.measures import Measure
from jobs.feed import Feed
from jobs.learning.training import train as train_on_lake
from jobs.models.folders import models_at_hand
from jobs.training import TRAINERS, TrainingSettings
from jobs.training.scorer_run import Recipe
from jobs.training.scorer_run import train as train_scorer

SCORER = "scorer"
NAMES = (*TRAINERS, SCORER)


@dataclass(frozen=True)
class TrainAsk:
    """What a caller wants trained.

    Attributes:
        name: one of NAMES.
        minutes: for a net.
        seed: of weights and draws.
        out: the folder it goes into.
        feed: the training set of a lake to learn from; None: specimens.
    """

    name: str
    minutes: float
    seed: int
    out: Path
    feed: Feed | None = None

    @property
    def model(self) -> str:
        """The registered model that it is part of."""
        return SCORER if self.name == SCORER else "inspector"


@dataclass(frozen=True)
class Outcome:
    """What a training left: the curve of its loss, if it has one, and figures on held-out designs."""

    curve: Sequence[Mapping[str, float]]
    figures: Sequence[Measure]


def train_model(settings: Settings, ask: TrainAsk) -> Outcome:
    """Train into `ask.out`; the other nets of an inspector come from the one at hand.

    Raises:
        BadModel: there is no such model, the scorer has no inspector to observe with, or a lake teaches too little.
    """
    refuse_unknown(ask.name)
    if ask.feed is not None:
        known = Path(models_at_hand(settings)[SCORER]["champion"].path)
        return Outcome((), train_on_lake(ask.out, ask.feed, known, ask.seed))
    if ask.model == SCORER:
        inspector = Path(models_at_hand(settings)["inspector"]["champion"].path)
        return Outcome((), train_scorer(ask.out, inspector, Recipe(seed=ask.seed)))
    lay_out(settings, ask.out)
    trained = TRAINERS[ask.name].train(TrainingSettings(minutes=ask.minutes, seed=ask.seed, out=ask.out))
    return Outcome(trained.curve, trained.figures)


def refuse_unknown(name: str, *, from_lake: bool = False) -> None:
    """Say which models can be trained.

    Raises:
        BadModel: this one cannot.
    """
    if name not in NAMES:
        raise BadModel(f"no model {name!r} can be trained; there are {', '.join(NAMES)}")
    if from_lake and name != SCORER:
        raise BadModel(
            f"{name} cannot be learned from a lake: its labels judge documents, and a net wants to know where and how "
            f"a picture was changed. From a lake: {SCORER}"
        )


def lay_out(settings: Settings, out: Path) -> None:
    """Copy the nets at hand into an empty folder, so that it becomes a whole inspector."""
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        return
    try:
        champion = models_at_hand(settings)["inspector"]["champion"]
    except BadModel:
        return  # the first net of all: the folder holds it alone
    shutil.copytree(champion.path, out, dirs_exist_ok=True)
