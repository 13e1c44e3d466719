"""How far one distribution moved from another."""

from collections.abc import Sequence

import numpy as np

FLOOR = 1e-4  # a share that an empty bin counts as, so that its logarithm exists


def inner_edges(bins: int) -> list[float]:
    """What parts equal bins of values between 0 and 1; a value on an edge is of the bin above."""
    return [float(edge) for edge in np.linspace(0.0, 1.0, bins + 1)[1:-1]]


def population_stability_index(before: Sequence[int], after: Sequence[int]) -> float:
    """PSI of two samples counted by bin; 0 for equal shares, above 0.25 a large shift.

    Raises:
        ValueError: a sample is empty.
    """
    if not any(before) or not any(after):
        raise ValueError("a stability index needs two samples that are not empty")
    shares = [np.maximum(np.asarray(counts) / sum(counts), FLOOR) for counts in (before, after)]
    return float(np.sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))
