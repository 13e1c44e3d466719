import pytest

from jobs.evaluation import EVALUATIONS, EvaluationSettings
from udfs.nets.opening import shipped_inspector

# Enough documents that every segment has two of a kind.
SAMPLES = {"fields": 3, "corners": 4, "design": 18, "portrait": 36, "forensic": 9, "mrz": 8, "scorer": 16}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(EVALUATIONS))
def test_an_evaluation_answers_with_intervals_and_repeats(name: str) -> None:
    settings = EvaluationSettings(seed=4, samples=SAMPLES[name], folder=shipped_inspector())
    answers = EVALUATIONS[name](settings)
    assert any(answer.segment == "all" and answer.baselines for answer in answers)
    for answer in answers:
        assert 0 <= answer.low <= 1
        assert 0 <= answer.value <= 1
        assert answer.low <= answer.high
        assert (answer.n > 0) is ("not measured" not in answer.segment)
    assert EVALUATIONS[name](settings) == answers


def test_every_evaluation_is_run_here() -> None:
    assert set(SAMPLES) == set(EVALUATIONS)
