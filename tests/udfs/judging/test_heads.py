import numpy as np
import pytest

from udfs.judging.heads import (
    FURTHER,
    LEAST_DOCUMENTS,
    STRONGEST,
    UNKNOWN_RARITY,
    Head,
    contradiction_signals,
    head_log_odds,
    rarity_of,
    raw_log_odds,
    signal_matrix,
)

HEAD = Head("tampered", ("a", "b"), np.array([0.0, 1.0]), np.array([1.0, 2.0]), np.array([2.0, 1.0]), -1.0, 0.5, 0.25)


def test_log_odds_follow_the_written_formula() -> None:
    assert raw_log_odds(HEAD, np.array([[0.5, 3.0]]))[0] == pytest.approx(-1.0 + 2 * 0.5 + 1.0)
    assert head_log_odds(HEAD, np.array([[0.5, 3.0]]))[0] == pytest.approx(0.5 * 1.0 + 0.25)


def test_a_missing_signal_counts_as_its_centre_and_none_at_all_is_nan() -> None:
    matrix = signal_matrix(HEAD.signals, [{"a": 0.5}, {"a": 0.5, "b": 1.0}, {}, {"a": float("inf"), "b": None}])
    values = raw_log_odds(HEAD, matrix)
    assert values[0] == values[1]
    assert np.isnan(values[2:]).all()


def test_a_row_does_not_depend_on_its_neighbours() -> None:
    matrix = np.random.default_rng(3).normal(size=(257, 2))
    alone = [raw_log_odds(HEAD, matrix[row : row + 1])[0] for row in range(len(matrix))]
    assert raw_log_odds(HEAD, matrix).tolist() == alone


def test_a_wild_value_does_not_decide_alone() -> None:
    assert raw_log_odds(HEAD, np.array([[1e9, 1.0]]))[0] == raw_log_odds(HEAD, np.array([[4.0, 1.0]]))[0]


def test_one_kind_counts_once_however_many_places_show_it() -> None:
    one = {"kind": "birth_date_mismatch", "confidence": 0.95}
    other = {"kind": "check_digit", "confidence": 0.9}
    signals = contradiction_signals([one, one, other])
    assert signals[STRONGEST] == pytest.approx(0.95 * UNKNOWN_RARITY)
    assert signals[FURTHER] == pytest.approx(0.9 * UNKNOWN_RARITY)
    assert contradiction_signals([]) == {STRONGEST: 0.0, FURTHER: 0.0}


def test_an_expired_document_speaks_less_than_a_changed_birth_date() -> None:
    expired = contradiction_signals([{"kind": "expired_at_submission", "confidence": 1.0}])
    changed = contradiction_signals([{"kind": "birth_date_mismatch", "confidence": 1.0}])
    assert expired[STRONGEST] < 0.25 * changed[STRONGEST]


def test_rarity_falls_with_what_others_show_and_needs_enough_of_them() -> None:
    assert rarity_of(0, LEAST_DOCUMENTS - 1) is None
    assert rarity_of(0, 1000) == 1.0
    rarities = [rarity_of(shown, 1000) or 0.0 for shown in (0, 5, 20, 60, 200)]
    assert rarities == sorted(rarities, reverse=True)
    assert rarities[-1] == 0.0
    assert (rarity_of(1, 30) or 0.0) > (rarity_of(3, 30) or 0.0) > 0.0
