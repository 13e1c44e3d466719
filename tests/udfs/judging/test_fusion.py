import pytest

from udfs.judging.fusion import (
    CAMPAIGN_MOST,
    CONFIRMED_RISK,
    LEAST,
    OWN_LEAST,
    Fusion,
    Standing,
    campaign_log_odds,
    heeded,
    own_log_odds,
    risk_log_odds,
    standing_of,
)
from udfs.judging.log_odds import logit, sigmoid

FIRM = Standing("C-1", documents=12, accounts=10, cohesion=0.9, weakest_tie=0.95, tie=0.97, kinds=("template",))


def changed(**fields: object) -> Standing:
    return Standing(**{**vars(FIRM), **fields})


def test_an_abstaining_family_adds_nothing() -> None:
    evidence = {"physical": None, "tampered": 2.0, "generated": None, "inconsistent": None}
    assert own_log_odds(Fusion(), evidence) == 2.0
    assert own_log_odds(Fusion(intercept=3.0), dict.fromkeys(evidence)) == 0.0


def test_clean_pixels_acquit_little_and_one_family_convicts_no_more_than_its_bound() -> None:
    clean = dict.fromkeys(("physical", "tampered", "generated", "inconsistent"), -9.0)
    assert own_log_odds(Fusion(), {"tampered": -9.0}) == LEAST
    assert own_log_odds(Fusion(), clean) == OWN_LEAST
    assert own_log_odds(Fusion(), {"tampered": 50.0}) == 6.0


def test_risk_grows_with_evidence() -> None:
    parts = [own_log_odds(Fusion(), {"tampered": value}) for value in (-3.0, -0.2, 0.0, 1.0, 3.0, 8.0)]
    assert parts == sorted(parts)


@pytest.mark.parametrize("stronger", [{"accounts": 20}, {"cohesion": 1.0}, {"tie": 1.0}])
def test_a_campaign_corroborates_more_the_larger_and_firmer_it_is(stronger: dict[str, object]) -> None:
    small = changed(accounts=4)
    assert 0 < campaign_log_odds(small) < campaign_log_odds(Standing(**{**vars(small), **stronger})) <= CAMPAIGN_MOST


def test_ties_within_a_household_corroborate_little() -> None:
    assert campaign_log_odds(changed(kinds=("own_resubmission",))) == 0.0
    assert campaign_log_odds(changed(accounts=1)) == 0.0
    assert campaign_log_odds(None) == 0.0
    assert campaign_log_odds(changed(kinds=("shared_device",))) < 0.5 * campaign_log_odds(FIRM)


def test_a_confirmed_verdict_is_a_floor_and_a_cleared_one_takes_the_campaign_away() -> None:
    assert sigmoid(risk_log_odds(0.01, (0.0, 0.0), "confirmed")) == pytest.approx(CONFIRMED_RISK)
    assert risk_log_odds(0.01, (6.0, 6.5), "confirmed") == logit(0.01) + 12.5
    assert heeded(FIRM, "cleared", None) is None
    assert heeded(FIRM, None, "cleared") is None
    assert heeded(FIRM, None, "confirmed") is FIRM


def test_a_standing_is_read_from_a_struct() -> None:
    assert standing_of({**vars(FIRM), "kinds": ["template"]}) == FIRM
    assert standing_of(None) is None
    assert standing_of(float("nan")) is None
