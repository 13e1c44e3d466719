from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from conf.settings import ProfileSettings
from tests.oracles_risk import known_log_odds, log_odds_at
from udfs.judging.account_risk import AccountEvidence, DocumentEvidence, Signal, Verdict
from udfs.judging.history import Interval, differs, timeline
from udfs.judging.transactions import PATTERN_LOG_ODDS, Pattern

SETTINGS = ProfileSettings()
START = datetime(2025, 1, 1, tzinfo=UTC)
HISTORIES = 250


def day(rng: np.random.Generator) -> datetime:
    return START + timedelta(days=int(rng.integers(0, 40)), hours=int(rng.integers(0, 3)))


def random_document(rng: np.random.Generator, number: int) -> DocumentEvidence:
    tied = bool(rng.random() < 0.5)
    return DocumentEvidence(
        doc_id=f"D-{number}",
        submitted_at=day(rng),
        own=float(rng.choice([-1.0, 0.0, 0.5, 2.0, 2.0])),
        campaign_id=f"C-{rng.integers(2)}" if tied else None,
        bonus=float(rng.choice([0.0, 1.5, 4.0])) if tied else 0.0,
        knowable_at=day(rng) if tied and rng.random() < 0.8 else None,
    )


def random_evidence(rng: np.random.Generator) -> AccountEvidence:
    kinds = ["bot", "chargeback"]
    names = sorted(PATTERN_LOG_ODDS)
    return AccountEvidence(
        account_id="A-1",
        opened_at=day(rng) if rng.random() < 0.8 else None,
        documents=tuple(random_document(rng, number) for number in range(rng.integers(0, 5))),
        signals=tuple(
            Signal(str(rng.choice(kinds)), day(rng), float(rng.choice([0.5, 1.0]))) for _ in range(rng.integers(0, 4))
        ),
        patterns=tuple(Pattern(name, day(rng), ("T-1",)) for name in names if rng.random() < 0.3),
        verdict=Verdict(str(rng.choice(["confirmed", "cleared"])), day(rng)) if rng.random() < 0.3 else None,
    )


def holding(intervals: tuple[Interval, ...], instant: datetime) -> Interval | None:
    held = [i for i in intervals if i.valid_from <= instant and (i.valid_to is None or instant < i.valid_to)]
    assert len(held) <= 1
    return held[0] if held else None


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_what_was_true_and_known_equals_the_slow_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nights = {date(2025, 3, 1) + timedelta(days=3 * n): random_evidence(rng) for n in range(rng.integers(1, 4))}
    versions: dict[date, tuple[Interval, ...]] = {}
    for night, evidence in nights.items():
        now = timeline(evidence, SETTINGS)
        last = versions[max(versions)] if versions else ()
        if differs(last, now) and now:
            versions[night] = now
    for _ in range(25):
        valid = day(rng) + timedelta(hours=int(rng.integers(-30, 30)))
        known = date(2025, 2, 28) + timedelta(days=int(rng.integers(0, 12)))
        told = [night for night in versions if night <= known]
        interval = holding(versions[max(told)], valid) if told else None
        wanted = known_log_odds({n: e for n, e in nights.items() if timeline(e, SETTINGS)}, valid, known, SETTINGS)
        assert (interval is None) == (wanted is None)
        if interval is not None:
            assert interval.profile.log_odds == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("seed", range(60))
def test_intervals_leave_no_hole_and_do_not_overlap(seed: int) -> None:
    evidence = random_evidence(np.random.default_rng(1000 + seed))
    intervals = timeline(evidence, SETTINGS)
    for before, after in pairwise(intervals):
        assert before.valid_to == after.valid_from
        assert before.valid_from < after.valid_from
        assert before.profile != after.profile
    if intervals:
        assert intervals[-1].valid_to is None
        assert log_odds_at(evidence, intervals[0].valid_from - timedelta(seconds=1), SETTINGS) is None


def test_a_campaign_holds_from_its_third_document_on() -> None:
    known = START + timedelta(days=9)
    document = DocumentEvidence("D-1", START, own=0.0, campaign_id="C-1", bonus=4.0, knowable_at=known)
    before, after = timeline(AccountEvidence("A-1", START, (document,)), SETTINGS)
    assert (before.profile.campaigns, after.profile.campaigns) == ((), ("C-1",))
    assert after.valid_from == known
    assert before.profile.risk == pytest.approx(SETTINGS.prior)
