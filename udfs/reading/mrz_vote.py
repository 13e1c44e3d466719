"""The vote of two readers on a row: the text reader's characters, and the line net's chances at each place."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from udfs.reading.mrz_layouts import ALPHABET
from udfs.reading.mrz_places import Places

Logs = npt.NDArray[np.float64]

# Chances are multiplied with these powers: readers of one picture err together, so that two do not count double, and
# the text reader is sure of much that it misreads. Measured on rows of drawn designs: so voted, a character is right
# as often as its chance says.
TEXT_WEIGHT, NET_WEIGHT = 0.4, 0.8
# Neither reader is surer than this, nor holds a character for less likely than that among the other 36.
SUREST, LEAST = 0.995, 1e-4
# What a place costs that the text reader passed over, and a character that it made up.
PASSED, MADE_UP = -2.5, -4.0


@dataclass(frozen=True)
class Voted:
    """A row at full width: its characters, and the chance of each that it is right."""

    text: str
    certainties: tuple[float, ...]


def vote(places: Places, text: str, certainties: tuple[float, ...]) -> Voted:
    """Let both readers vote on each place; where the text reader saw no character, the net's chances stand alone.

    The two are laid beside each other first, as the text reader may lose or add characters; a text that fits nowhere
    costs more than it gains, and then has no voice.
    """
    net = NET_WEIGHT * np.log(np.clip(places.chances.astype(np.float64), LEAST, SUREST))
    pooled = net.copy()
    for place, at in _beside(net, text):
        pooled[place] += TEXT_WEIGHT * _logs(text[at], certainties[at])
    raised = np.exp(pooled - pooled.max(axis=1, keepdims=True))
    chances = raised / raised.sum(axis=1, keepdims=True)
    said = "".join(ALPHABET[i] for i in chances.argmax(axis=1))
    return Voted(said, tuple(float(v) for v in chances.max(axis=1)))


def _logs(character: str, certainty: float) -> Logs:
    """Logarithms [37] of the text reader's chances: its character's certainty, the rest shared out."""
    sure = min(max(certainty, LEAST), SUREST)
    logs = np.full(len(ALPHABET), np.log((1 - sure) / (len(ALPHABET) - 1)))
    logs[ALPHABET.index(character)] = np.log(sure)
    return logs


def _beside(net: Logs, text: str) -> list[tuple[int, int]]:
    """Pairs of a place and a character of the text that stand beside each other (Needleman and Wunsch 1970)."""
    gains = (net[:, [ALPHABET.index(c) for c in text]] + np.log(len(ALPHABET))).tolist()
    best = [[MADE_UP * j for j in range(len(text) + 1)]]
    for gain in gains:
        row = [best[-1][0] + PASSED]
        for j, matched in enumerate(gain):
            row.append(max(best[-1][j] + matched, best[-1][j + 1] + PASSED, row[j] + MADE_UP))
        best.append(row)
    pairs, i, j = [], len(gains), len(text)
    while i and j:
        if best[i][j] == best[i - 1][j - 1] + gains[i - 1][j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif best[i][j] == best[i - 1][j] + PASSED:
            i -= 1
        else:
            j -= 1
    return pairs
