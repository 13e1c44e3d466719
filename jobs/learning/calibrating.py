"""Calibration of the scorer at hand on a lake's bona fide documents."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from conf.errors import BadModel
from conf.wording import count
from jobs.evaluation.measures import wilson
from jobs.evaluation.scorer_material import Example
from jobs.feed import BONA_FIDE, FORGED, Feed, Row
from jobs.learning.examples import LAKE, SAMPLES, bona_fide_sample, examples_of
from jobs.training.card import write_card
from jobs.training.conformal import LEAST, Bound, calibrated, effective
from udfs.judging.scorer_file import read_scorer, write_scorer

ASKED = 0.01  # share of bona fide documents that may show evidence of a family
SILENT_ON = (
    "A bound limits false alarms on bona fide documents that come as those did; it says nothing of missed forgeries.",
    "It holds in the mean of a segment with its own threshold; one that takes its parent's may have more false alarms.",
    "Documents of one account count each, as if they had come from several.",
    "Evidence is calibrated at even odds; risk assumes the settings' prevalence, which `risk_basis` tells.",
)


def calibrate(out: Path, feed: Feed, known: Path, asked: float) -> list[Bound]:
    """Calibrate a scorer on the bona fide sample of a training set, write its folder with its card; gives the bounds.

    Args:
        out: the folder.
        feed: the training set.
        known: folder of the scorer.
        asked: share of a segment's bona fide documents that may show evidence of a family.

    Raises:
        BadModel: there are too few bona fide documents, or the scorer learned from them.
    """
    scorer = read_scorer(known)
    if scorer.basis == LAKE:
        raise BadModel(
            "the champion learned from this lake's labels, and what it learned from bounds nothing. It was bounded on "
            "documents that it kept back; with new labels train it again: lookback train scorer --from lake"
        )
    sample = examples_of(bona_fide_sample(feed.rows))
    if has_too_few(sample):
        cleared = sum(row["label"] == BONA_FIDE for row in feed.rows)
        raise BadModel(
            f"{count(len(sample), 'bona fide document')} to calibrate on, of {cleared} that were cleared; it takes "
            f"{LEAST}. Those count whose label says {SAMPLES[0]}, or no reason: what was picked for looking bad is no "
            "sample of bona fide documents"
        )
    moved, found = calibrated(scorer, sample, asked)
    write_scorer(out, replace(moved, basis=f"{LAKE}, heads learned from specimens"))
    facts = {"heads": f"those of {scorer.fingerprint}, learned from specimens", "data": f"digest {feed.digest}"}
    facts["prevalence"] = prevalence(feed.rows)
    facts |= {
        f"{family}, log-odds moved by": f"{head.offset - moved.offsets[family]:z.2f}"
        for family, head in moved.heads.items()
    }
    facts |= calibration_facts(found, len(sample), asked)
    write_card(out, "scorer", figures=[], facts=facts, limits=SILENT_ON, judged_on="No figure was measured here")
    return found


def has_too_few(sample: Sequence[Example]) -> bool:
    """Whether no segment could have a threshold of its own."""
    return len(sample) < LEAST


def prevalence(rows: Sequence[Row]) -> str:
    """The share of forgeries among the documents that a random sample stands for, with its 95 % interval, in words."""
    sample = [row for row in rows if row["reviewed_because"] == SAMPLES[0]]
    if not sample:
        return "unknown: no label is of a random sample; the settings' is assumed"
    weights = np.asarray([row["weight"] for row in sample])
    share = float(np.average([row["label"] == FORGED for row in sample], weights=weights))
    equal = effective(weights)
    low, high = wilson(share * equal, equal)
    return f"{share:.4f} [{low:.4f}, {high:.4f}] in the random sample of {count(len(sample), 'document')}"


def calibration_facts(found: Sequence[Bound], documents: int, asked: float) -> dict[str, str]:
    """The bounds as lines of a card."""
    facts = {"bona fide sample": f"{count(documents, 'document')} of this lake that trained nothing"}
    for one in found:
        if one.made_of == one.segment:
            said = f"at most {one.bound:.4f} by {count(one.n, 'document')}, asked {asked:g}"
            facts[f"false alarms, {one.family}, {one.segment}"] = said if one.proven else f"{said}, unproven"
    return facts
