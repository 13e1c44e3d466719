"""Probabilities as log-odds: the scale on which evidence adds."""

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]

FLOOR = 1e-9  # nothing is ever certain: log-odds stay within 20.7


def logit(probability: float) -> float:
    """Natural log-odds of a probability, kept off 0 and 1 by 1e-9."""
    kept = min(max(probability, FLOOR), 1 - FLOOR)
    return float(np.log(kept) - np.log1p(-kept))


def sigmoid(log_odds: float) -> float:
    """Probability of natural log-odds."""
    return float(1 / (1 + np.exp(-log_odds)))
