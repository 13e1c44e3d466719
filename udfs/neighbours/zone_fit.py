"""How a place of a card stands against the same place of its design's other cards, whatever light and file they had."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Marks = Mapping[str, Sequence[float]]

SIGNAL = "zone_oddness"  # name of the oddest place's value among the signals
LEAST_CARDS = 20  # with fewer, what cards share cannot be told from what one has
LEAST_ZONES = 3
PRESENT = 0.5  # share of the cards that must show a place
CLIP = 4.0  # robust standard deviations: one forgery must not turn what all share
FLOOR = 0.05  # log units: nothing is measured better
SHARED = 5  # most directions that are taken for captures
CARDS_EACH = 6  # cards that a direction needs
PARTICIPATION = 0.2  # share of the cards that must take part in a direction
NARROWED = 1.15  # what is left beside fitted directions is narrower than a new card's
TELLING = 2.5  # oddness from which a place is named; of 129 genuine specimens none reached 2.1
FOLDS = 6
USUAL = 0.8  # quantile of the cards, each held against a fit without it, that is an oddness of 1
LEAST_USUAL = 1.0  # robust standard deviations: places of no design lie closer
MOST = 8.0  # robust standard deviations beyond which a mark says no more


@dataclass(frozen=True)
class ZoneFit:
    """A design as its cards show it.

    Attributes:
        zones: names of places.
        median: [zones, marks].
        scale: [zones, marks], robust standard deviation of all cards.
        shared: [k, zones * marks], unit: what lamps, lenses and files do to all places of a card at once.
        spread: [zones, marks], robust standard deviation, in `scale`, of what is left beside `shared`.
        usual: robust standard deviations by which four in five of its cards are off at most, each at its oddest place.
        cards: how many it was made from.
    """

    zones: tuple[str, ...]
    median: Doubles
    scale: Doubles
    shared: Doubles
    spread: Doubles
    usual: float
    cards: int


@dataclass(frozen=True)
class Oddness:
    """The oddest place of a card, by name: root mean square of its marks as a multiple of what is usual."""

    value: float
    zone: str


def fit_zones(cards: Sequence[Marks]) -> ZoneFit | None:
    """A design from the marks of its cards, equally many a place; None with fewer than 20 cards or 3 places.

    One card weighs little: its marks are clipped, and a direction counts only where many cards take part in it, or a
    forgery that is fitted with the rest would explain itself away. How far off a card of the design usually is, by
    chance and by how many places it has, is told by fits that do not know it.
    """
    fit = _fitted(cards) if len(cards) >= LEAST_CARDS else None
    if fit is None:
        return None
    off = [
        found.value
        for fold in range(FOLDS)
        if (others := _fitted([card for place, card in enumerate(cards) if place % FOLDS != fold])) is not None
        for card in cards[fold::FOLDS]
        if (found := oddness(others, card)) is not None
    ]
    return replace(fit, usual=max(LEAST_USUAL, float(np.quantile(off, USUAL)))) if off else None


def _fitted(cards: Sequence[Marks]) -> ZoneFit | None:
    """A design whose usual card is not known yet; None with fewer than 3 places."""
    seen = sorted({zone for card in cards for zone in card})
    zones = tuple(zone for zone in seen if sum(zone in card for card in cards) >= PRESENT * len(cards))
    if len(zones) < LEAST_ZONES:
        return None
    stack = np.stack([_matrix(card, zones) for card in cards])
    median = np.nanmedian(stack, axis=0)
    scale = _robust(stack - median) + FLOOR
    flat = _flat(stack, median, scale)
    shared = _shared(flat)
    spread = NARROWED * _robust((flat - (flat @ shared.T) @ shared).reshape(stack.shape)) + FLOOR
    return ZoneFit(zones, median, scale, shared, spread, 1.0, len(cards))


def oddness(fit: ZoneFit, card: Marks) -> Oddness | None:
    """The oddest place of a card of the design; None where it shows fewer than 3 of its places."""
    if sum(zone in card for zone in fit.zones) < LEAST_ZONES:
        return None
    stack = _matrix(card, fit.zones)[None]
    flat = _flat(stack, fit.median, fit.scale)
    rest = (flat - (flat @ fit.shared.T) @ fit.shared).reshape(fit.spread.shape) / fit.spread
    odd = np.sqrt((np.clip(rest, -MOST, MOST) ** 2).mean(axis=1))
    odd[np.isnan(stack[0]).any(axis=1)] = 0.0
    place = int(odd.argmax())
    return Oddness(float(odd[place]) / fit.usual, fit.zones[place])


def _matrix(card: Marks, zones: Sequence[str]) -> Doubles:
    """Marks [zones, marks]; nan where the card shows nothing there."""
    count = max((len(marks) for marks in card.values()), default=0)
    rows = [card[zone] if zone in card else [np.nan] * count for zone in zones]
    return np.asarray(rows, np.float64).reshape(len(zones), count)


def _flat(stack: Doubles, median: Doubles, scale: Doubles) -> Doubles:
    """Cards [n, zones * marks] in robust standard deviations from the median, clipped; 0 where nothing was seen."""
    standard = np.clip((stack - median) / scale, -CLIP, CLIP)
    return np.nan_to_num(standard).reshape(len(stack), -1)


def _shared(flat: Doubles) -> Doubles:
    """Unit directions [k, zones * marks], at most five, the strongest first, in which many cards take part."""
    left, _, right = np.linalg.svd(flat, full_matrices=False)
    together = 1.0 / np.sum(left**4, axis=0) > PARTICIPATION * len(flat)
    return np.asarray(right[together][: min(SHARED, len(flat) // CARDS_EACH)], np.float64)


def _robust(away: Doubles) -> Doubles:
    """Robust standard deviation over the first axis, of distances from the median."""
    return np.asarray(1.4826 * np.nanmedian(np.abs(away), axis=0), np.float64)
