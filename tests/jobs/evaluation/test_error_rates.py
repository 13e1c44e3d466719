from pathlib import Path

import cv2
import numpy as np
import pytest

from jobs.evaluation.error_rates import AS_ERRORS, one_figure, told
from jobs.evaluation.file_judge import BASELINES, OURS
from jobs.evaluation.judged import Judged, Seen
from jobs.evaluation.measures import EvaluationSettings, auc, equal_error
from jobs.evaluation.physical import _apcer
from jobs.evaluation.tampering import pixel_f1

GROUPS = {"chain": "as sent", "channel": "file", "issuer": "XQL", "tongue": "o", "sex": "F", "age": "50+"}


def seen(score: float, *, abstained: bool = False, pixels: tuple[int, int, int] = (0, 0, 0)) -> Seen:
    methods = dict.fromkeys(BASELINES, 0.0)
    return Seen({**methods, OURS: score}, abstained, np.array(pixels))


def pair(forged: Seen, genuine: Seen, attack: str = "retype", attacks: str = "trained") -> Judged:
    return Judged({**GROUPS, "attack": attack, "attacks": attacks}, forged, genuine)


def test_abstentions_are_left_out_first_and_errors_afterwards() -> None:
    rows = [pair(seen(2.0), seen(-2.0)) for _ in range(3)]
    rows += [pair(seen(5.0, abstained=True), seen(-5.0, abstained=True))]
    alone, counted = one_figure("x", auc, rows, 1)
    assert (alone.segment, alone.value, alone.n) == ("all", 1.0, 3)
    assert (counted.segment, counted.n) == (AS_ERRORS, 4)
    assert counted.value == pytest.approx((3 * 0.75) / 4)


def test_a_baseline_that_says_the_same_of_all_is_chance() -> None:
    figure = one_figure("x", auc, [pair(seen(1.0), seen(0.0))], 1)[0]
    assert set(figure.baselines.values()) == {0.5}


def test_where_everything_abstains_only_errors_are_told() -> None:
    row = pair(seen(1.0, abstained=True), seen(0.0, abstained=True))
    assert [figure.segment for figure in one_figure("x", equal_error, [row], 1)] == [AS_ERRORS]


def test_the_worst_species_is_told_against_all_genuine_cards() -> None:
    rows = [pair(seen(3.0 + number), seen(0.1 * number), "halftone") for number in range(10)]
    rows += [pair(seen(0.05 + 0.1 * number), seen(0.1 * number), "cut_out", "unseen") for number in range(10)]
    rates = {figure.segment: figure.value for figure in _apcer("physical_apcer_bpcer10", rows, 0.1, 1)}
    assert rates["species=halftone"] == 0
    assert rates["all"] == rates["species=cut_out"] > 0.8


def test_pixels_found_on_a_twin_are_false() -> None:
    rows = [pair(seen(1.0, pixels=(60, 20, 20)), seen(0.0, pixels=(0, 20, 0)))]
    assert pixel_f1(rows, 1, "all")[0].value == pytest.approx(120 / (120 + 40 + 20))


def test_every_group_of_genuine_cards_has_its_false_alarms_and_every_chain_its_curve(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = [pair(seen(rng.normal(2)), seen(rng.normal())) for _ in range(40)]
    figures = told("tampered", rows, EvaluationSettings(1, 40, tmp_path, pictures=tmp_path / "drawn"))
    assert cv2.imread(str(tmp_path / "drawn" / "tampered-curves.png")).std() > 0
    gaps = {figure.segment: figure for figure in figures if figure.measure == "tampered_false_alarm"}
    assert set(gaps) == {"issuer=XQL", "tongue=o", "sex=F", "age=50+"}
    assert all(figure.value <= 0.05 for figure in gaps.values())
    names = {figure.measure for figure in figures}
    assert {"tampered_tpr_fpr001", "tampered_eer", "tampered_calibration_error", "tampered_abstention"} <= names


def test_without_a_pair_nothing_is_told(tmp_path: Path) -> None:
    settings = EvaluationSettings(1, 2, tmp_path, pictures=tmp_path)
    assert told("tampered", [], settings) == one_figure("x", auc, [], 1) == pixel_f1([], 1, "all") == []
    silent = [pair(seen(1.0, abstained=True), seen(0.0))]
    assert not [figure for figure in told("tampered", silent, settings) if figure.n == 0]
