"""One document: what is seen in it, what it contradicts, what it is tied to, how its risk changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jobs.stories.clashes import Clash, clashes_of
from jobs.stories.released import Released, Row, not_found, rows_of
from schemas.words import EVIDENCE_FAMILIES, REJECTION_REASONS
from udfs.judging.account_risk import tier_of

FACTS = (
    "submission_id", "account_id", "doc_type", "side", "issuer", "channel", "submitted_at",
    "decision", "decided_at", "vendor", "vendor_result",
)  # fmt: skip
BASIS = ("risk_basis", "scorer", "inspector")


@dataclass(frozen=True)
class Tie:
    """A link to another document and its account."""

    kind: str
    doc_id: str
    account_id: str | None
    similarity: float
    evidence: Mapping[str, object]


@dataclass(frozen=True)
class Change:
    """One change of the champion's risk."""

    night: str
    before: float | None
    after: float | None
    cause: str


@dataclass(frozen=True)
class DocumentStory:
    """All that a release tells of one document.

    Attributes:
        doc_id: the document.
        state: scored, pending, rejected or duplicate.
        facts: what was submitted and decided, by name.
        rejections: why it was refused, stage and reason in words.
        risk: champion's; None without a score.
        tier: the word for that risk.
        basis: what the risk was calibrated on, the scorer and the inspector that it comes from.
        evidence: by family; None where the family abstained.
        reasons: sentences.
        contradictions: of its submission, those that concern it.
        ties: links that hold, the nearest first within a kind.
        campaign: its row of clusters and campaigns, if it is in one.
        history: changes of its risk, oldest first.
        with_values: whether personal values were asked for.
    """

    doc_id: str
    state: str
    facts: Mapping[str, Any]
    rejections: tuple[str, ...]
    risk: float | None
    tier: str | None
    basis: Mapping[str, str]
    evidence: Mapping[str, float | None]
    reasons: tuple[str, ...]
    contradictions: tuple[Clash, ...]
    ties: tuple[Tie, ...]
    campaign: Mapping[str, Any] | None
    history: tuple[Change, ...]
    with_values: bool = False


def document_story(
    released: Released, doc_id: str, tiers: Mapping[str, float], *, with_values: bool = False
) -> DocumentStory:
    """The story of a document.

    Raises:
        NotFound: the release knows no such document.
    """
    documents = rows_of(released, "documents", "doc_id", "sha256", "vendor_fields", *FACTS, doc_id=doc_id)
    refused = rows_of(released, "rejected", "outcome", "stage", "reason", "detail", doc_id=doc_id)
    if not documents and not refused:
        raise not_found(released, "documents", "doc_id", doc_id)
    facts = {name: documents[0][name] for name in FACTS} if documents else {}
    score = next(iter(rows_of(released, "scores", doc_id=doc_id, role="champion")), None)
    stops = [row for row in refused if row["outcome"] == "rejected"]
    return DocumentStory(
        doc_id=doc_id,
        state="scored" if score else "pending" if documents and not stops else refused[0]["outcome"],
        facts=facts,
        rejections=tuple(_refusal(row) for row in refused),
        risk=score["risk"] if score else None,
        tier=tier_of(score["risk"], tiers) if score else None,
        basis={name: score[name] for name in BASIS} if score else {},
        evidence={family: score[family] for family in EVIDENCE_FAMILIES} if score else {},
        reasons=tuple(score["reasons"]) if score else (),
        contradictions=clashes_of(released, documents[0], with_values=with_values) if documents else (),
        ties=_ties(released, doc_id),
        campaign=_campaign(released, doc_id),
        history=_history(released, doc_id),
        with_values=with_values,
    )


def _refusal(row: Row) -> str:
    detail = f" ({row['detail']})" if row["detail"] else ""
    return f"{row['outcome']} at {row['stage']}: {REJECTION_REASONS.get(row['reason'], row['reason'])}{detail}"


def _ties(released: Released, doc_id: str) -> tuple[Tie, ...]:
    """Links that hold, with the account of the other document."""
    found = [
        (row[other], row)
        for mine, other in (("left_doc", "right_doc"), ("right_doc", "left_doc"))
        for row in rows_of(released, "links", **{mine: doc_id})
    ]
    others = sorted({other for other, _ in found})
    accounts = {
        row["doc_id"]: row["account_id"]
        for row in rows_of(released, "documents", "doc_id", "account_id", doc_id=others)
    }
    ties = [
        Tie(row["kind"], other, accounts.get(other), row["similarity"], json.loads(row["evidence"] or "{}"))
        for other, row in found
    ]
    return tuple(sorted(ties, key=lambda tie: (tie.kind, -tie.similarity, tie.doc_id)))


def _campaign(released: Released, doc_id: str) -> dict[str, Any] | None:
    """Its place in its campaign, and the campaign."""
    for member in rows_of(released, "clusters", "campaign_id", "joined", "tie", "kinds", doc_id=doc_id):
        columns = ("documents", "accounts", "cohesion", "weakest_tie", "first_submitted_at", "knowable_at")
        for campaign in rows_of(released, "campaigns", *columns, campaign_id=member["campaign_id"]):
            return {**member, **campaign}
    return None


def _history(released: Released, doc_id: str) -> tuple[Change, ...]:
    rows = rows_of(
        released, "score_changes", "run_id", "night", "before", "after", "cause", doc_id=doc_id, role="champion"
    )
    ordered = sorted(rows, key=lambda row: (row["night"], row["run_id"]))
    return tuple(Change(f"{row['night']}", row["before"], row["after"], row["cause"]) for row in ordered)
