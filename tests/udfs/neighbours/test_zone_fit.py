import numpy as np
import pytest

from tests.fakes_zones import cards, smoothed
from udfs.neighbours.zone_fit import LEAST_CARDS, fit_zones, oddness


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


def test_four_in_five_new_cards_are_no_odder_than_one_where_a_design_varies_by_itself() -> None:
    rng = np.random.default_rng(1)
    made = []
    for card in cards(160):
        unsteady = 1.0 if rng.random() < 0.4 else 0.1
        made.append({zone: (marks + rng.normal(0, unsteady, 6)).tolist() for zone, marks in card.items()})
    fit = fit_zones(made[:60])
    assert fit is not None
    values = [found.value for card in made[60:] if (found := oddness(fit, card))]
    assert fit.usual > 1.5
    assert 0.7 < float(np.quantile(values, 0.8)) < 1.3


@pytest.mark.parametrize("count", [LEAST_CARDS, 90])
def test_the_same_cards_give_the_same_fit(count: int) -> None:
    one, two = fit_zones(cards(count)), fit_zones(cards(count))
    assert one is not None
    assert two is not None
    assert np.array_equal(one.spread, two.spread)
    assert one.cards == count
