"""From specimens to a scorer's folder with its card: `python -m jobs.training.scorer_run OUT`."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

from jobs.evaluation.held_out import held_out_designs, training_designs
from jobs.evaluation.measures import Measure
from jobs.evaluation.other_cards import archived_pairs
from jobs.evaluation.scorer import judge
from jobs.evaluation.scorer_material import World
from jobs.training.card import write_card
from jobs.training.scorer import train_scorer
from udfs.judging.scorer_file import write_scorer
from udfs.nets.opening import shipped_inspector
from udfs.scorer import shipped_scorer

LOG = logging.getLogger(__name__)

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
    designs: int = 14
    seed: int = 11
    work: Path = Path(gettempdir()) / "lookback-training" / "scorer"  # only a cache: what lies here can be drawn again


def train(out: Path, inspector: Path, recipe: Recipe) -> list[Measure]:
    """Draw, observe, train, judge on held-out designs, and write the folder with its card; gives the figures."""
    ours = training_designs(recipe.designs, recipe.seed + UNSEEN_SEED)
    learned, judged = (
        archived_pairs(World(tuple(designs), seed, split, recipe.work, inspector), pairs, _logged)
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


def _logged(what: str, done: int, total: int) -> None:
    LOG.info("%d of %d %s observed", done, total, what)


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
