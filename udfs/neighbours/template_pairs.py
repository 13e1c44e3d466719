"""Pairs of one design whose residuals agree more than chance allows, none scored by a fit that holds either."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from udfs.neighbours.plate_alignment import Stack
from udfs.neighbours.template_residual import embed, fit, without_light
from udfs.neighbours.thresholds import mirrored_threshold

Square = npt.NDArray[np.float64]

FOLDS = 6  # 21 fits, each on two thirds of the documents
PASSES = 3  # of finding suspects and fitting without them
SUSPECT_Z = 4.5  # lower than a tie: a genuine document left out of a fit costs little
MIN_FIT = 6  # documents that a fit needs
FIT_ROWS = 600  # more documents teach a fit nothing new


@dataclass(frozen=True)
class TemplatePairs:
    """What a design's residuals say.

    Attributes:
        left: int64 [m], row of one document.
        right: int64 [m], row of the other, larger than left.
        z: float64 [m], cohort-normalised similarity.
        cosine: float64 [m], of the whitened residuals.
        threshold: z from which a pair is tied.
        fitted: documents that the last fits could draw on.
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    z: npt.NDArray[np.float64]
    cosine: npt.NDArray[np.float64]
    threshold: float
    fitted: int


def template_pairs(aligned: Stack, *, rate: float, least_z: float) -> TemplatePairs:
    """Tied pairs among aligned plates [n, h, w] of one design, at a false link rate measured on their own scores.

    Documents that already agree with others are left out of the next fit of median and whitening, until their set
    rests: in a small design a campaign is a fifth of the documents and would otherwise explain itself away.
    """
    stack = without_light(aligned)
    suspects = np.zeros(len(stack), dtype=bool)
    cosine = _first_cosines(stack)
    z = cohort_z(cosine, ~suspects)
    for _ in range(PASSES):
        found = _suspects(z)
        if np.array_equal(found, suspects) and suspects.any():
            break
        suspects = found if (~found).sum() >= MIN_FIT * 2 else suspects
        cosine = _cosines(stack, suspects)
        z = cohort_z(cosine, ~suspects)
    return _tied(z, cosine, suspects, (rate, least_z))


def cohort_z(cosine: Square, cohort: npt.NDArray[np.bool_]) -> Square:
    """Cosines [n, n] as the mean z-score, by median and MAD, against either document's cohort; nan on the diagonal."""
    against = np.where(cohort[None, :] & ~np.eye(len(cosine), dtype=bool), cosine, np.nan)
    centre = np.nanmedian(against, axis=1, keepdims=True)
    spread = 1.4826 * np.nanmedian(np.abs(against - centre), axis=1, keepdims=True)
    usual = float(np.median(spread))
    own = (cosine - centre) / np.maximum(spread, 0.5 * usual + 1e-9)
    z = np.asarray((own + own.T) / 2, dtype=np.float64)
    np.fill_diagonal(z, np.nan)
    return z


def _first_cosines(stack: Stack) -> Square:
    """Cosines [n, n] with the median of all and no whitening: enough to see a strong campaign."""
    rows = embed(fit(stack, participation=1.0), stack)
    return np.asarray(rows @ rows.T, dtype=np.float64)


def _cosines(stack: Stack, suspects: npt.NDArray[np.bool_]) -> Square:
    """Cosines [n, n], every block of folds by a fit on documents of neither fold and no suspect."""
    folds = np.arange(len(stack)) % min(FOLDS, len(stack))
    cosine = np.full((len(stack), len(stack)), np.nan)
    for first in range(folds.max() + 1):
        for second in range(first, folds.max() + 1):
            rest = np.flatnonzero(~np.isin(folds, (first, second)) & ~suspects)[:FIT_ROWS]
            design = fit(stack[rest])
            left, right = np.flatnonzero(folds == first), np.flatnonzero(folds == second)
            block = embed(design, stack[left]) @ embed(design, stack[right]).T
            cosine[np.ix_(left, right)] = block
            cosine[np.ix_(right, left)] = block.T
    return cosine


def _suspects(z: Square) -> npt.NDArray[np.bool_]:
    """Documents [n] in groups of at least two that agree beyond chance."""
    rows, columns = np.nonzero(np.nan_to_num(z, nan=-1.0) > SUSPECT_Z)
    _, group = connected_components(coo_array((np.ones(len(rows)), (rows, columns)), shape=z.shape), directed=False)
    return np.asarray(np.bincount(group)[group] >= 2, dtype=bool)


def _tied(z: Square, cosine: Square, suspects: npt.NDArray[np.bool_], bounds: tuple[float, float]) -> TemplatePairs:
    """The pairs above the threshold of (rate, least z)."""
    left, right = np.triu_indices(len(z), 1)
    scores = z[left, right]
    threshold = max(bounds[1], mirrored_threshold(scores, bounds[0]))
    tied = scores >= threshold
    return TemplatePairs(
        left=left[tied],
        right=right[tied],
        z=scores[tied],
        cosine=cosine[left, right][tied],
        threshold=threshold,
        fitted=int((~suspects).sum()),
    )
