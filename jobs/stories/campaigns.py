"""One campaign: who is in it, what holds it together, how it grew, whom it touches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.stories.released import Released, Row, not_found, rows_of

MEMBER = ("campaign_id", "doc_id", "account_id", "joined", "tie", "kinds")
DOCUMENT = ("doc_id", "sha256", "doc_type", "side", "submitted_at", "decision", "vendor_result")
CAMPAIGN = (
    "campaign_id", "born", "documents", "accounts", "cohesion", "weakest_tie", "kinds", "design", "first_submitted_at",
    "knowable_at",
)  # fmt: skip
LINK = ("left_doc", "right_doc", "kind", "similarity")
EVENT = ("night", "event", "cause", "documents", "joined", "left", "others", "run_id")


@dataclass(frozen=True)
class CampaignStory:
    """All that a release tells of one campaign.

    Attributes:
        campaign_id: its id.
        facts: its row of `campaigns`.
        members: in order of submission, each with account, tie, kinds, risk and what was decided then.
        accounts: whom it touches: account_id, documents, risk, tier; the highest risk first.
        links: ties between its members.
        events: what happened to it, oldest first.
    """

    campaign_id: str
    facts: Mapping[str, Any]
    members: tuple[Mapping[str, Any], ...]
    accounts: tuple[Mapping[str, Any], ...]
    links: tuple[Mapping[str, Any], ...]
    events: tuple[Mapping[str, Any], ...]


def campaign_story(released: Released, campaign_id: str) -> CampaignStory:
    """The story of a campaign; one that has ended has events and no members.

    Raises:
        NotFound: the release knows no such campaign.
    """
    facts = next(iter(rows_of(released, "campaigns", *CAMPAIGN, campaign_id=campaign_id)), None)
    events = rows_of(released, "cluster_events", *EVENT, campaign_id=campaign_id)
    if facts is None and not events:
        raise not_found(released, "campaigns", "campaign_id", campaign_id)
    members = members_of(released, [campaign_id])[campaign_id]
    return CampaignStory(
        campaign_id=campaign_id,
        facts=facts or {},
        members=tuple(members),
        accounts=tuple(_accounts(released, members)),
        links=tuple(_links(released, [row["doc_id"] for row in members])),
        events=tuple(sorted(events, key=lambda row: (row["night"], row["run_id"], row["event"]))),
    )


def members_of(released: Released, campaign_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """The documents of each campaign in order of submission."""
    members = {row["doc_id"]: row for row in rows_of(released, "clusters", *MEMBER, campaign_id=list(campaign_ids))}
    ids = sorted(members)
    scores = rows_of(released, "scores", "doc_id", "risk", doc_id=ids, role="champion")
    risks = {row["doc_id"]: row["risk"] for row in scores}
    documents = rows_of(released, "documents", *DOCUMENT, doc_id=ids)
    told = [{**members[row["doc_id"]], **row, "risk": risks.get(row["doc_id"])} for row in documents]
    ordered = sorted(told, key=lambda row: (row["submitted_at"], row["doc_id"]))
    return {name: [row for row in ordered if row["campaign_id"] == name] for name in campaign_ids}


def _accounts(released: Released, members: Sequence[Row]) -> list[dict[str, Any]]:
    ids = sorted({row["account_id"] for row in members})
    profiles = rows_of(released, "risk_profiles", "account_id", "risk", "tier", account_id=ids)
    known = {row["account_id"]: row for row in profiles}
    told = [
        {
            "account_id": account,
            "documents": sum(row["account_id"] == account for row in members),
            "risk": known[account]["risk"] if account in known else None,
            "tier": known[account]["tier"] if account in known else None,
        }
        for account in ids
    ]
    return sorted(told, key=lambda row: (-(row["risk"] or 0.0), row["account_id"]))


def _links(released: Released, members: Sequence[str]) -> list[dict[str, Any]]:
    found = rows_of(released, "links", *LINK, left_doc=list(members), right_doc=list(members))
    return sorted(found, key=lambda row: (row["left_doc"], row["right_doc"], row["kind"]))
