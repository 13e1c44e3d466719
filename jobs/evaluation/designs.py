"""Does the design embedding tell designs apart that it has never seen?"""

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.measures import EvaluationSettings, Measure, auc, hit_rate, resampled, share
from jobs.evaluation.photos import held_out_shots, rectified
from udfs.nets.embedding import CARD_INPUT, embed_designs
from udfs.nets.opening import open_design
from udfs.specimens.rendered import Image

FALSE_ALARMS = 0.001
THUMB = (24, 15)


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """Nearest-neighbour accuracy and pair figures on held-out designs, beside a small picture's cosine and dHash."""
    cards, names = [], []
    for shot in held_out_shots(settings.samples, seed=settings.seed):
        cards.append(rectified(shot.image, shot.corners, CARD_INPUT))
        names.append(shot.flat.design)
    labels = np.array(names)
    likeness = {
        "net": _cosine(embed_designs(open_design(settings.folder), cards)),
        "thumbnail": _cosine(np.stack([thumbnail(card) for card in cards])),
        "dhash": -hamming(np.stack([dhash(card) for card in cards])),
    }
    nearest = {name: nearest_alike(values, labels) for name, values in likeness.items()}
    others = {name: float(np.mean(hits)) for name, hits in nearest.items() if name != "net"}
    first = share("design_nearest", nearest["net"], baselines=others)
    split = {name: pairs(values, labels) for name, values in likeness.items()}
    same, other = split["net"]
    low, high = resampled(auc, same, other, settings.seed)
    rates = {name: hit_rate(*both, FALSE_ALARMS) for name, both in split.items()}
    aucs = {name: auc(*both) for name, both in split.items()}
    span = resampled(lambda one, two: hit_rate(one, two, FALSE_ALARMS), same, other, settings.seed)
    return [
        first,
        Measure("design_pair_auc", "all", aucs.pop("net"), low, high, len(labels), aucs),
        Measure("design_pair_tpr_fpr001", "all", rates.pop("net"), *span, len(labels), rates),
    ]


def nearest_alike(likeness: npt.NDArray[np.float32], labels: npt.NDArray[np.str_]) -> list[bool]:
    """Per document: whether the most alike other one has its label."""
    alone = likeness - 1e6 * np.eye(len(labels), dtype=np.float32)
    return [bool(labels[index] == labels[other]) for index, other in enumerate(alone.argmax(axis=1))]


def pairs(
    likeness: npt.NDArray[np.float32], labels: npt.NDArray[np.str_]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Likeness of all pairs of one label, and of all others."""
    one, two = np.triu_indices(len(labels), 1)
    same = labels[one] == labels[two]
    values = likeness[one, two]
    return values[same], values[~same]


def thumbnail(card: Image) -> npt.NDArray[np.float32]:
    """A tiny colour picture with its mean taken off, as a unit vector."""
    small = np.asarray(cv2.resize(card, THUMB, interpolation=cv2.INTER_AREA), np.float32)
    vector = (small - small.mean(axis=(0, 1))).ravel()
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6), np.float32)


def dhash(image: Image, side: int = 16) -> npt.NDArray[np.bool_]:
    """Difference hash: whether each cell of a small grey picture is darker than its right neighbour."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    small = np.asarray(cv2.resize(grey, (side + 1, side), interpolation=cv2.INTER_AREA), np.int32)
    return (small[:, 1:] > small[:, :-1]).ravel()


def hamming(bits: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Number of differing bits [n, n] of hashes [n, bits]."""
    signs = bits.astype(np.float32) * 2 - 1
    return np.asarray((bits.shape[1] - signs @ signs.T) / 2, np.float32)


def _cosine(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.asarray(vectors @ vectors.T, np.float32)
