"""One account: its risk and what it is made of, its life, since when it could have been known, what it cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jobs.stories.released import Released, Row, not_found, rows_of
from jobs.stories.sayings import days_between
from schemas.words import TIERS

FACTS = ("kind", "legal_entity", "opened_at", "closed_at", "merged_into", "jurisdiction", "customer_tier")
DOCUMENT = ("doc_id", "submission_id", "doc_type", "side", "submitted_at", "decision", "decided_at", "vendor_result")
CAMPAIGN = ("campaign_id", "documents", "accounts", "cohesion", "weakest_tie", "kinds", "born", "knowable_at")
WORST_HARMLESS = "elevated"  # above it, somebody has to act
HARMLESS = TIERS[: TIERS.index(WORST_HARMLESS) + 1]


@dataclass(frozen=True)
class Stretch:
    """A span of valid time in which one risk held, as known now; `valid_to` None: still."""

    valid_from: datetime
    valid_to: datetime | None
    risk: float
    tier: str


@dataclass(frozen=True)
class Known:
    """What was known of the account's present after one night, and the share of each cause in the move to it."""

    night: date
    risk: float
    tier: str
    moves: Mapping[str, float]


@dataclass(frozen=True)
class Knowable:
    """Since when the present tier could have been known.

    Attributes:
        since: the first instant at which what is known now would have given the present tier.
        days: calendar days from then to the night that knows it.
        by: what happened then: `campaign`, `document`, `transactions or signals`.
        name: the campaign or document.
        left: fiat value of withdrawals since, by currency.
    """

    since: datetime
    days: int
    by: str
    name: str | None
    left: Mapping[str, Decimal]


@dataclass(frozen=True)
class AccountStory:
    """All that a release tells of one account.

    Attributes:
        account_id: the account.
        night: the night whose profile this is.
        risk: probability that it is fraudulent.
        tier: the word for it.
        base_log_odds: before any component.
        components: log-odds of each.
        reasons: sentences, the weightiest first.
        contributing: documents that contribute.
        facts: what the exchange says of the account, without personal data.
        documents: its documents in order of submission, each with risk and campaign.
        campaigns: those that its documents are in.
        timeline: as known now, oldest first.
        known: what was known of its present after each night that changed it, oldest first.
        knowable: since when its tier could have been known; None for a tier that nobody acts on.
        came_in: fiat value of all deposits, by currency.
        went_out: of all withdrawals.
    """

    account_id: str
    night: date
    risk: float
    tier: str
    base_log_odds: float
    components: Mapping[str, float]
    reasons: tuple[str, ...]
    contributing: tuple[str, ...]
    facts: Mapping[str, Any]
    documents: tuple[Mapping[str, Any], ...]
    campaigns: tuple[Mapping[str, Any], ...]
    timeline: tuple[Stretch, ...]
    known: tuple[Known, ...]
    knowable: Knowable | None
    came_in: Mapping[str, Decimal]
    went_out: Mapping[str, Decimal]


def account_story(released: Released, account_id: str) -> AccountStory:
    """The story of an account.

    Raises:
        NotFound: the release has no profile of it.
    """
    profile = next(iter(rows_of(released, "risk_profiles", account_id=account_id)), None)
    if profile is None:
        raise not_found(released, "risk_profiles", "account_id", account_id)
    documents = _documents(released, account_id)
    campaigns = rows_of(
        released, "campaigns", *CAMPAIGN, campaign_id=sorted({d["campaign_id"] for d in documents if d["campaign_id"]})
    )
    history = rows_of(released, "risk_profile_history", account_id=account_id)
    moved = rows_of(
        released, "transactions", "direction", "valid_from", "fiat_value", "fiat_currency", account_id=account_id
    )
    timeline = _timeline(history)
    facts = next(iter(rows_of(released, "accounts", *FACTS, account_id=account_id)), {})
    return AccountStory(
        account_id=account_id,
        night=profile["night"],
        risk=profile["risk"],
        tier=profile["tier"],
        base_log_odds=profile["base_log_odds"],
        components=profile["components"],
        reasons=tuple(profile["reasons"]),
        contributing=tuple(profile["documents"]),
        facts=facts,
        documents=tuple(documents),
        campaigns=tuple(sorted(campaigns, key=lambda row: (-row["accounts"], row["campaign_id"]))),
        timeline=timeline,
        known=_known(history),
        knowable=_knowable(timeline, profile, documents, campaigns, moved),
        came_in=_sums(moved, "in"),
        went_out=_sums(moved, "out"),
    )


