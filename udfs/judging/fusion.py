"""Fusion: families, prevalence, campaign and verdict become one risk."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.cells import given, number, texts
from udfs.judging.log_odds import logit

LEAST = -0.35  # log-odds: most forgeries look clean to any one family, so it may not acquit by more
OWN_LEAST = -1.0  # nor may all of them together
MOST = 6.0  # nor may one family convict by more alone
CAMPAIGN_MOST = 6.5  # log-odds: at 1 % prevalence a firm, large campaign alone reaches 0.87
CONFIRMED_RISK = 0.99  # a reviewer may err; nothing is certain

# How far a tie of that kind speaks of one forger's work rather than of one household's.
KIND_STRENGTH = {
    "same_file": 1.0,
    "near_copy": 1.0,
    "template": 1.0,
    "portrait_photo": 1.0,
    "same_number": 0.8,
    "shared_device": 0.3,
    "own_resubmission": 0.0,
}


@dataclass(frozen=True)
class Fusion:
    """Monotone logistic fusion: the log-odds of the families, each cut to [-0.35, 6], times weights of 0 or more."""

    intercept: float = 0.0
    weights: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(EVIDENCE_FAMILIES, 1.0))


@dataclass(frozen=True)
class Standing:
    """A document's place in a campaign.

    Attributes:
        campaign_id: the campaign.
        documents: documents in it.
        accounts: accounts in it.
        cohesion: ties there are of those there could be, 0 to 1; None where unknown.
        weakest_tie: the weakest tie that holds it together, 0 to 1.
        tie: this document's strongest tie, 0 to 1.
        kinds: kinds of ties that hold this document.
    """

    campaign_id: str
    documents: int
    accounts: int
    cohesion: float | None
    weakest_tie: float | None
    tie: float
    kinds: tuple[str, ...]


def standing_of(cell: object) -> Standing | None:
    """The standing of a struct with its names, or None where there is none."""
    if given(cell) is None:
        return None
    cells = dict(cast("Mapping[str, object]", cell))
    return Standing(
        campaign_id=str(cells["campaign_id"]),
        documents=int(number(cells["documents"]) or 0),
        accounts=int(number(cells["accounts"]) or 0),
        cohesion=number(cells["cohesion"]),
        weakest_tie=number(cells["weakest_tie"]),
        tie=number(cells["tie"]) or 0.0,
        kinds=texts(cells["kinds"]),
    )


def own_log_odds(fusion: Fusion, evidence: Mapping[str, float | None]) -> float:
    """Log-odds that a document's own evidence adds to the prevalence; a family that abstained adds nothing.

    Args:
        fusion: intercept and weights.
        evidence: log-odds of each family at even odds, None where it abstained.
    """
    total = 0.0
    judged = False
    for family in EVIDENCE_FAMILIES:
        value = evidence.get(family)
        if value is not None:
            judged = True
            total += fusion.weights[family] * min(max(value, LEAST), MOST)
    return max(total + fusion.intercept, OWN_LEAST) if judged else 0.0


def campaign_log_odds(standing: Standing | None) -> float:
    """Log-odds that a campaign adds to its member, 0 to 6.5: grows with accounts, cohesion and the member's own tie."""
    if standing is None or standing.accounts < 2:
        return 0.0
    size = 2.0 + 1.5 * math.log2(standing.accounts)
    cohesion = 0.5 if standing.cohesion is None else standing.cohesion
    strength = max((KIND_STRENGTH.get(kind, 0.0) for kind in standing.kinds), default=0.0)
    tie = min(max(standing.tie, 0.0), 1.0)
    return min(size * (0.6 + 0.4 * cohesion), CAMPAIGN_MOST) * strength * tie


def risk_log_odds(prevalence: float, parts: Sequence[float], verdict: str | None) -> float:
    """Log-odds of risk: prevalence plus parts, summed in their order; a confirmed verdict is a floor.

    Args:
        prevalence: share of forgeries assumed.
        parts: what own evidence and campaign add.
        verdict: the reviewer's that holds for the document, if any.
    """
    total = logit(prevalence)
    for part in parts:
        total += part
    return max(total, logit(CONFIRMED_RISK)) if verdict == "confirmed" else total


def heeded(standing: Standing | None, verdict: str | None, campaign_verdict: str | None) -> Standing | None:
    """The standing that counts: none once a reviewer cleared the document or its campaign."""
    return None if "cleared" in (verdict, campaign_verdict) else standing
