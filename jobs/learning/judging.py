"""How a scorer does on a lake's labels that it never saw, each weighed by the documents that it stands for."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from jobs.evaluation.error_rates import AS_ERRORS, BINS, FALSE_ALARMS
from jobs.evaluation.file_judge import SIGNALS
from jobs.evaluation.measures import Measure, Statistic, Values, resampled, wilson
from jobs.evaluation.scorer import evidence_of, fused
from jobs.evaluation.scorer_material import Example
from jobs.training.conformal import effective
from jobs.training.scorer import weights_of
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.heads import signal_matrix
from udfs.judging.log_odds import Doubles
from udfs.judging.scorer_file import Scorer

SEGMENT = "kept back, weighted"
FORGED = "forged"  # of any family, by the documents' own evidence together


def judge(scorer: Scorer, examples: Sequence[Example], seed: int, segment: str = SEGMENT) -> list[Measure]:
    """AUC, equal error, hits at three rates of false alarms, calibration and abstention of all forgeries and by family.

    A family's forgeries are held against all bona fide documents; without either it has no figure.
    AUC and hits stand once more with abstentions as errors.
    """
    figures = _told(FORGED, fused(scorer, examples), examples, seed, segment)
    for family in EVIDENCE_FAMILIES:
        kept = [example for example in examples if example.family in (None, family)]
        figures += _told(family, evidence_of(scorer, family, kept), kept, seed, segment)
    return figures


def weighted_auc(positive: Values, negative: Values) -> float:
    """Chance that a positive scores above a negative, ties half; rows [n, 2] of score and weight."""
    ordered = negative[np.argsort(negative[:, 0], kind="stable")]
    reached = np.append(0.0, np.cumsum(ordered[:, 1]))
    below = reached[np.searchsorted(ordered[:, 0], positive[:, 0], side="left")]
    not_above = reached[np.searchsorted(ordered[:, 0], positive[:, 0], side="right")]
    return float(np.average((below + not_above) / 2 / reached[-1], weights=positive[:, 1]))


def weighted_hits(positive: Values, negative: Values, alarms: float) -> float:
    """Share of the positives' weight above the least score that no more than `alarms` of the negatives' weight pass."""
    ordered = negative[np.argsort(-negative[:, 0], kind="stable")]
    above = np.cumsum(ordered[:, 1]) / ordered[:, 1].sum()
    place = int(np.searchsorted(above, alarms, side="right"))
    threshold = ordered[min(place, len(ordered) - 1), 0]
    return float(np.average(positive[:, 0] > threshold, weights=positive[:, 1]))


def weighted_equal_error(positive: Values, negative: Values) -> float:
    """The error rate at the threshold where misses and false alarms weigh the same."""
    thresholds = np.unique(np.concatenate([positive[:, 0], negative[:, 0]]))
    misses = np.array([np.average(positive[:, 0] < threshold, weights=positive[:, 1]) for threshold in thresholds])
    alarms = np.array([np.average(negative[:, 0] >= threshold, weights=negative[:, 1]) for threshold in thresholds])
    at = int(np.abs(misses - alarms).argmin())
    return float((misses[at] + alarms[at]) / 2)


def weighted_calibration_error(positive: Values, negative: Values) -> float:
    """Expected calibration error in ten bins of log-odds at even odds: both sides weigh the same."""
    stated = 1 / (1 + np.exp(-np.concatenate([positive[:, 0], negative[:, 0]])))
    truth = np.concatenate([np.ones(len(positive)), np.zeros(len(negative))])
    weights = np.concatenate([side[:, 1] / (2 * side[:, 1].sum()) for side in (positive, negative)])
    place = np.minimum((stated * BINS).astype(int), BINS - 1)
    parts = [place == index for index in range(BINS)]
    return float(sum(abs(((stated - truth) * weights)[part].sum()) for part in parts))


RATES: dict[str, Statistic] = {
    "auc": weighted_auc,
    **{f"tpr_{name}": partial(weighted_hits, alarms=alarms) for name, alarms in FALSE_ALARMS.items()},
}
STATISTICS = RATES | {"eer": weighted_equal_error, "calibration_error": weighted_calibration_error}


def _told(name: str, values: Doubles, examples: Sequence[Example], seed: int, segment: str) -> list[Measure]:
    forged = np.asarray([example.family is not None for example in examples], dtype=bool)
    weights, silent = weights_of(examples), np.isnan(values)
    if not forged.any() or forged.all():
        return []
    figures = []
    judged = ~silent
    if (judged & forged).any() and (judged & ~forged).any():
        sides = _sides(values[judged], weights[judged], forged[judged])
        plain = _plain(examples)
        for measure, statistic in STATISTICS.items():
            low, high = resampled(statistic, *sides, seed)
            beside = {key: weighted_auc(*both) for key, both in plain.items()} if measure == "auc" else {}
            n = int(judged.sum())
            figures.append(Measure(f"{name}_{measure}", segment, statistic(*sides), low, high, n, beside))
    both = _sides(_with_errors(values, forged), weights, forged)
    for measure, statistic in RATES.items():
        low, high = resampled(statistic, *both, seed)
        segment_of = f"{segment}, {AS_ERRORS}"
        figures.append(Measure(f"{name}_{measure}", segment_of, statistic(*both), low, high, len(examples)))
    return [*figures, _abstention(name, silent, weights, segment)]


def _plain(examples: Sequence[Example]) -> dict[str, tuple[Values, Values]]:
    """Forged and bona fide rows of each baseline signal that both sides have."""
    matrix = signal_matrix(SIGNALS, [example.signals for example in examples])
    forged, weights = np.asarray([example.family is not None for example in examples]), weights_of(examples)
    found = {}
    for column, name in enumerate(SIGNALS):
        known = ~np.isnan(matrix[:, column])
        if (known & forged).any() and (known & ~forged).any():
            found[name] = _sides(matrix[known, column], weights[known], forged[known])
    return found


def _sides(values: Doubles, weights: Doubles, forged: "np.typing.NDArray[np.bool_]") -> tuple[Values, Values]:
    """Rows [n, 2] of score and weight: the forged, the bona fide."""
    rows = np.column_stack([values, weights])
    return rows[forged], rows[~forged]


def _with_errors(values: Doubles, forged: "np.typing.NDArray[np.bool_]") -> Doubles:
    """Scores, an abstention the worst of them: the forgery passes, the bona fide document is accused."""
    known = np.append(values[~np.isnan(values)], 0.0)
    return np.where(np.isnan(values), np.where(forged, known.min() - 1, known.max() + 1), values)


def _abstention(name: str, silent: "np.typing.NDArray[np.bool_]", weights: Doubles, segment: str) -> Measure:
    """Weighted share of documents that are not judged, with Wilson's interval of as many equal ones."""
    value, equal = float(np.average(silent, weights=weights)), effective(weights)
    low, high = wilson(value * equal, equal)
    return Measure(f"{name}_abstention", segment, value, low, high, len(weights))
