"""Questions asked of the models on held-out specimens, one file each, and the table of them."""

from collections.abc import Callable

from jobs.evaluation import corners, designs, forensics, mrz, portraits, scorer
from jobs.evaluation.measures import EvaluationSettings, Measure

__all__ = ["EVALUATIONS", "EvaluationSettings", "Measure"]

EVALUATIONS: dict[str, Callable[[EvaluationSettings], list[Measure]]] = {
    "corners": corners.evaluate,
    "design": designs.evaluate,
    "portrait": portraits.evaluate,
    "forensic": forensics.evaluate,
    "mrz": mrz.evaluate,
    "scorer": scorer.evaluate,
}
