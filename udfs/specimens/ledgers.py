"""Rows of the input facts: accounts, signals about them, and what reviewers found."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from udfs.specimens.people import years_later
from udfs.specimens.world import Account, Document, Row, Story, token

ENTITIES, JURISDICTIONS = ("Harbour Exchange Ltd", "Harbour Exchange South SA"), ("XVA", "XMD", "XQL")
TIERS, TIER_WEIGHTS = ("standard", "plus", "professional"), (0.75, 0.2, 0.05)
SIGNALS = ("bot", "promotion_abuse", "chargeback")
SIGNALLED, CLOSED, HELD = 0.06, 0.05, 0.02
SAMPLED, UNSURE = 0.08, 0.06
RETAINED_YEARS = 5


def account_row(account: Account, successor: str | None, rng: np.random.Generator) -> Row:
    """An account as the customer system exports it; a closed one may have been merged into another of its person."""
    person, opened = account.person, account.opened_at
    closed = opened + timedelta(days=int(rng.integers(5, 60))) if successor or rng.random() < CLOSED else None
    return {
        "account_id": account.account_id,
        "person_id": account.person_id,
        "legal_entity": ENTITIES[int(rng.integers(len(ENTITIES)))],
        "kind": "business" if rng.random() < 0.04 else "individual",
        "declared_name": f"{person.given_names} {person.surname}",
        "birth_date": person.birth_date.isoformat(),
        "nationality": person.nationality,
        "opened_at": opened.isoformat(),
        "closed_at": closed.isoformat() if closed and (successor or account.night == 0) else "",
        "merged_into": successor or "",
        "jurisdiction": JURISDICTIONS[int(rng.integers(len(JURISDICTIONS)))],
        "customer_tier": str(rng.choice(TIERS, p=TIER_WEIGHTS)),
        "retain_until": years_later(opened.date(), RETAINED_YEARS).isoformat(),
        "legal_hold": "true" if rng.random() < HELD else "false",
    }


def signal_rows(account: Account, rng: np.random.Generator) -> list[Row]:
    """The account's device, and sometimes what another system noticed."""
    rows = [_signal(account, "device", rng) | {"device_id": account.device_id}]
    if rng.random() < SIGNALLED:
        rows.append(_signal(account, str(rng.choice(SIGNALS)), rng))
    return rows


def label_rows(documents: Sequence[Document], story: Story, last: bool, rng: np.random.Generator) -> list[Row]:
    """A random sample of a night's documents with verdicts, some alerts, and at the last night one complaint."""
    others = [doc for doc in documents if doc.doc_id != story.doc_id]
    rows = [_label(doc, "random_sample", rng) for doc in others if rng.random() < SAMPLED]
    alerted = [doc for doc in others if doc.decision != "accepted" and rng.random() < 0.5]
    rows += [_label(doc, "alert", rng) for doc in alerted]
    members = [doc for doc in others if doc.forgery is not None and doc.forgery.campaign == story.campaign_id]
    if last and members:
        rows.append(_label(members[int(rng.integers(len(members)))], "complaint", rng) | {"verdict": "confirmed"})
    if rows:
        undone = rows[0]
        rows.append(undone | {"label_id": "l" + token(rng), "verdict": "undo", "reviewer": "rev-lead"})
    return rows


def total_rows(
    known: Sequence[Document], fresh: Sequence[Document], entities: Mapping[str, str], counted_at: datetime
) -> list[Row]:
    """The system of record's count and digest of ids, for each day, channel and entity that fresh documents touch."""

    def cell(document: Document) -> tuple[str, str, str]:
        day = document.submitted_at.astimezone(UTC).date()
        return day.isoformat(), document.channel, entities[document.account_id]

    ids: dict[tuple[str, str, str], set[str]] = {}
    for document in known:
        ids.setdefault(cell(document), set()).add(document.doc_id)
    return [
        {
            "day": day,
            "channel": channel,
            "legal_entity": entity,
            "documents": str(len(ids[day, channel, entity])),
            "digest": hashlib.sha256(",".join(sorted(ids[day, channel, entity])).encode()).hexdigest(),
            "counted_at": counted_at.isoformat(),
        }
        for day, channel, entity in sorted({cell(document) for document in fresh})
    ]


def _signal(account: Account, kind: str, rng: np.random.Generator) -> Row:
    at = account.opened_at + timedelta(seconds=int(rng.integers(0, 5_400)))
    return {
        "signal_id": "g" + token(rng),
        "account_id": account.account_id,
        "kind": kind,
        "valid_from": at.isoformat(),
        "strength": "1.0" if kind == "device" else f"{rng.uniform(0.3, 0.95):.2f}",
        "device_id": "",
        "detail": "",
    }


def _label(document: Document, because: str, rng: np.random.Generator) -> Row:
    """What a careful reviewer said within a day."""
    truth = "confirmed" if document.forgery is not None else "cleared"
    said = {
        "label_id": "l" + token(rng),
        "target_kind": "document",
        "target_id": document.doc_id,
        "verdict": "unsure" if rng.random() < UNSURE else truth,
        "reviewer": f"rev-{int(rng.integers(1, 6))}",
        "reviewed_at": (document.decided_at + timedelta(minutes=int(rng.integers(30, 1_400)))).isoformat(),
        "reviewed_because": because,
        "sampling_probability": str(SAMPLED) if because == "random_sample" else "",
    }
    seen = document.forgery if said["verdict"] == "confirmed" else None
    return said | {"family": (seen.family if seen is not None else None) or ""}
