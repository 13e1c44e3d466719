"""Four gates: where one does not hold, a figure of these forgeries and twins says something else than forgery.

Nothing but the forgery may tell a forged file from its twin, and nothing but a forgery may raise a score.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from conf.settings import ImageLimits
from jobs.evaluation.measures import Measure, auc, resampled, wilson
from jobs.evaluation.pairs import Twins
from udfs.forensics.quantization import quantization_tables
from udfs.images.guard import guard
from udfs.images.headers import JPEG
from udfs.images.quality import quality_of
from udfs.specimens.rendered import Image

Doubles = npt.NDArray[np.float64]
Corners = npt.NDArray[np.float32]

MOST = 0.55  # AUC that a classifier may reach which has nothing to go by
FOLDS = 5
RIDGE = 0.1  # of the features' variance
AWAY = 0.03  # of the card's width: so far off begins what lies around it and its shadow


def holds(gate: Measure) -> bool:
    """Whether a gate is not shown to leak: its interval reaches down to what nothing to go by may give."""
    return gate.low <= MOST


def metadata_gate(twins: Sequence[Twins], seed: int) -> Measure:
    """AUC of a classifier that sees a file's size, quantization tables, mean, contrast and sharpness, and no more."""
    forged = np.array([_file_facts(pair.forged_file, pair.forged) for pair in twins])
    genuine = np.array([_file_facts(pair.genuine_file, pair.genuine) for pair in twins])
    return _told_apart("gate_metadata", forged, genuine, seed)


def background_gate(twins: Sequence[Twins], seed: int) -> Measure:
    """AUC of a classifier that sees what lies around the card alone."""
    forged = np.array([_surroundings(pair.forged, pair.corners) for pair in twins])
    genuine = np.array([_surroundings(pair.genuine, pair.corners) for pair in twins])
    return _told_apart("gate_background", forged, genuine, seed)


def null_gate(twins: Sequence[Twins]) -> Measure:
    """AUC that the best of all scores could reach on null forgeries: .5 where every file is its twin's to the byte."""
    differing = sum(pair.forged_file != pair.genuine_file for pair in twins)
    low, high = wilson(differing, len(twins))
    value, low = differing / max(len(twins), 1), low if differing else 0.0
    return Measure("gate_null", "all", 0.5 + value / 2, 0.5 + low / 2, 0.5 + high / 2, len(twins))


def rasteriser_gate(scores: Sequence[tuple[float, float]], seed: int) -> Measure:
    """AUC by which a score tells genuine pages set by one rasteriser from the same pages set by another."""
    one, two = (np.array(side) for side in zip(*scores, strict=True))
    first, second = (one, two) if auc(one, two) >= 0.5 else (two, one)
    low, high = resampled(auc, first, second, seed)
    return Measure("gate_rasteriser", "all", auc(first, second), low, high, len(scores))


def _told_apart(name: str, forged: Doubles, genuine: Doubles, seed: int) -> Measure:
    """AUC of a linear classifier on pairs that it has not learnt from."""
    order = np.random.default_rng(seed).permutation(len(forged)) % FOLDS
    values = np.zeros((2, len(forged)))
    for fold in range(FOLDS):
        kept, judged = order != fold, order == fold
        weights = _discriminant(forged[kept], genuine[kept])
        values[:, judged] = forged[judged] @ weights, genuine[judged] @ weights
    low, high = resampled(auc, values[0], values[1], seed)
    return Measure(name, "all", auc(values[0], values[1]), low, high, len(forged))


def _discriminant(forged: Doubles, genuine: Doubles) -> Doubles:
    """Weights [k] of Fisher's linear discriminant, with a ridge."""
    both = np.concatenate([forged, genuine])
    scale = both.std(axis=0) + 1e-9
    one, two = forged / scale, genuine / scale
    within = (np.cov(one, rowvar=False) + np.cov(two, rowvar=False)) / 2
    weights = np.linalg.solve(within + RIDGE * np.eye(len(scale)), one.mean(axis=0) - two.mean(axis=0))
    return np.asarray(weights / scale, dtype=np.float64)


def _file_facts(data: bytes, image: Image) -> list[float]:
    """What is known of a file without looking at what it shows."""
    header = guard(data, ImageLimits())
    tables = quantization_tables(data, header) if header.format == JPEG else {}
    steps = [float(tables[name].mean()) for name in sorted(tables)][:2]
    quality = quality_of(image)
    return [
        float(np.log(len(data))),
        float(header.width),
        float(header.height),
        *[*steps, 0.0, 0.0][:2],
        *image.mean(axis=(0, 1)).tolist(),
        *image.std(axis=(0, 1)).tolist(),
        quality.sharpness,
        quality.noise,
    ]


def _surroundings(image: Image, corners: Corners) -> list[float]:
    """Light and grain of what lies around the card; zeros where nothing does."""
    middle = corners.mean(axis=0)
    grown = middle + (corners - middle) * (1 + 2 * AWAY)
    card = np.zeros(image.shape[:2], np.uint8)
    cv2.fillConvexPoly(card, np.rint(grown).astype(np.int32), 1)
    luma = np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.float32)
    grain = luma - np.asarray(cv2.medianBlur(luma.astype(np.uint8), 3), np.float32)
    around = card == 0
    if not around.any():
        return [0.0] * 4
    seen, rough = luma[around], grain[around]
    return [float(seen.mean()), float(seen.std()), float(rough.std()), float(np.abs(rough).mean())]
