"""Questions asked of the models on held-out specimens, one file each, and the table of them."""

from collections.abc import Callable

from jobs.evaluation import corners, designs, fields, forensics, mrz, portraits, scorer
from jobs.evaluation.measures import EvaluationSettings, Measure

__all__ = ["EVALUATIONS", "SAMPLES", "EvaluationSettings", "Measure"]

EVALUATIONS: dict[str, Callable[[EvaluationSettings], list[Measure]]] = {
    "fields": fields.evaluate,
    "corners": corners.evaluate,
    "design": designs.evaluate,
    "portrait": portraits.evaluate,
    "forensic": forensics.evaluate,
    "mrz": mrz.evaluate,
    "scorer": scorer.evaluate,
}
# Documents or pairs that an evaluation draws unless it is told how many.
SAMPLES = dict.fromkeys(EVALUATIONS, 160) | {"fields": 3_000}
