import numpy as np
import pytest

from schemas.words import MOVE_CAUSES
from tests.oracles_risk import shapley_by_orders
from udfs.judging.moves import AccountMove, DocumentMove, move_shares, shapley


@pytest.mark.parametrize("seed", range(20))
def test_shares_equal_the_average_over_all_orders(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table: dict[frozenset[str], float] = {}

    def value(acted: frozenset[str]) -> float:
        return table.setdefault(acted, float(rng.normal()))

    slow = shapley_by_orders(MOVE_CAUSES, value)
    assert shapley(value) == pytest.approx(slow, abs=1e-12)


@pytest.mark.parametrize("seed", range(50))
def test_shares_sum_to_the_move(seed: int) -> None:
    rng = np.random.default_rng(seed)
    documents = tuple(
        DocumentMove(
            own=(float(rng.normal()), float(rng.normal())),
            own_cause=str(rng.choice(["new_evidence", "new_model", "new_label"])),
            bonus=(float(rng.random()), float(rng.random() * 3)),
            campaigns=("C-1", "C-2"),
        )
        for _ in range(3)
    )
    before, now = float(rng.normal()), float(rng.normal())
    shares = move_shares(AccountMove((before, now), documents, rest=(0.0, float(rng.normal()))))
    assert sum(shares.values()) == pytest.approx(now - before, abs=1e-9)
    assert sorted(shares) == sorted(MOVE_CAUSES)


def test_causes_that_did_nothing_get_nothing() -> None:
    document = DocumentMove(own=(1.0, 3.0), own_cause="new_model", bonus=(2.0, 2.0), campaigns=("C-1", "C-1"))
    shares = move_shares(AccountMove((-1.6, 0.4), (document,), base=(-4.6, -4.6)))
    assert shares["new_model"] == pytest.approx(2.0)
    assert [cause for cause, share in shares.items() if share] == ["new_model"]


def test_two_causes_of_one_move_share_it_fairly() -> None:
    halves = (
        DocumentMove(own=(0.0, 4.0), own_cause="new_model"),
        DocumentMove(own=(0.0, 4.0), own_cause="new_label"),
    )
    shares = move_shares(AccountMove((0.0, 6.0), halves))
    assert shares["new_model"] == pytest.approx(3.0)
    assert shares["new_label"] == pytest.approx(3.0)


def test_what_the_parts_cannot_explain_is_a_new_threshold() -> None:
    shares = move_shares(AccountMove((-4.0, -1.0), base=(-4.0, -4.0), rest=(0.0, 2.0)))
    assert shares["new_threshold"] == pytest.approx(1.0)
    assert shares["new_evidence"] == pytest.approx(2.0)
