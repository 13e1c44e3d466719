from datetime import UTC, datetime

import pytest

from conf.settings import ProfileSettings
from udfs.judging.account_risk import AccountEvidence, DocumentEvidence, Signal, Verdict, account_risk, damped
from udfs.judging.log_odds import logit, sigmoid
from udfs.judging.transactions import Pattern, canonical_address

SETTINGS = ProfileSettings()
AT = datetime(2026, 1, 3, tzinfo=UTC)
SHARES = "Its passport shares a blank with 11 documents of 9 other accounts (weakest tie 0.97)"


def test_an_account_without_evidence_is_at_its_prior() -> None:
    profile = account_risk(AccountEvidence("A-1", AT), SETTINGS)
    assert profile.risk == pytest.approx(SETTINGS.prior)
    assert profile.tier == "low"
    assert profile.reasons == ()


def test_base_and_components_are_the_log_odds_of_risk() -> None:
    evidence = AccountEvidence(
        "A-1",
        AT,
        (
            DocumentEvidence("D-1", AT, 2.0, "C-1", 4.0, AT, (SHARES, "The birth date differs")),
            DocumentEvidence("D-2", AT, 1.0, "C-1", 3.0, AT),
        ),
        (Signal("chargeback", AT), Signal("chargeback", AT, 0.5), Signal("bot", AT, 0.5)),
        (Pattern("structuring", AT, ("T-1", "T-2", "T-3")),),
    )
    profile = account_risk(evidence, SETTINGS)
    assert dict(profile.components) == pytest.approx(
        {"campaigns": 4.0, "documents": 2.5, "signals": 2.5, "transactions": 1.5}
    )
    assert list(profile.components) == sorted(profile.components)
    assert logit(profile.risk) == pytest.approx(profile.base_log_odds + sum(profile.components.values()))
    assert profile.reasons[0] == f"Campaign C-1: i{SHARES[1:]}"
    assert profile.reasons[1:3] == ("2 chargeback signals", "Document D-1: The birth date differs")
    assert profile.tier == "severe"
    assert (profile.documents, profile.campaigns) == (("D-1", "D-2"), ("C-1",))


@pytest.mark.parametrize(("log_odds", "tier"), [(-3.0, "low"), (-2.0, "elevated"), (0.1, "high"), (2.3, "severe")])
def test_tiers_begin_where_the_settings_say(log_odds: float, tier: str) -> None:
    own = log_odds - logit(SETTINGS.prior)
    profile = account_risk(AccountEvidence("A-1", AT, (DocumentEvidence("D-1", AT, own),)), SETTINGS)
    assert profile.risk == pytest.approx(sigmoid(log_odds))
    assert profile.tier == tier


def test_a_verdict_is_told_and_moves_the_risk_both_ways() -> None:
    plain = account_risk(AccountEvidence("A-1", AT), SETTINGS)
    confirmed = account_risk(AccountEvidence("A-1", AT, verdict=Verdict("confirmed", AT)), SETTINGS)
    cleared = account_risk(AccountEvidence("A-1", AT, verdict=Verdict("cleared", AT)), SETTINGS)
    assert cleared.risk < plain.risk < confirmed.risk
    assert confirmed.reasons == ("A reviewer confirmed this account on 2026-01-03",)


def test_more_of_the_same_tells_less_and_never_acquits() -> None:
    assert [weight for weight, _ in damped([(1.0, "b"), (2.0, "a"), (-5.0, "c"), (4.0, "d")])] == [4.0, 1.0, 0.25]


@pytest.mark.parametrize(
    ("address", "canonical"),
    [
        (" 0xAbC1 ", "0xabc1"),
        ("BC1QXY", "bc1qxy"),
        ("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
        ("  ", None),
        (None, None),
    ],
)
def test_addresses_are_compared_in_one_form(address: str | None, canonical: str | None) -> None:
    assert canonical_address(address) == canonical
