"""Train the scorer: a monotone head for each evidence family, its calibration, and their fusion."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from jobs.evaluation.scorer import evidence_by
from jobs.evaluation.scorer_material import PHYSICAL_WIDTH, Example
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.fusion import LEAST, MOST, Fusion
from udfs.judging.heads import FURTHER, STRONGEST, Head, raw_log_odds, signal_matrix, standardised
from udfs.judging.log_odds import Doubles
from udfs.judging.scorer_file import Scorer
from udfs.neighbours import zone_fit

# Every signal speaks for its family where it grows, so every weight is 0 or more. Quality and file facts are none.
HEAD_SIGNALS = {
    "physical": ("trunk_physical", "spectral_peak"),
    "tampered": ("trunk_tampered", "zone_contrast", zone_fit.SIGNAL),
    "generated": ("trunk_generated",),
    "inconsistent": (STRONGEST, FURTHER),
}
FOLDS = 5
SHRINK = 0.02  # of squared weights, per example: few specimens must not make a head certain

Bools = npt.NDArray[np.bool_]


def train_scorer(
    examples: Sequence[Example], *, basis: str = "specimens", keep: Mapping[str, Head] | None = None
) -> Scorer:
    """The scorer of the examples that are not held out; the same examples give the same scorer.

    Args:
        examples: what was seen, each with its weight.
        basis: what they are, in words.
        keep: heads by family that are taken as they are, where there are too few forgeries to learn one from.

    Raises:
        ValueError: a family has no forged or no genuine example to learn from.
    """
    kept = [example for example in examples if not example.held_out]
    heads, evidence = {}, np.zeros((len(kept), len(EVIDENCE_FAMILIES)))
    for column, family in enumerate(EVIDENCE_FAMILIES):
        if keep and family in keep:
            heads[family], evidence[:, column] = keep[family], evidence_by(keep[family], kept)
        else:
            heads[family], evidence[:, column] = train_head(family, kept)
    forged = np.asarray([example.family is not None for example in kept])
    fusion = train_fusion(np.clip(np.nan_to_num(evidence), LEAST, MOST), forged, weights_of(kept))
    return Scorer(heads, fusion, PHYSICAL_WIDTH, basis)


def train_head(family: str, examples: Sequence[Example]) -> tuple[Head, Doubles]:
    """A family's calibrated head, and every example's log-odds by a head that never saw its group; nan: abstained.

    Forgeries of other families are left out of the fit: a re-typed field that was printed again shows both.
    """
    judged = np.asarray([family not in example.abstained for example in examples])
    counted = judged & np.asarray([example.family in (None, family) for example in examples])
    forged = np.asarray([example.family == family for example in examples])
    if not (counted & forged).any() or not (counted & ~forged).any():
        raise ValueError(f"{family}: {int((counted & forged).sum())} forged of {int(counted.sum())} to learn from")
    names = HEAD_SIGNALS[family]
    matrix = signal_matrix(names, [example.signals for example in examples])
    folds = np.asarray([fold_of(example) for example in examples])
    weights = weights_of(examples)
    unseen = np.full(len(examples), np.nan)
    for fold in range(FOLDS):
        inside = counted & (folds != fold)
        if (inside & forged).any() and (inside & ~forged).any():
            head = fit_head(family, matrix[inside], forged[inside], weights[inside])
            unseen[folds == fold] = raw_log_odds(head, matrix[folds == fold])
    unseen[~judged] = np.nan
    known = counted & ~np.isnan(unseen)
    slope, offset = platt(unseen[known], forged[known], weights[known])
    head = fit_head(family, matrix[counted], forged[counted], weights[counted])
    head = replace(head, slope=slope, offset=offset)
    return head, np.asarray(slope * unseen + offset)


def fold_of(example: Example) -> int:
    """The fold that an example and its whole group stand in, 0 to FOLDS - 1."""
    return zlib.crc32(example.group.encode()) % FOLDS


def weights_of(examples: Sequence[Example]) -> Doubles:
    """Weights [n] of examples."""
    return np.asarray([example.weight for example in examples], np.float64)


def fit_head(family: str, matrix: Doubles, forged: Bools, weights: Doubles | None = None) -> Head:
    """Monotone logistic regression over signals [n, k] at even odds; weights of 0 or more."""
    centre = np.nan_to_num(np.nanmean(matrix, axis=0))
    scale = np.nan_to_num(np.nanstd(matrix, axis=0))
    head = Head(family, HEAD_SIGNALS[family], centre, np.where(scale > 0, scale, 1.0), np.zeros(len(centre)), 0.0)
    found, intercept = monotone_logistic(standardised(head, matrix), forged, weights)
    return replace(head, weights=found, intercept=intercept)


def train_fusion(evidence: Doubles, forged: Bools, weights: Doubles | None = None) -> Fusion:
    """Fusion weights of 0 or more over clipped log-odds [n, 4], drawn towards 1, where families just add.

    Without an intercept: it would stand for the silence of families that another document's judgement lacks.
    """
    found, intercept = monotone_logistic(evidence, forged, weights, towards=1.0, through_origin=True)
    return Fusion(intercept, dict(zip(EVIDENCE_FAMILIES, found.tolist(), strict=True)))


def platt(values: Doubles, forged: Bools, weights: Doubles | None = None) -> tuple[float, float]:
    """Slope of 0 or more and offset that calibrate log-odds at even odds (Platt 1999)."""
    found, intercept = monotone_logistic(values[:, None], forged, weights, towards=1.0)
    return float(found[0]), intercept


def monotone_logistic(
    matrix: Doubles,
    forged: Bools,
    counts: Doubles | None = None,
    *,
    towards: float = 0.0,
    through_origin: bool = False,
) -> tuple[Doubles, float]:
    """Weights [k] of 0 or more and intercept, both classes of equal weight, held near `towards`.

    Args:
        matrix: what is weighed [n, k].
        forged: the class of each row [n].
        counts: how many rows each row stands for [n]; one each where None.
        towards: where weights go that the rows say nothing of.
        through_origin: without an intercept.
    """
    each = np.ones(len(forged)) if counts is None else counts
    balance = 0.5 * each / np.where(forged, max(each[forged].sum(), 1), max(each[~forged].sum(), 1))
    sign = np.where(forged, 1.0, -1.0)

    def loss(parameters: Doubles) -> tuple[float, Doubles]:
        weights, intercept = parameters[:-1], parameters[-1]
        margins = sign * (matrix @ weights + intercept)
        pull = -balance * sign / (1 + np.exp(margins))
        away = weights - towards
        gradient = np.append(matrix.T @ pull + 2 * SHRINK * away, pull.sum())
        return float((balance * np.logaddexp(0, -margins)).sum() + SHRINK * (away @ away)), gradient

    start = np.append(np.full(matrix.shape[1], max(towards, 0.1)), 0.0)
    bounds = [(0.0, None)] * matrix.shape[1] + [(0.0, 0.0) if through_origin else (None, None)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x[:-1], np.float64), float(found.x[-1])
