import numpy as np

from jobs.evaluation.file_judge import OURS, Judge
from jobs.evaluation.held_out import training_designs
from jobs.evaluation.pairs import draw_twins
from udfs.nets.opening import shipped_inspector
from udfs.scorer import shipped_scorer


def test_a_file_is_judged_for_tampering_with_all_that_the_inspector_reads_of_it() -> None:
    (design,) = training_designs(1, 5)
    twins = draw_twins(design, "retype", seed=(5, 1), split=True)
    assert twins is not None
    answer = Judge(shipped_inspector(), shipped_scorer(), "tampered").answer(twins.genuine_file, twins.design)
    assert np.isfinite(list(answer.scores.values())).all()
    assert OURS in answer.scores
