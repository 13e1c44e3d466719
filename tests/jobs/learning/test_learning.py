"""Learning from a lake's training set: what is learned, what stays, what is refused; files and numbers, no Spark."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from conf.errors import BadModel
from conf.settings import ScoreSettings
from jobs.evaluation.measures import auc, equal_error
from jobs.feed import TEXTS, Feed
from jobs.learning.calibrating import calibrate, prevalence
from jobs.learning.examples import LAKE, examples_of, is_kept_back
from jobs.learning.judging import (
    SEGMENT,
    judge,
    weighted_auc,
    weighted_calibration_error,
    weighted_equal_error,
    weighted_hits,
)
from jobs.learning.training import learn, train
from jobs.training.scorer import HEAD_SIGNALS, monotone_logistic
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.scorer_file import read_scorer, write_scorer
from udfs.scorer import INPUTS, score_frame, shipped_scorer

Row = dict[str, Any]
SHIPPED = shipped_scorer()


def row(number: int, family: str | None = None, **changed: object) -> Row:
    """A cleared document of the random sample, or one forged in a family, whose signals then lie higher."""
    rng = np.random.default_rng((number, len(family or "")))
    signals = {
        f"signal_{signal}": float(rng.normal() + 2.0 * (name == family))
        for name, names in HEAD_SIGNALS.items()
        for signal in names
    }
    label = {"label": "forged", "family": family, "reviewed_because": "alert"}
    if family is None:
        label = {"label": "bona_fide", "family": "", "reviewed_because": "random_sample"}
    place = {"doc_type": "passport", "width": "wide", "codec": "jpeg_fine"}
    abstains = {f"abstains_{name}": False for name in EVIDENCE_FAMILIES}
    ids = {"doc_id": f"D-{number:05}", "group": f"A-{number}", "weight": 1.0}
    return dict.fromkeys(TEXTS, "") | ids | label | place | abstains | signals | changed


def feed(rows: Sequence[Row]) -> Feed:
    return Feed(tuple(rows), "d" * 64, "2026-03-01.1", {"learned": len(rows), "propagated": 2})


def labelled(*, tampered: int = 60, bona_fide: int = 240) -> list[Row]:
    rows = [row(number) for number in range(bona_fide)]
    return rows + [row(1_000 + number, "tampered") for number in range(tampered)]


def test_a_family_with_labels_learns_and_the_others_keep_their_head(tmp_path: Path) -> None:
    rows = labelled()
    figures = train(tmp_path, feed(rows), SHIPPED, seed=1)
    scorer, shipped = read_scorer(tmp_path), read_scorer(SHIPPED)
    assert scorer.heads["tampered"].weights.tolist() != shipped.heads["tampered"].weights.tolist()
    for family in ("physical", "generated", "inconsistent"):
        head, known = scorer.heads[family], shipped.heads[family]
        assert (head.weights.tolist(), head.slope) == (known.weights.tolist(), known.slope)
        assert head.offset <= known.offset == scorer.offsets[family]
    assert scorer.bona_fide["tampered"].keys() == {"all", "passport", "passport/wide", "passport/wide/jpeg_fine"}
    by_name = {figure.measure: figure for figure in figures if figure.segment == SEGMENT}
    rates = ("auc", "tpr_fpr10", "tpr_fpr01", "tpr_fpr001", "eer", "calibration_error", "abstention")
    assert by_name.keys() == {f"{name}_{rate}" for name in ("forged", "tampered") for rate in rates}
    assert by_name["tampered_auc"].value > 0.85
    assert by_name["tampered_auc"].n == sum(map(is_kept_back, rows))
    card = (tmp_path / "scorer.md").read_text()
    assert "heads that stayed, calibrated on bona fide documents alone: physical, generated, inconsistent" in card
    assert "unproven" in card
    assert "held_out.yaml" not in card
    plain = {"doc_type": "passport", "card_found": True, "card_width": 1_200.0, "lines": 9, "signals": {}}
    (answer,) = score_frame(
        scorer, pd.DataFrame([dict.fromkeys(INPUTS) | plain], dtype=object), ScoreSettings()
    ).to_dict("records")  # fmt: skip
    assert answer["risk_basis"] == "labels of this lake, prevalence assumed 1 %"


def test_what_is_kept_back_teaches_no_head(tmp_path: Path) -> None:
    rows = labelled()
    changed = [one | {"signal_trunk_tampered": 99.0} if is_kept_back(one) else one for one in rows]
    assert changed != rows
    for name, given in (("one", rows), ("two", changed)):
        train(tmp_path / name, feed(given), SHIPPED, seed=1)
    one, two = (read_scorer(tmp_path / name) for name in ("one", "two"))
    for family in EVIDENCE_FAMILIES:
        assert one.heads[family].weights.tolist() == two.heads[family].weights.tolist()
        assert one.heads[family].offset == two.heads[family].offset
    assert one.bona_fide != two.bona_fide


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (labelled(tampered=8), "tampered 8|tampered 7|tampered 6|tampered 5|tampered 4"),
        (labelled(bona_fide=8), "bona fide [4-8]"),
        ([one | {"family": ""} for one in labelled()], "tampered 0.* unnamed [34]"),
        ([one | {"group": "A-1"} if one["label"] == "forged" else one for one in labelled()], "several campaigns"),
    ],
)  # fmt: skip
def test_too_few_labels_are_refused_with_their_counts(tmp_path: Path, rows: list[Row], told: str) -> None:
    with pytest.raises(BadModel, match=rf"too few labels .*({told})"):
        train(tmp_path, feed(rows), SHIPPED, seed=1)
    assert not (tmp_path / "manifest.json").exists()


def test_forgeries_without_a_named_family_teach_fusion_alone() -> None:
    known = read_scorer(SHIPPED).heads
    with_unnamed = examples_of([*labelled(), *(row(3_000 + n, "tampered") | {"family": ""} for n in range(40))])
    sample = [one for one in with_unnamed if one.family is None]
    named = [one for one in with_unnamed if one.family != "unnamed"]
    (one, kept), (two, _) = learn(with_unnamed, sample, known), learn(named, sample, known)
    assert kept == ("physical", "generated", "inconsistent")
    assert one.heads["tampered"].weights.tolist() == two.heads["tampered"].weights.tolist()
    assert one.fusion != two.fusion


def test_a_document_that_stands_for_three_teaches_as_three() -> None:
    rng = np.random.default_rng(5)
    forged = np.arange(60) % 3 == 0
    matrix = rng.normal(size=(60, 2)) + forged[:, None]
    counts = np.where(np.arange(60) < 20, 3.0, 1.0)
    weighted, intercept = monotone_logistic(matrix, forged, counts)
    repeated = np.repeat(np.arange(60), counts.astype(int))
    alike, other = monotone_logistic(matrix[repeated], forged[repeated])
    assert weighted == pytest.approx(alike, abs=1e-4)
    assert intercept == pytest.approx(other, abs=1e-4)
    assert weighted != pytest.approx(monotone_logistic(matrix, forged)[0], abs=1e-4)


def test_figures_weigh_each_document_by_what_it_stands_for() -> None:
    rng = np.random.default_rng(6)
    positive, negative = rng.normal(size=40).round(1) + 0.5, rng.normal(size=70).round(1)
    counts = rng.integers(1, 4, size=70)
    rows, against = np.column_stack([positive, np.ones(40)]), np.column_stack([negative, counts])
    repeated = np.repeat(negative, counts)
    alike = np.column_stack([repeated, np.ones(len(repeated))])
    assert weighted_auc(rows, against) == pytest.approx(auc(positive, repeated))
    assert weighted_equal_error(rows, against) == pytest.approx(equal_error(positive, repeated))
    assert weighted_calibration_error(rows, against) == pytest.approx(weighted_calibration_error(rows, alike))
    for alarms in (0.1, 0.01):
        found = weighted_hits(rows, against, alarms)
        assert found == pytest.approx(weighted_hits(rows, alike, alarms))
        threshold = np.sort(positive)[::-1][round(found * 40) - 1] if found else np.inf
        assert (repeated >= threshold).mean() <= alarms
    assert judge(read_scorer(SHIPPED), examples_of([row(1), row(2)]), 1) == []


def test_bona_fide_documents_alone_calibrate_from_ten(tmp_path: Path) -> None:
    picked = [row(500 + n, reviewed_because="alert") for n in range(30)]
    bounds = calibrate(tmp_path / "out", feed([*(row(n) for n in range(10)), *picked]), SHIPPED, 0.01)
    assert {one.n for one in bounds} == {10}
    assert {(one.made_of == one.segment, round(one.bound, 4), one.proven) for one in bounds} == {(True, 0.0909, False)}
    scorer, shipped = read_scorer(tmp_path / "out"), read_scorer(SHIPPED)
    assert scorer.basis.startswith(LAKE)
    assert set(scorer.bona_fide) == set(EVIDENCE_FAMILIES)
    assert all(
        scorer.heads[name].weights.tolist() == shipped.heads[name].weights.tolist() for name in EVIDENCE_FAMILIES
    )
    assert (
        "false alarms, tampered, passport/wide: at most 0.0909 by 10 documents, asked 0.01, unproven"
        in (tmp_path / "out" / "scorer.md").read_text()
    )


def test_the_prevalence_of_a_random_sample_is_weighed_and_bounded() -> None:
    rows = [row(n, weight=10.0) for n in range(95)] + [row(n, "tampered", weight=10.0) for n in range(200, 205)]
    rows[-1]["reviewed_because"] = "random_sample"
    assert prevalence(rows) == "0.0104 [0.0018, 0.0567] in the random sample of 96 documents"
    assert prevalence([one | {"weight": 90.0} if one["label"] == "forged" else one for one in rows]).startswith(
        "0.0865"
    )
    assert prevalence([one | {"reviewed_because": "alert"} for one in rows]).startswith("unknown")


def test_nine_are_too_few_and_say_which_count(tmp_path: Path) -> None:
    picked = [row(500 + n, reviewed_because=why) for n, why in enumerate(("alert", "complaint", "authority"))]
    with pytest.raises(BadModel, match="9 bona fide documents to calibrate on, of 12 that were cleared; it takes 10"):
        calibrate(tmp_path, feed([*(row(n) for n in range(9)), *picked]), SHIPPED, 0.01)


def test_a_scorer_is_not_bounded_on_what_it_learned_from(tmp_path: Path) -> None:
    write_scorer(tmp_path / "known", replace(read_scorer(SHIPPED), basis=LAKE))
    with pytest.raises(BadModel, match="train it again"):
        calibrate(tmp_path / "out", feed(labelled()), tmp_path / "known", 0.01)
