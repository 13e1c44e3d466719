import numpy as np
import pytest

from udfs.neighbours.zone_fit import LEAST_CARDS, fit_zones, oddness

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


def test_a_smoothed_place_is_the_oddest_whatever_the_light() -> None:
    made = cards(60)
    fit = fit_zones(made[:40])
    assert fit is not None
    genuine = [found.value for card in made[40:] if (found := oddness(fit, card))]
    forged = [oddness(fit, smoothed(card, "visual.birth_date")) for card in made[40:]]
    assert {found.zone for found in forged if found} == {"visual.birth_date"}
    assert min(found.value for found in forged if found) > max(genuine)


def test_one_forgery_among_the_cards_does_not_explain_itself_away() -> None:
    made = cards(LEAST_CARDS + 10)
    forged = smoothed(made[0], "visual.number", by=2.5)
    fit = fit_zones([forged, *made[1:]])
    assert fit is not None
    found = oddness(fit, forged)
    assert found is not None
    assert found.zone == "visual.number"
    assert found.value > max(other.value for card in made[1:] if (other := oddness(fit, card)))


def test_too_few_cards_or_places_say_nothing() -> None:
    made = cards(LEAST_CARDS)
    assert fit_zones(made[:-1]) is None
    assert fit_zones([{"portrait": card["portrait"]} for card in made]) is None
    fit = fit_zones(made)
    assert fit is not None
    assert oddness(fit, {"portrait": made[0]["portrait"], "elsewhere": made[0]["portrait"]}) is None


def test_a_place_that_a_card_does_not_show_is_never_its_oddest() -> None:
    made = cards(LEAST_CARDS + 5)
    fit = fit_zones(made)
    assert fit is not None
    card = {zone: marks for zone, marks in made[0].items() if zone != "portrait"}
    found = oddness(fit, card)
    assert found is not None
    assert found.zone != "portrait"


@pytest.mark.parametrize("count", [LEAST_CARDS, 90])
def test_the_same_cards_give_the_same_fit(count: int) -> None:
    one, two = fit_zones(cards(count)), fit_zones(cards(count))
    assert one is not None
    assert two is not None
    assert np.array_equal(one.spread, two.spread)
    assert one.cards == count
