"""How a scorer does on a lake's labels that it never saw, each weighed by the documents that it stands for."""

from collections.abc import Sequence

import numpy as np

from jobs.evaluation.measures import Measure, Values, resampled
from jobs.evaluation.scorer import evidence_of, fused
from jobs.evaluation.scorer_material import Example
from jobs.training.scorer import weights_of
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.log_odds import Doubles
from udfs.judging.scorer_file import Scorer

SEGMENT = "kept back, weighted"


def judge(scorer: Scorer, examples: Sequence[Example], seed: int) -> list[Measure]:
    """AUC of all forgeries and of each family against the bona fide; a family without either has none."""
    figures = _separation("forged", fused(scorer, examples), examples, seed)
    for family in EVIDENCE_FAMILIES:
        kept = [example for example in examples if example.family in (None, family)]
        figures += _separation(family, evidence_of(scorer, family, kept), kept, seed)
    return figures


def weighted_auc(positive: Values, negative: Values) -> float:
    """Chance that a positive scores above a negative, ties half; rows [n, 2] of score and weight."""
    ordered = negative[np.argsort(negative[:, 0], kind="stable")]
    reached = np.append(0.0, np.cumsum(ordered[:, 1]))
    below = reached[np.searchsorted(ordered[:, 0], positive[:, 0], side="left")]
    not_above = reached[np.searchsorted(ordered[:, 0], positive[:, 0], side="right")]
    return float(np.average((below + not_above) / 2 / reached[-1], weights=positive[:, 1]))


def _separation(name: str, values: Doubles, examples: Sequence[Example], seed: int) -> list[Measure]:
    judged = ~np.isnan(values)
    forged = np.asarray([example.family is not None for example in examples], dtype=bool)
    rows = np.column_stack([values, weights_of(examples)])
    positive, negative = rows[judged & forged], rows[judged & ~forged]
    if not len(positive) or not len(negative):
        return []
    low, high = resampled(weighted_auc, positive, negative, seed)
    value, n = weighted_auc(positive, negative), len(positive) + len(negative)
    return [Measure(f"{name}_auc", SEGMENT, value, low, high, n, {"chance": 0.5})]
