"""Heads: monotone logistic regressions over named signals of an observation, one per evidence family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from schemas.words import CONTRADICTION_KINDS
from udfs.judging.cells import number
from udfs.judging.log_odds import Doubles

SPREAD = 4.0  # standard deviations at which a signal is cut: a wild value must not decide alone
STRONGEST, FURTHER = "contradiction_strongest", "contradiction_further"
LEAST_DOCUMENTS = 20  # others of a design that a rarity needs
UNKNOWN_RARITY = 0.8  # of a kind in a design with too few documents to tell

# How far a kind speaks of forgery rather than of carelessness, where confidence and rarity are full.
SEVERITY = dict.fromkeys(CONTRADICTION_KINDS, 1.0) | {
    "expired_at_submission": 0.15,  # honest holders do this daily
    "malformed_text": 0.4,  # a number grammar is learned from few cards
    "validity_period": 0.6,  # exceptions exist for the old and the young
    "name_mismatch": 0.8,  # transliteration and cut names leave doubt
}


@dataclass(frozen=True)
class Head:
    """One family's regression and its calibration.

    Attributes:
        family: the evidence family.
        signals: names, in the order of the arrays.
        centre: mean of each signal where it was trained [k].
        scale: its standard deviation [k].
        weights: log-odds per standard deviation [k]; the sign is the declared direction.
        intercept: log-odds where every signal is at its centre.
        slope: Platt scaling's factor, 0 or more.
        offset: Platt scaling's addend.
    """

    family: str
    signals: tuple[str, ...]
    centre: Doubles
    scale: Doubles
    weights: Doubles
    intercept: float
    slope: float = 1.0
    offset: float = 0.0


def standardised(head: Head, matrix: Doubles) -> Doubles:
    """Signals [n, k] in standard deviations from their centre, cut at 4; a missing one (nan) is 0."""
    return np.nan_to_num(np.clip((matrix - head.centre) / head.scale, -SPREAD, SPREAD))


def raw_log_odds(head: Head, matrix: Doubles) -> Doubles:
    """Uncalibrated log-odds [n] of signals [n, k]; a missing signal (nan) counts as its centre, none at all is nan."""
    missing = np.isnan(matrix)
    standard = standardised(head, matrix)
    # A loop in the signals' order, not a BLAS product: the same bits in batches of any size.
    total = np.full(len(matrix), head.intercept, dtype=np.float64)
    for column, weight in enumerate(head.weights):
        total += standard[:, column] * weight
    return np.where(missing.all(axis=1), np.nan, total)


def head_log_odds(head: Head, matrix: Doubles) -> Doubles:
    """Calibrated log-odds [n] of signals [n, k], at even odds before looking."""
    return head.slope * raw_log_odds(head, matrix) + head.offset


def signal_matrix(names: Sequence[str], signals: Sequence[Mapping[str, float | None]]) -> Doubles:
    """Signals by name as a matrix [n, k], nan where one is missing or not finite."""
    rows = [[_finite(row.get(name)) for name in names] for row in signals]
    return np.asarray(rows, dtype=np.float64).reshape(len(signals), len(names))


def contradiction_signals(contradictions: Sequence[Mapping[str, object]]) -> dict[str, float]:
    """The strongest contradiction and the sum of the others, each confidence times rarity times severity.

    One kind counts once however many places show it, because one edited field contradicts several readings.

    Args:
        contradictions: each with `kind` and `confidence` 0 to 1; with `shown` and `others`, how many of its design's
            other documents show the kind, where that is known.
    """
    weights: dict[str, float] = {}
    for item in contradictions:
        shown, others = number(item.get("shown")), number(item.get("others"))
        rarity = rarity_of(int(shown), int(others)) if shown is not None and others is not None else None
        known = UNKNOWN_RARITY if rarity is None else rarity
        kind = str(item["kind"])
        weight = (number(item["confidence"]) or 0.0) * known * SEVERITY[kind]
        weights[kind] = max(weight, weights.get(kind, 0.0))
    ranked = sorted(weights.values(), reverse=True)
    return {STRONGEST: ranked[0] if ranked else 0.0, FURTHER: float(sum(ranked[1:]))}


def rarity_of(shown: int, documents: int) -> float | None:
    """Rarity 0 to 1 of what `shown` of `documents` others of a design show; None with fewer than 20.

    The lower end of Wilson's 95 % interval of the share, on a log scale: 1 at 0.1 % and below, 0 at 10 % and above.
    The lower end, because two forgeries among thirty cards do not make a habit.
    """
    if documents < LEAST_DOCUMENTS:
        return None
    z, share = 1.96, shown / documents
    middle = share + z * z / (2 * documents)
    half = z * float(np.sqrt(share * (1 - share) / documents + z * z / (4 * documents * documents)))
    low = max((middle - half) / (1 + z * z / documents), 0.0)
    return float(np.clip(np.log(max(low, 1e-3) / 0.1) / np.log(1e-3 / 0.1), 0.0, 1.0))


def _finite(value: float | None) -> float:
    return float(value) if value is not None and np.isfinite(value) else float("nan")
