"""Calibration on bona fide documents alone: how high their evidence reaches, by family and segment.

Split conformal prediction (Vovk et al. 2005; weighted: Tibshirani et al. 2019). The heads never saw the documents that
the bounds are made of. A bound is one-sided: it limits false alarms among documents that are exchangeable with these,
and says nothing of forgeries that are missed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from jobs.evaluation.scorer import evidence_by, evidence_of
from jobs.evaluation.scorer_material import Example
from jobs.training.scorer import weights_of
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.fusion import MOST
from udfs.judging.heads import Head
from udfs.judging.log_odds import Doubles
from udfs.judging.scorer_file import Scorer
from udfs.judging.segments import ALL, Segment, names_of

LEAST = 10  # bona fide documents of a segment; with fewer its parent's bound holds
UNPROVEN = 3.0  # over n: no false alarm among n leaves up to this rate possible, at 95 % (the rule of three)


@dataclass(frozen=True)
class Bound:
    """What bona fide documents of a segment say of a family.

    Attributes:
        family: the evidence family.
        segment: name of the segment, or of a parent.
        n: bona fide documents of it that the family judges.
        made_of: the segment whose documents made the threshold, itself or a parent; None: all are too few.
        threshold: log-odds up to which evidence is none; None likewise.
        bound: share of bona fide documents above it, at most, in the mean over such samples; 1 where there is none.
        proven: whether so many documents can show the rate that was asked for.
    """

    family: str
    segment: str
    n: int
    made_of: str | None
    threshold: float | None
    bound: float
    proven: bool


def threshold(values: Doubles, weights: Doubles, asked: float) -> tuple[float, float]:
    """The lowest threshold that a new value exceeds with at most the asked chance, else the highest value; its bound.

    With n values of equal weight the bound is never under 1/(n + 1).

    Args:
        values: of bona fide documents [n], n of 1 or more.
        weights: documents that each stands for [n]; the new one has the largest of these.
        asked: chance, 0 to 1.
    """
    order = np.argsort(values, kind="stable")
    ordered, reached = values[order], np.cumsum(weights[order]) / (weights.sum() + weights.max())
    place = min(int(np.searchsorted(reached, 1 - asked - 1e-12)), len(values) - 1)
    last = int(np.searchsorted(ordered, ordered[place], side="right")) - 1
    return float(ordered[place]), float(1 - reached[last])


def bounds(scorer: Scorer, bona_fide: Sequence[Example], asked: float) -> list[Bound]:
    """Bounds of every family in every segment that occurs, and in their parents, by family and name.

    Args:
        scorer: its heads never saw the documents.
        bona_fide: the documents, each with its segment.
        asked: share of a segment's bona fide documents that may show evidence.
    """
    weights = weights_of(bona_fide)
    found: list[Bound] = []
    for family in EVIDENCE_FAMILIES:
        values = evidence_of(scorer, family, bona_fide)
        places = {name: [at for at in inside if not np.isnan(values[at])] for name, inside in _members(bona_fide)}
        own = {
            name: threshold(values[inside], weights[inside], asked)
            for name, inside in places.items()
            if len(inside) >= LEAST
        }
        for name, inside in places.items():
            made_of = next((parent for parent in _upwards(name) if parent in own), None)
            limit, bound = own[made_of] if made_of else (None, 1.0)
            enough = effective(weights[places[made_of]]) if made_of else 0.0
            proven = enough * asked >= UNPROVEN
            found.append(Bound(family, name, len(inside), made_of, limit, bound, proven))
    return found


def calibrated(scorer: Scorer, bona_fide: Sequence[Example], asked: float) -> tuple[Scorer, list[Bound]]:
    """The scorer, calibrated on bona fide documents that its heads never saw, and the bounds that it now keeps.

    It begins where the heads stood before any such calibration, so that a later one undoes an earlier.
    """
    offsets = {family: scorer.offsets.get(family, head.offset) for family, head in scorer.heads.items()}
    before = {family: replace(head, offset=offsets[family]) for family, head in scorer.heads.items()}
    moved = replace(scorer, heads=shifted(before, bona_fide), offsets=offsets)
    found = bounds(moved, bona_fide, asked)
    return with_bounds(moved, found), found


def with_bounds(scorer: Scorer, found: Sequence[Bound]) -> Scorer:
    """The scorer with the thresholds of segments that have their own."""
    thresholds: dict[str, dict[str, float]] = {}
    for one in found:
        if one.threshold is not None and one.made_of == one.segment:
            thresholds.setdefault(one.family, {})[one.segment] = one.threshold
    return replace(scorer, bona_fide=thresholds)


def shifted(heads: Mapping[str, Head], bona_fide: Sequence[Example]) -> dict[str, Head]:
    """Heads by family whose evidence is no stronger than bona fide documents allow; weaker evidence stays as it is."""
    return {family: replace(head, offset=head.offset + shift(head, bona_fide)) for family, head in heads.items()}


def shift(head: Head, bona_fide: Sequence[Example]) -> float:
    """Log-odds of 0 or less that calibrate a head on bona fide documents; 0 with fewer than 10 that it judges.

    A likelihood ratio of forged to genuine has mean 1 over the genuine. A mean above 1 is divided away; one below 1 is
    left, because a small sample lacks the rare documents that would raise it.
    """
    values, weights = evidence_by(head, bona_fide), weights_of(bona_fide)
    judged = ~np.isnan(values)
    if judged.sum() < LEAST:
        return 0.0
    ratios = np.exp(np.clip(values[judged], -MOST, MOST))
    return min(0.0, -float(np.log(np.average(ratios, weights=weights[judged]))))


def effective(weights: Doubles) -> float:
    """How many equally weighted documents tell as much (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def _members(examples: Sequence[Example]) -> Iterator[tuple[str, list[int]]]:
    """Names of segments and parents that occur, sorted, each with the places of its examples."""
    names = [names_of(Segment(*example.segment)) for example in examples]
    for name in sorted({name for known in names for name in known}):
        yield name, [place for place, known in enumerate(names) if name in known]


def _upwards(name: str) -> Iterator[str]:
    """A segment's name and those of its parents."""
    while name:
        yield name
        name = name.rpartition("/")[0]
    yield ALL
