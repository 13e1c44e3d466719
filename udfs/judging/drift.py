"""How far one distribution moved from another."""

from collections.abc import Sequence

import numpy as np

FLOOR = 1e-4  # a share that an empty bin counts as, so that its logarithm exists


def population_stability_index(before: Sequence[float], after: Sequence[float], *, bins: int) -> float:
    """PSI of two samples of values between 0 and 1 over equal bins; 0 for equal shares, above 0.25 a large shift.

    Raises:
        ValueError: a sample is empty.
    """
    if not before or not after:
        raise ValueError("a stability index needs two samples that are not empty")
    edges = np.linspace(0.0, 1.0, bins + 1)
    shares = [np.maximum(np.histogram(values, edges)[0] / len(values), FLOOR) for values in (before, after)]
    return float(np.sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))