def _documents(released: Released, account_id: str) -> list[dict[str, Any]]:
    """Its documents in order of submission, with the champion's risk, or why there is none, and each one's campaign."""
    scores = rows_of(released, "scores", "doc_id", "risk", account_id=account_id, role="champion")
    risks = {row["doc_id"]: row["risk"] for row in scores}
    members = rows_of(released, "clusters", "doc_id", "campaign_id", account_id=account_id)
    campaigns = {row["doc_id"]: row["campaign_id"] for row in members}
    rows = rows_of(released, "documents", *DOCUMENT, account_id=account_id)
    unscored = [row["doc_id"] for row in rows if row["doc_id"] not in risks]
    turned = rows_of(released, "rejected", "doc_id", "reason", doc_id=unscored, stage="inspect") if unscored else []
    refused = {row["doc_id"]: row["reason"] for row in turned}
    told = [
        {
            **row,
            "risk": risks.get(row["doc_id"]),
            "refused": refused.get(row["doc_id"]),
            "campaign_id": campaigns.get(row["doc_id"]),
        }
        for row in rows
    ]
    return sorted(told, key=lambda row: (row["submitted_at"], row["doc_id"]))


def _timeline(history: Sequence[Row]) -> tuple[Stretch, ...]:
    """The newest known version, oldest first."""
    newest = max((row["known_at"] for row in history), default=None)
    version = sorted((row for row in history if row["known_at"] == newest), key=lambda row: row["valid_from"])
    return tuple(Stretch(row["valid_from"], row["valid_to"], row["risk"], row["tier"]) for row in version)


def _known(history: Sequence[Row]) -> tuple[Known, ...]:
    """The last stretch of each known version, oldest night first."""
    present = sorted((row for row in history if row["valid_to"] is None), key=lambda row: row["known_at"])
    return tuple(Known(row["known_at"], row["risk"], row["tier"], row["moves"] or {}) for row in present)


def _knowable(
    timeline: Sequence[Stretch], profile: Row, documents: Sequence[Row], campaigns: Sequence[Row], moved: Sequence[Row]
) -> Knowable | None:
    """The first stretch of the last unbroken run at the present tier or above."""
    if profile["tier"] in HARMLESS:
        return None
    since = None
    for stretch in reversed(timeline):
        if TIERS.index(stretch.tier) < TIERS.index(profile["tier"]):
            break
        since = stretch.valid_from
    if since is None:
        return None
    by, name = _what_happened(since, documents, campaigns)
    after = [row for row in moved if row["valid_from"] >= since]
    return Knowable(since, days_between(since, profile["night"]), by, name, _sums(after, "out"))


def _what_happened(instant: datetime, documents: Sequence[Row], campaigns: Sequence[Row]) -> tuple[str, str | None]:
    """What an instant of change was: a campaign that could be seen, a document that came in, or the rest."""
    seen = [row["campaign_id"] for row in campaigns if row["knowable_at"] == instant]
    came = [row["doc_id"] for row in documents if row["submitted_at"] == instant]
    if seen:
        return "campaign", seen[0]
    return ("document", came[0]) if came else ("transactions or signals", None)


def _sums(moved: Iterable[Row], direction: str) -> dict[str, Decimal]:
    """Fiat value by currency; what has no fiat value is not counted."""
    sums: dict[str, Decimal] = {}
    for row in moved:
        if row["direction"] == direction and row["fiat_value"] is not None:
            currency = row["fiat_currency"] or "?"
            sums[currency] = sums.get(currency, Decimal(0)) + row["fiat_value"]
    return sums
