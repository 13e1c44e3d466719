"""Bounds on false alarms: what they promise holds on documents that were never seen."""

from dataclasses import replace

import numpy as np
import pytest

from jobs.evaluation.scorer import evidence_of
from jobs.evaluation.scorer_material import Example
from jobs.training.conformal import bounds, calibrated, effective, shift, shifted, threshold, with_bounds
from tests.fakes_risk import SIGNALS, small_scorer
from udfs.judging.segments import Segment, threshold_of

WIDE = Segment("passport", "wide", "jpeg_fine")


def ones(n: int) -> np.ndarray:
    return np.ones(n)


@pytest.mark.parametrize(
    ("n", "asked", "place", "bound"),
    [
        (10, 0.01, 10, 1 / 11),
        (99, 0.01, 99, 0.01),
        (100, 0.01, 100, 1 / 101),
        (199, 0.01, 198, 0.01),
        (10, 0.5, 6, 5 / 11),
    ],
)
def test_the_threshold_is_the_order_statistic_of_split_conformal(
    n: int, asked: float, place: int, bound: float
) -> None:
    values = np.random.default_rng(1).permutation(np.arange(1.0, n + 1))
    assert threshold(values, ones(n), asked) == (place, pytest.approx(bound))


def test_ties_at_the_threshold_are_not_alarms() -> None:
    assert threshold(np.zeros(20), ones(20), 0.5) == (0.0, pytest.approx(1 / 21))


def test_equal_weights_of_any_size_change_nothing_and_a_heavy_document_counts() -> None:
    values = np.arange(50.0)
    assert threshold(values, 7 * ones(50), 0.1)[0] == threshold(values, ones(50), 0.1)[0]
    heavy = ones(50)
    heavy[30] = 49.0
    limit, bound = threshold(values, heavy, 0.1)
    assert (limit, bound) == (49.0, pytest.approx(49 / 147))
    assert effective(7 * ones(50)) == pytest.approx(50)
    assert effective(heavy) < 5


@pytest.mark.parametrize(("n", "asked"), [(10, 0.2), (30, 0.05), (200, 0.01)])
def test_new_documents_exceed_it_as_often_as_the_bound_says(n: int, asked: float) -> None:
    rng = np.random.default_rng(n)
    rates, promised = [], 0.0
    for _ in range(400):
        limit, promised = threshold(rng.normal(size=n) ** 3, ones(n), asked)
        rates.append(float((rng.normal(size=500) ** 3 > limit).mean()))
    assert promised <= max(asked, 1 / (n + 1)) + 1e-9
    assert np.mean(rates) <= promised + 3 * np.std(rates) / 20
    assert np.mean(rates) >= promised / 2  # and it gives no more away than it must


def test_a_promise_for_one_population_is_broken_by_another() -> None:
    rng = np.random.default_rng(4)
    limit, bound = threshold(rng.normal(size=500), ones(500), 0.05)
    assert (rng.normal(size=500) + 2 > limit).mean() > 4 * bound


def document(trace: float, segment: Segment = WIDE) -> Example:
    """A bona fide document with one value for every signal."""
    names = [name for signals in SIGNALS.values() for name in signals]
    return Example("g", None, dict.fromkeys(names, trace), segment=tuple(segment))


def documents(count: int, segment: Segment = WIDE, *, centre: float = 0.1, seed: int = 0) -> list[Example]:
    rng = np.random.default_rng((seed, count))
    return [document(float(rng.normal(centre, 0.1)), segment) for _ in range(count)]


def test_a_segment_with_fewer_than_ten_takes_its_parents_bound() -> None:
    narrow = Segment("passport", "narrow", "jpeg_fine")
    few = Segment("passport", "wide", "png")
    sample = [
        *documents(12),
        *documents(9, few),
        *documents(3, narrow),
        *documents(4, Segment("id_card", "wide", "png")),
    ]
    found = {one.segment: one for one in bounds(small_scorer(), sample, 0.05) if one.family == "tampered"}
    assert {name: (one.n, one.made_of) for name, one in found.items()} == {
        "all": (28, "all"),
        "id_card": (4, "all"),
        "id_card/wide": (4, "all"),
        "id_card/wide/png": (4, "all"),
        "passport": (24, "passport"),
        "passport/narrow": (3, "passport"),
        "passport/narrow/jpeg_fine": (3, "passport"),
        "passport/wide": (21, "passport/wide"),
        "passport/wide/jpeg_fine": (12, "passport/wide/jpeg_fine"),
        "passport/wide/png": (9, "passport/wide"),
    }
    assert found["passport/wide/png"].threshold == found["passport/wide"].threshold
    assert found["passport/wide/jpeg_fine"].bound == pytest.approx(1 / 13)
    held = with_bounds(small_scorer(), list(found.values()))
    assert sorted(held.bona_fide["tampered"]) == ["all", "passport", "passport/wide", "passport/wide/jpeg_fine"]
    assert threshold_of(held.bona_fide["tampered"], few) == found["passport/wide"].threshold


def test_documents_that_a_family_does_not_judge_are_not_counted_for_it() -> None:
    sample = [replace(one, abstained=frozenset({"physical"})) for one in documents(15)]
    found = bounds(small_scorer(), sample, 0.05)
    assert {(one.n, one.made_of, one.threshold, one.bound) for one in found if one.family == "physical"} == {
        (0, None, None, 1.0)
    }
    assert {one.n for one in found if one.family == "tampered"} == {15}
    assert sorted(with_bounds(small_scorer(), found).bona_fide) == ["generated", "inconsistent", "tampered"]


@pytest.mark.parametrize(("n", "proven"), [(299, False), (300, True)])
def test_a_rate_is_proven_by_three_over_it(n: int, proven: bool) -> None:
    found = bounds(small_scorer(), documents(n), 0.01)
    assert {one.proven for one in found if one.family == "tampered" and one.segment == "all"} == {proven}
    heavy = [replace(one, weight=100.0 if place < 3 else 1.0) for place, one in enumerate(documents(n))]
    assert not any(one.proven for one in bounds(small_scorer(), heavy, 0.01))


def test_evidence_that_bona_fide_documents_show_is_taken_away_and_none_is_added() -> None:
    head = small_scorer().heads["tampered"]
    loud = documents(40, centre=0.6)
    assert shift(head, documents(40, centre=0.1)) == 0.0
    assert shift(head, loud[:9]) == 0.0
    moved = shifted(small_scorer().heads, loud)
    after = evidence_of(replace(small_scorer(), heads=moved), "tampered", loud)
    assert np.exp(after).mean() <= 1.0 + 1e-9
    assert moved["tampered"].slope == head.slope
    assert (after > np.log(len(loud))).sum() == 0  # nothing is rarer among n than one in n


def test_a_later_calibration_undoes_an_earlier() -> None:
    plain = small_scorer()
    once, _ = calibrated(plain, documents(40, centre=0.6), 0.05)
    assert once.heads["tampered"].offset < plain.heads["tampered"].offset
    again, _ = calibrated(once, documents(40), 0.05)
    alone, found = calibrated(plain, documents(40), 0.05)
    assert {name: head.offset for name, head in again.heads.items()} == {
        name: head.offset for name, head in plain.heads.items()
    }
    assert again.bona_fide == alone.bona_fide
    assert [one.bound for one in found] == pytest.approx([2 / 41] * len(found))
