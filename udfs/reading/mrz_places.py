"""The places of a monospaced row: where its 30, 36 or 44 characters stand by what the line net saw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from udfs.reading.mrz_layouts import ALPHABET

Floats = npt.NDArray[np.float32]

# A step's logit of being a centre is believed up to here, so that no single one decides how long a row is.
MOST_SURE = 6.0
# Steps from one centre to the next that a row of any format may have, its ends found badly.
GAPS = (3, 4, 5, 6, 7, 8, 9, 10)
# What each step costs by which a gap differs from the row's pitch, squared: paper bends, the pitch hardly changes.
STRAY = 0.6


@dataclass(frozen=True)
class Places:
    """A row read as so many characters.

    Attributes:
        chances: float32 [n, 37], of each character of the alphabet at each place.
        along: float64 [n], where each centre stands along the row's picture, in [0, 1].
        support: how much better than chance the centres fit, a sum of logits.
    """

    chances: Floats
    along: npt.NDArray[np.float64]
    support: float

    @property
    def text(self) -> str:
        """The likeliest character of each place."""
        return "".join(ALPHABET[i] for i in self.chances.argmax(axis=1))

    @property
    def certainties(self) -> tuple[float, ...]:
        """Chance of each character of `text`."""
        return tuple(float(v) for v in self.chances.max(axis=1))


def find_places(seen: Floats, count: int) -> Places:
    """Read what the net saw of a row (float32 [38, steps]) as `count` characters."""
    gain = np.clip(seen[0].astype(np.float64), -MOST_SURE, MOST_SURE)
    free, _ = _best_path(gain, count, GAPS, np.zeros(len(GAPS)))
    pitch = (free[-1] - free[0]) / (count - 1)
    near = [gap for gap in GAPS if abs(gap - pitch) < 2.0]
    path, support = _best_path(gain, count, near, STRAY * (np.array(near) - pitch) ** 2)
    logits = seen[1:, path].T
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = (raised / raised.sum(axis=1, keepdims=True)).astype(np.float32)
    return Places(chances, (path + 0.5) / seen.shape[1], support)


def _best_path(
    gain: npt.NDArray[np.float64], count: int, gaps: Sequence[int], costs: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.intp], float]:
    """The `count` steps, so far apart, whose gains less the costs of their gaps add up highest (Viterbi)."""
    steps, most = len(gain), max(gaps)
    earlier = np.arange(steps)[None, :] - np.array(gaps)[:, None] + most
    came = np.zeros((count, steps), np.intp)
    total = gain.copy()
    for place in range(1, count):
        padded = np.concatenate([np.full(most, -np.inf), total])
        options = padded[earlier] - costs[:, None]
        came[place] = options.argmax(axis=0)
        total = gain + options.max(axis=0)
    path = [int(total.argmax())]
    for place in range(count - 1, 0, -1):
        path.append(path[-1] - gaps[came[place, path[-1]]])
    return np.array(path[::-1], np.intp), float(total.max())
