import numpy as np

from jobs.evaluation.corners import contour_corners, overlap
from jobs.evaluation.designs import dhash, hamming, nearest_alike
from jobs.evaluation.measures import Measure, auc, average_precision, equal_error, hit_rate, share, wilson
from jobs.training.card import card_text


def test_auc_counts_pairs_and_ties_half() -> None:
    assert auc(np.array([2.0, 1.0]), np.array([1.0, 0.0])) == 0.875
    assert auc(np.array([1.0]), np.array([1.0])) == 0.5


def test_equal_error_of_separated_and_of_equal_scores() -> None:
    assert equal_error(np.array([3.0, 4.0]), np.array([1.0, 2.0])) == 0.0
    scores = np.arange(100.0)
    assert abs(equal_error(scores, scores) - 0.5) < 0.02


def test_hit_rate_keeps_its_false_alarms() -> None:
    negative = np.arange(1000.0)
    assert hit_rate(np.array([980.0, 995.0]), negative, 0.01) == 0.5


def test_average_precision_of_a_ranking() -> None:
    assert average_precision(np.array([0.9, 0.8, 0.7]), np.array([True, False, True])) == (1 + 2 / 3) / 2


def test_wilson_covers_and_stays_in_bounds() -> None:
    low, high = wilson(0, 20)
    assert low == 0
    assert 0.1 < high < 0.2
    assert share("rate", [True] * 9 + [False]).value == 0.9


def test_overlap_of_shifted_squares() -> None:
    square = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], np.float32)
    assert abs(overlap(square, square) - 1) < 1e-5
    assert abs(overlap(square, square + np.array([5, 0], np.float32)) - 1 / 3) < 1e-3


def test_contour_baseline_finds_a_bright_card_on_a_dark_table() -> None:
    image = np.zeros((400, 600, 3), np.uint8)
    image[100:300, 150:470] = 220
    truth = np.array([[150, 100], [470, 100], [470, 300], [150, 300]], np.float32)
    assert overlap(contour_corners(image), truth) > 0.95


def test_dhash_and_nearest() -> None:
    images = [np.random.default_rng(seed // 2).integers(0, 256, (40, 40, 3), dtype=np.uint8) for seed in range(4)]
    likeness = -hamming(np.stack([dhash(image) for image in images]))
    assert nearest_alike(likeness, np.array(["a", "a", "b", "b"])) == [True] * 4


def test_card_prints_poor_figures_with_baselines() -> None:
    figure = Measure("tampered_auc", "all", 0.512, 0.4, 0.62, 50, {"ela": 0.55})
    text = card_text("forensic", figures=[figure], facts={"training": "2 steps"}, limits=["Morphs."])
    assert "| tampered_auc | all | 0.512 [0.400, 0.620] | 50 | ela 0.550 |" in text
    assert "- Morphs." in text
