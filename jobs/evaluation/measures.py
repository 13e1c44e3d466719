"""What an evaluation is asked and what it answers: figures with intervals, baselines beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from udfs.scorer import shipped_scorer

Z95 = 1.959964
RESAMPLES = 400

Values = npt.NDArray[np.floating]
Statistic = Callable[[Values, Values], float]
Told = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True)
class EvaluationSettings:
    """A question put to one model folder.

    Attributes:
        seed: of every draw, held-out designs included.
        samples: how many documents (or pairs) to draw.
        folder: the inspector's folder, which is judged.
        scorer: the scorer's folder, where it is the one that is judged.
        tell: hears what is done, how much of it and of how much, where that takes minutes.
        pictures: folder that curves and maps are drawn into, by the evaluations that have any.
        portraits: folder of photographs that drawn portraits are held against, by the evaluation that has any.
    """

    seed: int
    samples: int
    folder: Path
    scorer: Path = field(default_factory=shipped_scorer)
    tell: Told = silent
    pictures: Path | None = None
    portraits: Path | None = None


@dataclass(frozen=True)
class Measure:
    """One figure; `low` and `high` bound its 95 % interval, `baselines` are other methods on the same samples."""

    measure: str
    segment: str
    value: float
    low: float
    high: float
    n: int
    baselines: dict[str, float] = field(default_factory=dict)


def share(
    name: str, hits: Sequence[bool], *, segment: str = "all", baselines: dict[str, float] | None = None
) -> Measure:
    """A share of successes with Wilson's interval."""
    n, value = len(hits), float(np.mean(hits)) if len(hits) else 0.0
    low, high = wilson(sum(map(bool, hits)), n)
    return Measure(name, segment, value, low, high, n, baselines or {})


def wilson(successes: float, n: float) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share; of weighted samples, n is how many equal ones tell as much."""
    if n == 0:
        return 0.0, 1.0
    rate, square = successes / n, Z95**2
    centre = (rate + square / (2 * n)) / (1 + square / n)
    half = Z95 * np.sqrt(rate * (1 - rate) / n + square / (4 * n * n)) / (1 + square / n)
    return float(max(0.0, min(rate, centre - half))), float(min(1.0, max(rate, centre + half)))


def auc(positive: Values, negative: Values) -> float:
    """Chance that a positive scores above a negative, ties half (Mann-Whitney)."""
    if not len(positive) or not len(negative):
        return 0.5
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    not_above = np.searchsorted(ordered, positive, side="right")
    return float((below + not_above).mean() / 2 / len(negative))


def equal_error(positive: Values, negative: Values) -> float:
    """The error rate at the threshold where misses and false alarms are equally frequent."""
    thresholds = np.unique(np.concatenate([positive, negative]))
    misses = np.searchsorted(np.sort(positive), thresholds, side="left") / max(len(positive), 1)
    alarms = 1 - np.searchsorted(np.sort(negative), thresholds, side="left") / max(len(negative), 1)
    at = int(np.abs(misses - alarms).argmin())
    return float((misses[at] + alarms[at]) / 2)


def hit_rate(positive: Values, negative: Values, alarms: float) -> float:
    """Share of positives above the threshold that lets `alarms` of the negatives through."""
    threshold = np.quantile(negative, 1 - alarms, method="higher")
    return float((positive > threshold).mean())


def hit_at(alarms: float) -> Statistic:
    """`hit_rate` at one rate of false alarms."""
    return partial(hit_rate, alarms=alarms)


def average_precision(scores: Values, truths: npt.NDArray[np.bool_]) -> float:
    """Micro average precision over all pairs (uAP of the copy-detection field)."""
    order = np.argsort(-scores, kind="stable")
    hits = truths[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean()) if hits.any() else 0.0


def resampled(statistic: Statistic, positive: Values, negative: Values, seed: int) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a two-sample statistic."""
    rng = np.random.default_rng(seed)
    drawn = [
        statistic(
            positive[rng.integers(len(positive), size=len(positive))],
            negative[rng.integers(len(negative), size=len(negative))],
        )
        for _ in range(RESAMPLES)
    ]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
