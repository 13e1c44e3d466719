"""From specimens to a scorer's folder with its card: `python -m jobs.training.scorer_run OUT`."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

import numpy as np

from jobs.evaluation.held_out import held_out_designs, training_designs
from jobs.evaluation.measures import Measure, auc, hit_rate, resampled, share
from jobs.training.card import write_card
from jobs.training.scorer import Example, evidence_of, train_scorer
from jobs.training.scorer_material import observed_pairs
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.fusion import own_log_odds
from udfs.judging.heads import signal_matrix
from udfs.judging.log_odds import Doubles
from udfs.judging.scorer_file import Scorer, write_scorer
from udfs.nets.opening import shipped_inspector
from udfs.scorer import shipped_scorer

LOG = logging.getLogger(__name__)

BASELINES = {
    "physical": "spectral_peak",
    "tampered": "ela_spread",
    "generated": "spectral_slope",
    "inconsistent": "contradiction_strongest",
}
UNSEEN_SEED = 104_729  # designs that the nets' own training never drew
LIMITS = (
    "No figure here is one for real documents: trained, calibrated and judged on drawn specimens of fictional issuers.",
    "Evidence is no probability on a lake: it is calibrated at even odds, and risk assumes the settings' prevalence.",
    "A rate at 1 % false alarms takes 300 genuine specimens to prove; with fewer it is the rate at none of them.",
)


@dataclass(frozen=True)
class Recipe:
    """How many pairs to learn from and to judge on, the seed of every draw, and where observed pairs are kept."""

    training_pairs: int = 128
    held_out_pairs: int = 80
    designs: int = 40
    seed: int = 11
    work: Path = Path(gettempdir()) / "lookback-training" / "scorer"  # only a cache: what lies here can be drawn again


def train(out: Path, inspector: Path, recipe: Recipe) -> list[Measure]:
    """Draw, observe, train, judge on held-out designs, and write the folder with its card; gives the figures."""
    ours = training_designs(recipe.designs, recipe.seed + UNSEEN_SEED)
    learned, judged = (
        observed_pairs(designs, pairs, seed=seed, split=split, work=recipe.work, inspector=inspector)
        for designs, pairs, seed, split in (
            (ours, recipe.training_pairs, recipe.seed, True),
            (held_out_designs(), recipe.held_out_pairs, recipe.seed + 1, False),
        )
    )
    scorer = train_scorer(learned)
    figures = judge(scorer, judged, recipe.seed)
    write_scorer(out, scorer)
    facts = {
        "training": f"{len(learned)} observed specimens of {recipe.designs} designs that no net was trained on, "
        f"half of them forged, seed {recipe.seed}",
        "judged on": f"{len(judged)} observed specimens of held-out issuers",
        "basis": scorer.basis,
    }
    write_card(out, "scorer", figures=figures, facts=facts, limits=LIMITS)
    return figures


def judge(scorer: Scorer, examples: Sequence[Example], seed: int) -> list[Measure]:
    """Of all forgeries and per family: AUC and rate at 1 % false alarms against the genuine; abstentions.

    A family stands beside one plain signal.
    """
    own = np.asarray([own_log_odds(scorer.fusion, evidence) for evidence in _evidence(scorer, examples)])
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


def main(arguments: Sequence[str]) -> None:
    """`[OUT [TRAINING_PAIRS HELD_OUT_PAIRS]]`: train into a folder, the package's own where none is named."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    out = Path(arguments[0]) if arguments else shipped_scorer()
    recipe = Recipe(int(arguments[1]), int(arguments[2])) if len(arguments) > 2 else Recipe()
    for figure in train(out, shipped_inspector(), recipe):
        LOG.info(
            "%s %s %.3f [%.3f, %.3f] n=%d %s",
            *(figure.measure, figure.segment, figure.value, figure.low, figure.high, figure.n, figure.baselines),
        )


if __name__ == "__main__":
    main(sys.argv[1:])
