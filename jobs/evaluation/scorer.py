"""Does the scorer's evidence tell forgeries from their twins, when the whole inspector looked at them?"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from jobs.evaluation.held_out import held_out_designs
from jobs.evaluation.measures import EvaluationSettings, Measure, auc, hit_rate, resampled, share
from jobs.evaluation.other_cards import archived_pairs
from jobs.evaluation.scorer_material import Example, World
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.fusion import own_log_odds
from udfs.judging.heads import Head, head_log_odds, signal_matrix
from udfs.judging.log_odds import Doubles
from udfs.judging.scorer_file import Scorer, read_scorer

BASELINES = {
    "physical": "spectral_peak",
    "tampered": "ela_spread",
    "generated": "spectral_slope",
    "inconsistent": "contradiction_strongest",
}


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """What `judge` says of the scorer, over half as many forgeries as samples and their twins."""
    with tempfile.TemporaryDirectory(prefix="lookback-evaluate-") as work:
        world = World(tuple(held_out_designs()), settings.seed, split=False, work=Path(work), inspector=settings.folder)
        examples = archived_pairs(world, max(1, settings.samples // 2), settings.tell)
    return judge(read_scorer(settings.scorer), examples, settings.seed)


def judge(scorer: Scorer, examples: Sequence[Example], seed: int) -> list[Measure]:
    """Of all forgeries and per family: AUC and rate at 1 % false alarms against the genuine; abstentions.

    A family stands beside one plain signal.
    """
    own = fused(scorer, examples)
    any_forged = np.asarray([example.family is not None for example in examples])
    figures = _separation("forged", (own, own), any_forged, seed)
    for family in EVIDENCE_FAMILIES:
        kept = [example for example in examples if example.family in (None, family)]
        forged = np.asarray([example.family == family for example in kept])
        values = evidence_of(scorer, family, kept)
        plain = signal_matrix((BASELINES[family],), [example.signals for example in kept])[:, 0]
        figures += _separation(family, (values, plain), forged, seed)
        figures.append(share(f"{family}_abstained", np.isnan(values).tolist()))
    return figures


def fused(scorer: Scorer, examples: Sequence[Example]) -> Doubles:
    """Log-odds [n] that each example's own evidence adds to the prevalence."""
    return np.asarray([own_log_odds(scorer.fusion, evidence) for evidence in _evidence(scorer, examples)])


def _evidence(scorer: Scorer, examples: Sequence[Example]) -> list[dict[str, float | None]]:
    """Every example's log-odds by family, None where it abstains."""
    columns = {family: evidence_of(scorer, family, examples) for family in EVIDENCE_FAMILIES}
    return [
        {family: None if np.isnan(values[row]) else float(values[row]) for family, values in columns.items()}
        for row in range(len(examples))
    ]


def _separation(
    family: str, methods: tuple[Doubles, Doubles], forged: np.typing.NDArray[np.bool_], seed: int
) -> list[Measure]:
    values, plain = methods
    judged = ~np.isnan(values)
    # Abstentions count as errors in a second row: as the value that says nothing, log-odds 0.
    rows = {"all": (values[judged], forged[judged]), "abstentions as errors": (np.nan_to_num(values), forged)}
    known = (
        {}
        if family not in BASELINES
        else {BASELINES[family]: auc(plain[forged & ~np.isnan(plain)], plain[~forged & ~np.isnan(plain)])}
    )
    figures = []
    for segment, (scores, truth) in rows.items():
        positive, negative = scores[truth], scores[~truth]
        if not len(positive) or not len(negative):
            continue
        low, high = resampled(auc, positive, negative, seed)
        value, baselines = auc(positive, negative), known | {"chance": 0.5}
        figures.append(Measure(f"{family}_auc", segment, value, low, high, len(scores), baselines))
        hits = hit_rate(positive, negative, 0.01) * len(positive)
        found = share(f"{family}_found_at_1_percent", [True] * round(hits) + [False] * (len(positive) - round(hits)))
        figures.append(Measure(found.measure, segment, found.value, found.low, found.high, found.n))
    return figures


def evidence_of(scorer: Scorer, family: str, examples: Sequence[Example]) -> Doubles:
    """A family's calibrated log-odds [n] of examples; nan where it abstains."""
    return evidence_by(scorer.heads[family], examples)


def evidence_by(head: Head, examples: Sequence[Example]) -> Doubles:
    """A head's calibrated log-odds [n] of examples; nan where its family abstains."""
    values = head_log_odds(head, signal_matrix(head.signals, [example.signals for example in examples]))
    return np.where([head.family in example.abstained for example in examples], np.nan, values)
