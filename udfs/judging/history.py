"""The life of an account: which risk held when, as known tonight."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from conf.settings import ProfileSettings
from udfs.judging.account_risk import AccountEvidence, AccountRisk, account_risk


@dataclass(frozen=True)
class Interval:
    """A risk and the half-open span of valid time in which it held; `valid_to` None: still."""

    valid_from: datetime
    valid_to: datetime | None
    profile: AccountRisk


def timeline(evidence: AccountEvidence, settings: ProfileSettings) -> tuple[Interval, ...]:
    """Intervals without overlap or hole from the opening, or the first evidence before it, until now and on.

    Neighbours with equal profiles are one interval. Empty where nothing dates the account.
    """
    points = change_points(evidence)
    profiles = [account_risk(as_of(evidence, point), settings) for point in points]
    kept = [place for place in range(len(points)) if place == 0 or profiles[place] != profiles[place - 1]]
    ends: list[datetime | None] = [*(points[place] for place in kept[1:]), None]
    return tuple(Interval(points[place], end, profiles[place]) for place, end in zip(kept, ends, strict=False))


def change_points(evidence: AccountEvidence) -> list[datetime]:
    """Sorted instants at which the evidence changes, the account's opening among them."""
    found = {evidence.opened_at} if evidence.opened_at is not None else set()
    for document in evidence.documents:
        found |= {document.submitted_at, document.corroborated_at}
    found |= {signal.valid_from for signal in evidence.signals}
    found |= {pattern.fired_at for pattern in evidence.patterns}
    if evidence.verdict is not None:
        found.add(evidence.verdict.valid_from)
    return sorted(found)


def as_of(evidence: AccountEvidence, instant: datetime) -> AccountEvidence:
    """The evidence that held at an instant: what had happened, its own moment included."""
    documents = tuple(
        document if document.corroborated_at <= instant else replace(document, bonus=0.0, campaign_id=None)
        for document in evidence.documents
        if document.submitted_at <= instant
    )
    verdict = evidence.verdict
    return replace(
        evidence,
        documents=documents,
        signals=tuple(signal for signal in evidence.signals if signal.valid_from <= instant),
        patterns=tuple(pattern for pattern in evidence.patterns if pattern.fired_at <= instant),
        verdict=verdict if verdict is not None and verdict.valid_from <= instant else None,
    )


def differs(before: Sequence[Interval], now: Sequence[Interval]) -> bool:
    """Whether a timeline says anything else than the one known before."""
    return tuple(before) != tuple(now)
