"""The sentences of one document's judgement, the weightiest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from udfs.judging.cells import texts
from udfs.judging.fusion import MOST, Standing
from udfs.judging.heads import contradiction_signals
from udfs.judging.log_odds import sigmoid
from udfs.judging.reasons import (
    abstention_reason,
    campaign_reason,
    contradiction_reason,
    family_reason,
    verdict_reason,
)

TOLD = 0.5  # log-odds from which a piece of evidence is worth a sentence
WEAK = 0.05  # a contradiction of less weight is its design's habit

Review = tuple[str | None, str | None]


@dataclass(frozen=True)
class Judged:
    """What the sentences are made of.

    Attributes:
        doc_type: declared type.
        seen: log-odds of the families that judged.
        silent: why the others did not.
        odd_zone: place that stands out from its design's other cards.
        contradictions: mappings with kind, confidence, shown, others, fields and places.
        standing: the campaign that counts.
        bonus: log-odds that it adds.
        verdict: a reviewer's verdict on the document and its date.
        campaign_verdict: the same on its campaign.
    """

    doc_type: str | None
    seen: Mapping[str, float]
    silent: Mapping[str, str]
    odd_zone: str | None
    contradictions: Sequence[Mapping[str, object]]
    standing: Standing | None
    bonus: float
    verdict: Review
    campaign_verdict: Review


def sentences(judged: Judged) -> list[str]:
    """Verdicts, then evidence by falling weight, then what could not be judged."""
    weighed = [*_campaign(judged), *_contradictions(judged), *_families(judged)]
    evidence = [sentence for _, sentence in sorted(weighed, key=lambda pair: (-pair[0], pair[1]))]
    silent = [abstention_reason(dict(sorted(judged.silent.items())))] if judged.silent else []
    return [*_verdicts(judged), *evidence, *silent]


def _verdicts(judged: Judged) -> list[str]:
    reviews = (("document", judged.verdict), ("campaign", judged.campaign_verdict))
    return [
        verdict_reason(verdict, on or "an unknown date", target)
        for target, (verdict, on) in reviews
        if verdict in ("confirmed", "cleared")
    ]


def _campaign(judged: Judged) -> list[tuple[float, str]]:
    if judged.standing is None or judged.bonus < TOLD:
        return []
    return [(judged.bonus, campaign_reason(judged.standing, judged.doc_type))]


def _contradictions(judged: Judged) -> list[tuple[float, str]]:
    """One sentence a kind and fields, weighed by the share that it has in the head's log-odds."""
    total = max(judged.seen.get("inconsistent", 0.0), TOLD)
    heaviest: dict[str, float] = {}
    for item in judged.contradictions:
        weight = contradiction_signals([item])["contradiction_strongest"]
        if weight >= WEAK:
            sentence = contradiction_reason(str(item["kind"]), texts(item.get("fields")), texts(item.get("places")))
            heaviest[sentence] = max(total * weight, heaviest.get(sentence, 0.0))
    return [(weight, sentence) for sentence, weight in sorted(heaviest.items())]


def _families(judged: Judged) -> list[tuple[float, str]]:
    return [
        (min(value, MOST), family_reason(family, sigmoid(value), judged.odd_zone))
        for family, value in judged.seen.items()
        if family != "inconsistent" and value >= TOLD
    ]
