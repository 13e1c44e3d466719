"""Cards of a design as their places' marks."""

import numpy as np

ZONES = ("visual.surname", "visual.birth_date", "visual.number", "portrait")
Card = dict[str, list[float]]


def cards(count: int, seed: int = 0, *, lamp: float = 1.0) -> list[Card]:
    """Cards of one design: each place has its own marks, each card its own light, which moves all places at once."""
    rng = np.random.default_rng(seed)
    usual = rng.normal(0, 2, (len(ZONES), 6))
    slope = rng.normal(1, 0.4, (len(ZONES), 6))
    made = []
    for number in range(count):
        own = np.random.default_rng((seed, number, 1))
        marks = usual + slope * own.normal(0, lamp) + own.normal(0, 0.1, usual.shape)
        made.append({zone: row.tolist() for zone, row in zip(ZONES, marks, strict=True)})
    return made


def smoothed(card: Card, zone: str, by: float = 1.5) -> Card:
    return card | {zone: [mark - by for mark in card[zone]]}
