"""Does the trunk tell forgeries from their twins, on designs it has never seen and on attacks held out of training?"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.held_out import held_out, held_out_designs
from jobs.evaluation.measures import EvaluationSettings, Measure, auc, equal_error, hit_rate, resampled
from jobs.evaluation.pairs import FAMILIES, Twins, draw_twins
from udfs.forensics.signals import baseline_signals
from udfs.nets.opening import open_forensic
from udfs.nets.pixels import BOX_AT, MAP_SIZE, inspect_pixels
from udfs.nets.trunk import ForensicNet
from udfs.specimens.attacks import ATTACKS, in_turn
from udfs.specimens.rendered import Image

BASELINES = ("ela_spread", "double_jpeg", "spectral_peak")
FALSE_ALARMS = 0.01
RESAMPLES = 400

Scores = dict[str, float]


@dataclass(frozen=True)
class Judged:
    """Scores by method of a forgery and its twin, and cells of the map: (hit, false, missed), both files together."""

    attack: str
    family: str
    forged: Scores
    genuine: Scores
    cells: npt.NDArray[np.int64]


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """Per family and segment: AUC, equal error, rate at 1 % false alarms against the twins; F1 of the tampering map."""
    net = open_forensic(settings.folder)
    segments: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for twins in held_out_twins(settings):
        judged = judge(net, twins)
        novelty = "unseen" if twins.attack in held_out().attacks else "seen"
        for segment in ("all", f"attack={twins.attack}", f"attacks={novelty}"):
            segments[twins.family, segment].append(judged)
    measures: list[Measure] = []
    for (family, segment), rows in sorted(segments.items()):
        measures += _separation(family, segment, rows, settings.seed)
        if family == "tampered":
            measures.append(_map_f1(segment, rows, settings.seed))
    return measures


def held_out_twins(settings: EvaluationSettings) -> Iterator[Twins]:
    """Forgeries by attacks of each family in turn on held-out designs, by any device and chain."""
    designs, attacks = held_out_designs(), sorted(name for name in ATTACKS if ATTACKS[name].family in FAMILIES)
    for index in range(settings.samples):
        design = designs[index // len(FAMILIES) % len(designs)]
        twins = draw_twins(design, in_turn(attacks, index), seed=(settings.seed, index), split=False)
        if twins:
            yield twins


def judge(net: ForensicNet, twins: Twins) -> Judged:
    """What the trunk and the baselines say of both files."""
    truth = _over_card(twins.mask, twins.corners)
    forged, forged_map = _scores(net, twins, twins.forged)
    genuine, genuine_map = _scores(net, twins, twins.genuine)
    hit, missed = int((forged_map & truth).sum()), int((~forged_map & truth).sum())
    false = int((forged_map & ~truth).sum() + genuine_map.sum())
    return Judged(twins.attack, twins.family, forged, genuine, np.array([hit, false, missed]))


def _scores(net: ForensicNet, twins: Twins, image: Image) -> tuple[Scores, npt.NDArray[np.bool_]]:
    """The family's score by every method, and the map at its frozen threshold."""
    seen = inspect_pixels(net, image, twins.corners)
    logits = {
        "tampered": seen.tampered_logit,
        "physical": seen.physical_logit,
        "generated": seen.generated_logit,
    }
    signals = baseline_signals(image, twins.corners, [])
    return {"net": logits[twins.family]} | {name: float(signals[name]) for name in BASELINES}, seen.map >= BOX_AT


def _over_card(mask: npt.NDArray[np.uint8], corners: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """The altered places over the card, bool [40, 64]: cells of which a quarter or more is altered."""
    columns, rows = MAP_SIZE
    fine = (8 * columns, 8 * rows)
    target = np.array([[0, 0], [fine[0], 0], [fine[0], fine[1]], [0, fine[1]]], np.float32) - 0.5
    flat = cv2.warpPerspective(mask * 255, cv2.getPerspectiveTransform(corners, target), fine, flags=cv2.INTER_NEAREST)
    return np.asarray(cv2.resize(flat, MAP_SIZE, interpolation=cv2.INTER_AREA), np.uint8) >= 64


def _separation(family: str, segment: str, rows: list[Judged], seed: int) -> list[Measure]:
    """AUC, equal error and hit rate at 1 % of a family in one segment, beside every baseline."""
    both = {
        name: (np.array([row.forged[name] for row in rows]), np.array([row.genuine[name] for row in rows]))
        for name in ("net", *BASELINES)
    }
    measures = []
    for label, statistic in (("auc", auc), ("eer", equal_error), ("tpr_fpr01", _at_one_percent)):
        values = {name: statistic(*pair) for name, pair in both.items()}
        low, high = resampled(statistic, *both["net"], seed)
        measures.append(Measure(f"{family}_{label}", segment, values.pop("net"), low, high, len(rows), values))
    return measures


def _at_one_percent(forged: npt.NDArray[np.floating], genuine: npt.NDArray[np.floating]) -> float:
    """Share of forgeries above the threshold that lets 1 % of the twins through."""
    return hit_rate(forged, genuine, FALSE_ALARMS)


def _map_f1(segment: str, rows: list[Judged], seed: int) -> Measure:
    """F1 over the map's cells at the frozen threshold, with a bootstrap over documents."""
    counts = np.stack([row.cells for row in rows])
    rng = np.random.default_rng(seed)
    drawn = [_f1(counts[rng.integers(len(counts), size=len(counts))]) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Measure("tampered_map_f1", segment, _f1(counts), float(low), float(high), len(rows))


def _f1(counts: npt.NDArray[np.int64]) -> float:
    hit, false, missed = counts.sum(axis=0)
    return float(2 * hit / max(2 * hit + false + missed, 1))
