"""Accounts that a night found: nobody had to act on them before, and now somebody has to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jobs.stories.accounts import HARMLESS
from jobs.stories.released import Released, Row, Wanted, rows_of
from schemas.words import TIERS

MOST = 200  # accounts looked at, those with the highest risk
# Words that exchanges and vendors use for the same answer; the contract leaves both columns free.
PASSED = frozenset({"accepted", "accept", "approved", "clear", "cleared", "pass", "passed"})
ACTED_ON = tuple(tier for tier in TIERS if tier not in HARMLESS)


@dataclass(frozen=True)
class Found:
    """An account whose tier rose tonight to one that somebody acts on.

    Attributes:
        account_id: the account.
        risk: tonight's.
        tier: tonight's.
        tier_before: what the release before said; None where it had no profile.
        first_submitted_at: when its first document was submitted.
        accepted: whether the exchange accepted a document of it, or its vendor cleared one, on an earlier day.
    """

    account_id: str
    risk: float
    tier: str
    tier_before: str | None
    first_submitted_at: datetime | None
    accepted: bool


def found_tonight(released: Released, night: date) -> list[Found]:
    """Accounts that a night moved into a tier that somebody acts on, the highest risk first."""
    wanted = Wanted(("account_id", "risk", "tier"), {"tier": list(ACTED_ON)}, ("-risk", "account_id"), MOST)
    profiles = released.rows("risk_profiles", wanted)
    ids = [row["account_id"] for row in profiles]
    history = rows_of(released, "risk_profile_history", "account_id", "known_at", "valid_to", "tier", account_id=ids)
    columns = ("account_id", "submitted_at", "decision", "vendor_result")
    documents = rows_of(released, "documents", *columns, account_id=ids)
    told = [_found(row, history, documents, night) for row in profiles]
    return [found for found in told if found.tier_before not in ACTED_ON]


def _found(profile: Row, history: Sequence[Row], documents: Sequence[Row], night: date) -> Found:
    account_id = profile["account_id"]
    own = [row for row in documents if row["account_id"] == account_id]
    taken = [row for row in own if passed(row)]
    return Found(
        account_id=account_id,
        risk=profile["risk"],
        tier=profile["tier"],
        tier_before=_tier_before([row for row in history if row["account_id"] == account_id], night),
        first_submitted_at=min((row["submitted_at"] for row in own), default=None),
        accepted=bool(taken),
    )


def passed(document: Row) -> bool:
    """Whether a document was accepted, or cleared by the vendor, when it was submitted."""
    words = {str(document[name] or "").lower() for name in ("decision", "vendor_result")}
    return bool(words & PASSED)


def _tier_before(history: Sequence[Row], night: date) -> str | None:
    """The tier of the account's present as known before a night."""
    earlier = [row for row in history if row["known_at"] < night and row["valid_to"] is None]
    return max(earlier, key=lambda row: row["known_at"])["tier"] if earlier else None
