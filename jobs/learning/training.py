"""The scorer, learned from the labels of a lake."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from conf.errors import BadModel
from jobs.evaluation.measures import Measure
from jobs.evaluation.scorer import evidence_by
from jobs.evaluation.scorer_material import Example
from jobs.feed import Feed
from jobs.learning.calibrating import ASKED, SILENT_ON, calibration_facts, has_too_few, prevalence
from jobs.learning.examples import KEPT_BACK, LAKE, UNNAMED, bona_fide_sample, examples_of, is_kept_back
from jobs.learning.judging import judge
from jobs.training.card import write_card
from jobs.training.conformal import bounds, shifted, with_bounds
from jobs.training.scorer import fold_of, train_scorer
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.heads import Head
from udfs.judging.scorer_file import Scorer, read_scorer, write_scorer

LEAST_FORGED = 10  # forgeries of a family from which a head is learned
LEAST_FOLDS = 2  # that they stand in, or no head could be judged on what it never saw
JUDGED_ON = "Figures on documents of this lake that never trained, weighed by the chance of their review"


def train(out: Path, feed: Feed, known: Path, seed: int) -> list[Measure]:
    """Learn a scorer from a training set, bound and judge it on what was kept back, write its folder with its card.

    Args:
        out: the folder.
        feed: the training set.
        known: folder of the scorer whose head stays where a family has too few forgeries.
        seed: of the figures' intervals.

    Raises:
        BadModel: no family has enough forgeries, or there are too few bona fide documents.
    """
    taught = [row for row in feed.rows if not is_kept_back(row)]
    kept_back = [row for row in feed.rows if is_kept_back(row)]
    learned = examples_of(taught)
    scorer, kept = learn(learned, examples_of(bona_fide_sample(taught)), read_scorer(known).heads)
    sample = examples_of(bona_fide_sample(kept_back))
    found = [] if has_too_few(sample) else bounds(scorer, sample, ASKED)
    figures = judge(scorer, examples_of(kept_back), seed)
    write_scorer(out, with_bounds(scorer, found))
    facts = _facts(feed, learned, kept) | calibration_facts(found, len(sample), ASKED)
    write_card(out, "scorer", figures=figures, facts=facts, limits=SILENT_ON, judged_on=JUDGED_ON)
    return figures


def learn(
    learned: Sequence[Example], sample: Sequence[Example], known: Mapping[str, Head]
) -> tuple[Scorer, tuple[str, ...]]:
    """The scorer of a lake's examples, and the families whose head stayed and was calibrated on bona fide alone.

    Raises:
        BadModel: there is too little to learn from.
    """
    kept = tuple(family for family in EVIDENCE_FAMILIES if not teaches(family, learned, known[family]))
    if len(kept) == len(EVIDENCE_FAMILIES):
        raise BadModel(_too_few(learned))
    heads = shifted({family: known[family] for family in kept}, sample)
    scorer = train_scorer(learned, basis=LAKE, keep=heads)
    return replace(scorer, offsets={family: known[family].offset for family in kept}), kept


def teaches(family: str, examples: Sequence[Example], head: Head) -> bool:
    """Whether a head can be learned: enough forgeries and bona fide documents with a signal, in folds of both kinds."""
    judged = ~np.isnan(evidence_by(head, examples))
    for wanted in (family, None):
        seen = [one for one, sees in zip(examples, judged, strict=True) if sees and one.family == wanted]
        if len(seen) < LEAST_FORGED or len({fold_of(one) for one in seen}) < LEAST_FOLDS:
            return False
    return True


def _too_few(examples: Sequence[Example]) -> str:
    named = [one.family for one in examples]
    told = ", ".join(f"{family} {named.count(family)}" for family in (*EVIDENCE_FAMILIES, UNNAMED))
    return (
        f"too few labels to learn from: forged are {told}, bona fide {named.count(None)}; one group of {KEPT_BACK} is "
        f"kept back. A head takes {LEAST_FORGED} forgeries of its family, which labels name in their column family, of "
        "several campaigns or accounts, and as many bona fide. With those alone: lookback calibrate --from lake"
    )


def _facts(feed: Feed, learned: Sequence[Example], kept: Sequence[str]) -> dict[str, str]:
    """What a reader needs to judge the training."""
    forged = sum(one.family is not None for one in learned)
    return {
        "training": f"{len(learned)} documents of this lake, {forged} of them forged, release {feed.release}; "
        f"{len(feed.rows) - len(learned)} kept back",
        "data": f"digest {feed.digest}",
        "prevalence": prevalence(feed.rows),
        "labels": ", ".join(f"{name} {count:,}" for name, count in sorted(feed.counts.items())),
        "heads that stayed, calibrated on bona fide documents alone": ", ".join(kept) or "none",
        "basis": LAKE,
    }
