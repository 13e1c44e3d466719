"""Train one net from start to card: steps, weights, held-out figures, model card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from jobs.evaluation.measures import EvaluationSettings, Measure
from jobs.training.card import write_card
from jobs.training.loop import Progress, Row, TrainingSettings
from udfs.nets.opening import KIND, PREPROCESSING, THRESHOLDS
from udfs.nets.weights_file import Parameter, add_net, annotate

EVALUATION_SEED = 20_260_801  # never a training seed: it draws the held-out people, cameras and codecs


@dataclass(frozen=True)
class Trained:
    """What a training left: the weights' file, the curve of the loss, and figures on held-out designs."""

    weights: Path
    curve: list[Row]
    figures: list[Measure]


@dataclass(frozen=True)
class Trainer:
    """How one net is trained, judged and described.

    Attributes:
        name: of the net in the manifest.
        build: trains and gives the net and its progress.
        architecture: what the net's class is built with.
        judge: the evaluation whose figures stand on the card.
        samples: documents that the evaluation draws.
        material: what it learns from; `{pool}` stands for the number of designs drawn.
        limits: sentences of the card on what is not claimed.
    """

    name: str
    build: Callable[[TrainingSettings], tuple[nn.Module, Progress]]
    architecture: Mapping[str, Parameter]
    judge: Callable[[EvaluationSettings], list[Measure]]
    samples: int
    material: str
    limits: tuple[str, ...]

    def train(self, settings: TrainingSettings) -> Trained:
        """Train, write the weights and the manifest, judge on held-out designs, write the card from the figures."""
        net, progress = self.build(settings)
        weights = add_net(settings.out, self.name, net=net, architecture=self.architecture)
        annotate(settings.out, KIND, preprocessing=PREPROCESSING, thresholds=THRESHOLDS)
        figures = self.describe(settings, progress)
        return Trained(weights, progress.curve, figures)

    def describe(self, settings: TrainingSettings, progress: Progress) -> list[Measure]:
        """Judge the weights that lie in `settings.out` and write their card."""
        figures = self.judge(EvaluationSettings(EVALUATION_SEED, self.samples, settings.out))
        size = (settings.out / f"{self.name}.safetensors").stat().st_size
        facts = _facts(settings, progress, material=self.material, size=size)
        write_card(settings.out, self.name, figures=figures, facts=facts, limits=self.limits)
        return figures


def _facts(settings: TrainingSettings, progress: Progress, *, material: str, size: int) -> dict[str, str]:
    """What a reader needs to train the same again."""
    last = progress.curve[-1]["loss"] if progress.curve else float("nan")
    return {
        "material": material.format(pool=settings.pool),
        "training": f"{progress.step} steps, {progress.seconds / 60:.1f} minutes of wall clock, "
        f"{settings.threads} thread(s), seed {settings.seed}",
        "last training loss": f"{last:.3f}",
        "weights": f"{size / 1e6:.2f} MB, safetensors",
    }
