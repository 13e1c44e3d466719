"""Where a tie begins: tails of what strangers score, measured on the night's own gallery."""

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Scores = npt.NDArray[np.float64]

LOWER_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2)  # quantiles that show the width of the untouched side
TAIL_FROM, TAIL_TO = 0.90, 0.99  # the last hundredth may hold the very pairs that are looked for
MIN_PAIRS = 50
MIXTURE_STEPS = 60
MOST_STRANGE = 0.999  # some chance always remains that a score is of a related pair


def mirrored_threshold(scores: Scores, rate: float) -> float:
    """Score that strangers pass with chance `rate`, from the lower half of scores [n] that lie evenly around a centre.

    Related pairs only ever add to the upper half, so however many there are the lower half stays clean.
    The widest of several normal fits to lower quantiles is taken, so that a heavy tail raises the threshold.
    """
    if len(scores) < MIN_PAIRS:
        return float("inf")
    centre = float(np.median(scores))
    shares = np.array([share for share in LOWER_SHARES if share * len(scores) >= 5])
    widths = (centre - np.quantile(scores, shares)) / -ndtri(shares)
    return centre + float(widths.max()) * float(-ndtri(rate))


def tail_threshold(scores: Scores, rate: float) -> float:
    """Score that strangers pass with chance `rate`, by an exponential tail fitted between the .90 and .99 quantiles."""
    if len(scores) < MIN_PAIRS:
        return float("inf")
    start, end = np.quantile(scores, (TAIL_FROM, TAIL_TO))
    scale = float(end - start) / float(np.log((1 - TAIL_FROM) / (1 - TAIL_TO)))
    return float(start) + scale * float(np.log((1 - TAIL_FROM) / rate))


def mixed_threshold(scores: Scores, rate: float) -> float:
    """Score that strangers pass with chance `rate`, where some of the scores [n] are of related pairs.

    Strangers are a normal distribution, related pairs an even spread over the whole range; both are fitted together
    by expectation maximisation, so that related pairs, be they one in ten, do not widen the strangers' tail.
    """
    if len(scores) < MIN_PAIRS:
        return float("inf")
    quarter, centre = (float(value) for value in np.quantile(scores, (0.25, 0.5)))
    width, share = max((centre - quarter) / float(ndtri(0.75)), 1e-6), 0.9
    even = (1.0 / max(float(np.ptp(scores)), 1e-6)) * np.ones(len(scores))
    for _ in range(MIXTURE_STEPS):
        strange = share * np.exp(-0.5 * ((scores - centre) / width) ** 2) / (width * np.sqrt(2.0 * np.pi))
        weights = strange / (strange + (1.0 - share) * even)
        total = float(weights.sum())
        share = min(total / len(scores), MOST_STRANGE)
        centre = float(weights @ scores) / total
        width = max(float(np.sqrt(weights @ (scores - centre) ** 2 / total)), 1e-6)
    return centre + width * float(-ndtri(rate))
