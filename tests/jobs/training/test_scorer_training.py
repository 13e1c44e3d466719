import numpy as np
import pytest

from jobs.evaluation.scorer import evidence_of
from jobs.evaluation.scorer_material import Example
from jobs.training.scorer import HEAD_SIGNALS, monotone_logistic, train_scorer
from schemas.words import EVIDENCE_FAMILIES


def simulated(seed: int, *, count: int = 240, held_out: bool = False, blind: bool = False) -> list[Example]:
    """Half genuine, half forged in one family each, whose signals then lie one and a half deviations higher."""
    rng = np.random.default_rng(seed)
    examples = []
    for number in range(count):
        family = EVIDENCE_FAMILIES[number // 2 % 4] if number % 2 else None
        signals: dict[str, float | None] = {}
        for name, names in HEAD_SIGNALS.items():
            lift = 1.5 if name == family and not blind else 0.0
            signals |= {signal: float(rng.normal() + lift) for signal in names}
        examples.append(Example(f"design-{number % 10}", family, signals, held_out=held_out))
    return examples


def test_heads_are_monotone_and_calibrated_on_what_they_never_saw() -> None:
    scorer = train_scorer([*simulated(1, count=800), *simulated(9, held_out=True)])
    unseen = simulated(2, count=4000)
    for family in EVIDENCE_FAMILIES:
        assert (scorer.heads[family].weights >= 0).all()
        kept = [example for example in unseen if example.family in (None, family)]
        forged = np.asarray([example.family == family for example in kept])
        kept_odds = evidence_of(scorer, family, kept)
        chance = 1 / (1 + np.exp(-kept_odds))
        assert kept_odds[forged].mean() > kept_odds[~forged].mean() + 1.0
        middle = (chance > 0.4) & (chance < 0.6)
        weights = np.where(forged, 0.5 / forged.sum(), 0.5 / (~forged).sum())
        assert (weights * forged)[middle].sum() / weights[middle].sum() == pytest.approx(0.5, abs=0.15)
    assert all(weight >= 0 for weight in scorer.fusion.weights.values())


def test_signals_without_worth_leave_evidence_at_even_odds() -> None:
    scorer = train_scorer(simulated(3, blind=True))
    for family in EVIDENCE_FAMILIES:
        assert np.abs(evidence_of(scorer, family, simulated(4, blind=True))).max() < 1.5


def test_held_out_examples_do_not_train() -> None:
    examples = simulated(5)
    with_more = train_scorer([*examples, *simulated(6, held_out=True)])
    alone = train_scorer(examples)
    for family in EVIDENCE_FAMILIES:
        assert with_more.heads[family].weights.tolist() == alone.heads[family].weights.tolist()


def test_a_family_without_forgeries_is_refused() -> None:
    with pytest.raises(ValueError, match="generated"):
        train_scorer([example for example in simulated(7) if example.family != "generated"])


def test_abstaining_examples_have_no_evidence() -> None:
    scorer = train_scorer(simulated(8))
    blind = Example("design-1", None, {}, frozenset({"physical"}))
    assert np.isnan(evidence_of(scorer, "physical", [blind])).all()


def test_a_signal_that_speaks_the_wrong_way_gets_no_weight() -> None:
    rng = np.random.default_rng(9)
    forged = rng.random(400) < 0.5
    matrix = np.column_stack([rng.normal(size=400) - 2 * forged, rng.normal(size=400) + 2 * forged])
    weights, _ = monotone_logistic(matrix, forged)
    assert weights[0] == 0.0
    assert weights[1] > 0.5
