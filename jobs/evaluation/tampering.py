"""Are altered places found, on designs and by attacks that no net was trained on, also after a messenger?"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jobs.evaluation.error_rates import one_figure, told
from jobs.evaluation.judged import Judged, Plan, judged_pairs, unseen
from jobs.evaluation.measures import RESAMPLES, EvaluationSettings, Measure, hit_at

PLAN = Plan("tampered", ("as sent", "messenger", "q75 at .75"), archived=True)
ONE_PERCENT = 0.01


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """F1 of altered pixels and hits at 1 % false alarms after one messenger hop, both of held-out attacks; the rest."""
    rows = judged_pairs(settings, PLAN)
    hopped = unseen(rows, "messenger")
    figures = pixel_f1(unseen(rows, "as sent"), settings.seed, "all")
    figures += one_figure("tampered_tpr_fpr01_hop", hit_at(ONE_PERCENT), hopped, settings.seed)
    for chain in PLAN.chains:
        for attack in sorted({row.segments["attack"] for row in rows}):
            part = [row for row in rows if (row.segments["attack"], row.segments["chain"]) == (attack, chain)]
            figures += pixel_f1(part, settings.seed, f"attack={attack}, chain={chain}")
    return figures + told("tampered", rows, settings)


def pixel_f1(rows: Sequence[Judged], seed: int, segment: str) -> list[Measure]:
    """F1 over the pixels of forgeries and twins together, with a bootstrap over pairs; nothing without pairs."""
    if not rows:
        return []
    counts = np.array([row.forged.pixels + row.genuine.pixels for row in rows])
    rng = np.random.default_rng(seed)
    drawn = [_f1(counts[rng.integers(len(counts), size=len(counts))]) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return [Measure("tampered_pixel_f1", segment, _f1(counts), float(low), float(high), len(counts))]


def _f1(counts: npt.NDArray[np.int64]) -> float:
    hit, false, missed = counts.sum(axis=0)
    return float(2 * hit / max(2 * hit + false + missed, 1))
