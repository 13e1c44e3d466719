"""Are pixels that came out of a decoder net told from a camera's, for families of decoders never trained on?"""

from jobs.evaluation.error_rates import one_figure, told
from jobs.evaluation.judged import Plan, judged_pairs, unseen
from jobs.evaluation.measures import EvaluationSettings, Measure, auc

LAUNDERED = "q75 at .75"
PLAN = Plan("generated", ("as sent", LAUNDERED))


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """AUC of unseen decoder families after JPEG of quality 75 at three quarters of the size; the rest."""
    rows = judged_pairs(settings, PLAN)
    figures = one_figure("generated_auc", auc, unseen(rows, LAUNDERED), settings.seed)
    return figures + told("generated", rows, settings)
