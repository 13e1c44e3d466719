"""An account's risk: base and components, additive in log-odds; a pure function of one account's evidence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from conf.settings import ProfileSettings
from conf.wording import count
from schemas.words import RISK_COMPONENTS
from udfs.judging.log_odds import logit, sigmoid
from udfs.judging.reasons import verdict_reason
from udfs.judging.transactions import PATTERN_LOG_ODDS, Pattern, pattern_reason

DAMPING = 0.5  # each further document or campaign tells half of what it would alone: they are not independent
# A device is a fact, not a suspicion: it counts where strangers share it, as a tie between documents.
SIGNAL_LOG_ODDS = {"bot": 1.0, "promotion_abuse": 1.0, "chargeback": 2.0, "device": 0.0}
VERDICT_LOG_ODDS = {"confirmed": 7.0, "cleared": -3.0}  # a review outweighs a model, and may err
TOLD = 0.1  # log-odds from which a contribution is named

Weighed = tuple[float, str]


@dataclass(frozen=True)
class DocumentEvidence:
    """What one document tells of its account.

    Attributes:
        doc_id: the document.
        submitted_at: from when on its own evidence holds.
        own: log-odds that its own evidence adds.
        campaign_id: its campaign, if one counts.
        bonus: log-odds that the campaign adds.
        knowable_at: when the campaign's third document was submitted.
        reasons: the sentences of its score.
    """

    doc_id: str
    submitted_at: datetime
    own: float
    campaign_id: str | None = None
    bonus: float = 0.0
    knowable_at: datetime | None = None
    reasons: tuple[str, ...] = ()

    @property
    def corroborated_at(self) -> datetime:
        """From when on the campaign's evidence holds."""
        return self.submitted_at if self.knowable_at is None else max(self.submitted_at, self.knowable_at)


@dataclass(frozen=True)
class Signal:
    """What another system raised: kind, since when, and how sure it is, 0 to 1."""

    kind: str
    valid_from: datetime
    strength: float = 1.0


@dataclass(frozen=True)
class Verdict:
    """A reviewer's verdict on the account."""

    verdict: str
    valid_from: datetime


@dataclass(frozen=True)
class AccountEvidence:
    """All that is known of one account."""

    account_id: str
    opened_at: datetime | None = None
    documents: tuple[DocumentEvidence, ...] = ()
    signals: tuple[Signal, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True)
class AccountRisk:
    """One account's risk; base and components, summed in that order, are its log-odds."""

    risk: float
    tier: str
    base_log_odds: float
    components: Mapping[str, float]
    reasons: tuple[str, ...] = ()
    documents: tuple[str, ...] = field(default=())
    campaigns: tuple[str, ...] = field(default=())

    @property
    def log_odds(self) -> float:
        """Base and components, in key order."""
        return self.base_log_odds + sum(self.components[name] for name in sorted(self.components))


def account_risk(evidence: AccountEvidence, settings: ProfileSettings) -> AccountRisk:
    """Base, components, tier and reasons of one account."""
    shares = component_shares(evidence)
    components = {name: sum(weight for weight, _ in shares[name]) for name in sorted(shares)}
    base = logit(settings.prior)
    risk = sigmoid(base + sum(components.values()))
    told = sorted((pair for name in sorted(shares) for pair in shares[name]), key=lambda pair: (-abs(pair[0]), pair[1]))
    return AccountRisk(
        risk=risk,
        tier=tier_of(risk, settings.tiers),
        base_log_odds=base,
        components=components,
        reasons=tuple(dict.fromkeys(reason for weight, reason in told if abs(weight) >= TOLD and reason)),
        documents=tuple(sorted(d.doc_id for d in evidence.documents if d.own > 0 or d.bonus > 0)),
        campaigns=tuple(sorted({d.campaign_id for d in evidence.documents if d.campaign_id and d.bonus > 0})),
    )


def component_shares(evidence: AccountEvidence) -> dict[str, list[Weighed]]:
    """Log-odds and sentence of every contribution, by component."""
    shares = {
        "documents": damped((d.own, _told(d)) for d in evidence.documents),
        "campaigns": damped(_by_campaign(evidence.documents)),
        "signals": [*_signals(evidence.signals), *_verdict(evidence.verdict)],
        "transactions": [(PATTERN_LOG_ODDS[p.name], pattern_reason(p)) for p in _by_name(evidence.patterns)],
    }
    return {name: shares[name] for name in RISK_COMPONENTS}


def tier_of(risk: float, tiers: Mapping[str, float]) -> str:
    """The highest tier whose beginning the risk reaches; low where it reaches none."""
    reached = [(begins, tier) for tier, begins in tiers.items() if risk >= begins]
    return max(reached)[1] if reached else "low"


def damped(weighed: Iterable[Weighed]) -> list[Weighed]:
    """The positive contributions, heaviest first, each next one at half the share of the one before."""
    ranked = sorted((pair for pair in weighed if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]))
    return [(weight * DAMPING**place, reason) for place, (weight, reason) in enumerate(ranked)]


def _by_campaign(documents: Iterable[DocumentEvidence]) -> list[Weighed]:
    """The heaviest bonus of each campaign: two sides of one card are no two ties."""
    heaviest: dict[str, Weighed] = {}
    for document in documents:
        if document.campaign_id is not None and document.bonus > 0:
            pair = (document.bonus, _campaign_told(document))
            heaviest[document.campaign_id] = max(pair, heaviest.get(document.campaign_id, pair))
    return [heaviest[campaign] for campaign in sorted(heaviest)]


def _signals(signals: Iterable[Signal]) -> list[Weighed]:
    """The strongest signal of each kind, at once."""
    ordered = sorted(signals, key=lambda signal: (signal.kind, -signal.strength, signal.valid_from))
    kinds = dict.fromkeys(signal.kind for signal in ordered)
    strongest = {kind: next(signal for signal in ordered if signal.kind == kind) for kind in kinds}
    numbers = {kind: sum(signal.kind == kind for signal in ordered) for kind in kinds}
    return [
        (SIGNAL_LOG_ODDS[kind] * signal.strength, f"{count(numbers[kind], kind.replace('_', ' ') + ' signal')}")
        for kind, signal in strongest.items()
    ]


def verdict_log_odds(verdict: str | None) -> float:
    """Log-odds that a verdict on the account adds."""
    return VERDICT_LOG_ODDS.get(verdict or "", 0.0)


def _verdict(verdict: Verdict | None) -> list[Weighed]:
    if verdict is None or verdict.verdict not in VERDICT_LOG_ODDS:
        return []
    reason = verdict_reason(verdict.verdict, f"{verdict.valid_from:%Y-%m-%d}", "account")
    return [(VERDICT_LOG_ODDS[verdict.verdict], reason)]


def _by_name(patterns: Iterable[Pattern]) -> list[Pattern]:
    return sorted(patterns, key=lambda pattern: (pattern.name, pattern.fired_at))


def _told(document: DocumentEvidence) -> str:
    """The weightiest sentence of its score that is not its campaign's."""
    own = [reason for reason in document.reasons if not _is_campaign(reason) and not reason.startswith("Not judged")]
    return f"Document {document.doc_id}: {own[0]}" if own else f"Document {document.doc_id} is suspect by itself"


def _campaign_told(document: DocumentEvidence) -> str:
    tie = next((reason for reason in document.reasons if _is_campaign(reason)), "It belongs to a campaign")
    return f"Campaign {document.campaign_id}: {tie[0].lower()}{tie[1:]}"


def _is_campaign(reason: str) -> bool:
    return reason.startswith("Its ")
