"""Questions asked of the models on held-out specimens, one file each, and the table of them."""

from collections.abc import Callable

from jobs.evaluation import campaigns, designs, fields, generated, physical, portraits, scorer, tampering
from jobs.evaluation.measures import EvaluationSettings, Measure

__all__ = ["EVALUATIONS", "SAMPLES", "EvaluationSettings", "Measure"]

EVALUATIONS: dict[str, Callable[[EvaluationSettings], list[Measure]]] = {
    "fields": fields.evaluate,
    "tampering": tampering.evaluate,
    "physical": physical.evaluate,
    "generated": generated.evaluate,
    "campaigns": campaigns.evaluate,
    "portraits": portraits.evaluate,
    "designs": designs.evaluate,
    "scorer": scorer.evaluate,
}
# Documents or pairs that an evaluation draws unless it is told how many.
SAMPLES = dict.fromkeys(EVALUATIONS, 160) | {
    "fields": 3_000,
    "tampering": 160,
    "physical": 240,
    "campaigns": 80,
    "portraits": portraits.PICTURES,
}
