import pytest

from jobs.evaluation import EVALUATIONS, EvaluationSettings, corners, mrz
from udfs.nets.opening import shipped_inspector

# Enough documents that every segment has two of a kind.
SAMPLES = {
    "fields": 3,
    "tampering": 4,
    "physical": 4,
    "generated": 4,
    "campaigns": 30,
    "portraits": 36,
    "designs": 18,
    "scorer": 16,
    "corners": 4,
    "mrz": 8,
}
ASKED = EVALUATIONS | {"corners": corners.evaluate, "mrz": mrz.evaluate}  # the last two stand on cards alone


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ASKED))
def test_an_evaluation_answers_with_intervals_and_repeats(name: str) -> None:
    settings = EvaluationSettings(seed=4, samples=SAMPLES[name], folder=shipped_inspector())
    answers = ASKED[name](settings)
    assert any(answer.segment == "all" and answer.baselines for answer in answers)
    for answer in answers:
        assert 0 <= answer.low <= 1
        assert 0 <= answer.value <= 1
        assert answer.low <= answer.high
        assert (answer.n > 0) is ("not measured" not in answer.segment)
    assert ASKED[name](settings) == answers


def test_every_evaluation_is_run_here() -> None:
    assert set(SAMPLES) == set(ASKED)
