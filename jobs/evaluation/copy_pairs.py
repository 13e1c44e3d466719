"""Micro average precision over the pairs of a gallery of copies, with intervals that leave out whole families."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

GROUPS = 20  # of families, left out in turn
T95 = 2.093  # Student's t at 97.5 % with 19 degrees of freedom

Rows = npt.NDArray[np.int64]
Kept = npt.NDArray[np.bool_]
Estimate = tuple[float, float, float]


@dataclass(frozen=True)
class Pairs:
    """All pairs of a gallery, the most alike first.

    Attributes:
        one: int64 [m], row of one copy.
        two: int64 [m], row of the other.
        values: float [m], likeness, falling.
        same: bool [m], whether both show one photograph.
        families: int64 [n], the family of each row's face.
    """

    one: Rows
    two: Rows
    values: npt.NDArray[np.floating]
    same: Kept
    families: Rows

    def either(self, rows: Kept) -> Kept:
        """Pairs [m] of which at least one end is among some rows [n]."""
        return np.asarray(rows[self.one] | rows[self.two])

    def precision(self, kept: Kept | None = None) -> float:
        """Micro average precision (uAP of the copy-detection field) of all pairs or of those kept [m]."""
        same = self.same if kept is None else self.same[kept]
        precision = np.cumsum(same) / np.arange(1, len(same) + 1)
        return float(precision[same].mean()) if same.any() else 0.0

    def estimate(self, kept: Kept | None = None) -> Estimate:
        """The same with a 95 % interval by the jackknife over groups of families: value, low, high."""
        kept = np.ones(len(self.same), bool) if kept is None else kept
        group = self.families % GROUPS
        left_out = [
            self.precision(kept & (group[self.one] != index) & (group[self.two] != index))
            for index in np.unique(group).tolist()
        ]
        value = self.precision(kept)
        half = T95 * float(np.sqrt((len(left_out) - 1) * np.var(left_out)))
        return value, max(0.0, value - half), min(1.0, value + half)


def all_pairs(likeness: npt.NDArray[np.floating], photos: Rows, families: Rows) -> Pairs:
    """The pairs of a gallery by the likeness [n, n] of its rows and the photograph [n] that each shows."""
    one, two = np.triu_indices(len(photos), 1)
    values = likeness[one, two]
    order = np.argsort(-values, kind="stable")
    one, two = one[order].astype(np.int64), two[order].astype(np.int64)
    return Pairs(one, two, values[order], photos[one] == photos[two], families)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """First less second of two independent figures, with its 95 % interval."""
    low = np.hypot(first[0] - first[1], second[2] - second[0])
    high = np.hypot(first[2] - first[0], second[0] - second[1])
    value = first[0] - second[0]
    return value, float(value - low), float(value + high)
