"""The whole truth about a lake, written beside it and never into it."""

import json
from collections.abc import Sequence
from pathlib import Path

from udfs.specimens.capture import Captured
from udfs.specimens.drops import as_csv
from udfs.specimens.world import Campaign, Document, Row, Story


def truth_folder(lake: Path) -> Path:
    """Where a lake's truth lies: OUT-truth beside OUT."""
    return lake.with_name(lake.name + "-truth")


def write_truth(lake: Path, documents: Sequence[Document], campaigns: Sequence[Campaign], story: Story) -> None:
    """Documents, campaigns and the story, of all nights."""
    folder = truth_folder(lake)
    folder.mkdir(parents=True, exist_ok=True)
    members = {doc.doc_id: doc for doc in documents}
    (folder / "documents.csv").write_text(as_csv([_document_row(doc) for doc in documents]), encoding="utf-8")
    rows = [
        {
            "campaign": campaign.campaign_id,
            "kind": campaign.kind,
            "doc_id": doc_id,
            "account_id": members[doc_id].account_id,
            "design": members[doc_id].design_id or "",
            "night": str(members[doc_id].night + 1),
        }
        for campaign in campaigns
        for doc_id in campaign.doc_ids
    ]
    (folder / "campaigns.csv").write_text(as_csv(rows), encoding="utf-8")
    (folder / "story.json").write_text(json.dumps(_story(members, campaigns, story), indent=2) + "\n", encoding="utf-8")


def write_captures(lake: Path, name: str, captures: Sequence[tuple[Document, Captured]]) -> None:
    """Where each document of a night stands in its file, and what was altered on it."""
    rows = [
        {
            "doc_id": document.doc_id,
            "corners": json.dumps([[round(float(value), 2) for value in point] for point in captured.corners]),
            "changed": " ".join(captured.changed),
        }
        for document, captured in captures
    ]
    folder = truth_folder(lake) / "captures"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")


def _document_row(document: Document) -> Row:
    """One document's truth; attack and seed make its genuine twin again."""
    forgery = document.forgery
    return {
        "doc_id": document.doc_id,
        "account_id": document.account_id,
        "submission_id": document.submission_id,
        "night": str(document.night + 1),
        "design": document.design_id or "",
        "forged": "true" if forgery else "false",
        "family": (forgery.family or "") if forgery else "",
        "attack": forgery.attack if forgery else "",
        "retyped": (forgery.retyped or "") if forgery else "",
        "campaign": (forgery.campaign or "") if forgery else "",
        "attack_seed": str(forgery.seed) if forgery else "",
        "copy_of": document.copy_of.doc_id if document.copy_of else "",
        "face_seed": str(document.person.face_seed),
        "photo_seed": str(document.papers.photo_seed),
        "camera_mode": document.camera.mode,
    }


def _story(members: dict[str, Document], campaigns: Sequence[Campaign], story: Story) -> dict[str, object]:
    """The old account: what happened when, and who else."""
    old = members[story.doc_id]
    campaign = next(each for each in campaigns if each.campaign_id == story.campaign_id)
    return {
        "account_id": story.account_id,
        "doc_id": story.doc_id,
        "submitted_at": old.submitted_at.isoformat(),
        "cleared_at": old.decided_at.isoformat(),
        "vendor": old.vendor,
        "campaign": story.campaign_id,
        "retyped": story.retyped,
        "address": story.address,
        "sharing_accounts": list(story.sharing),
        "members": [
            {"doc_id": doc_id, "account_id": members[doc_id].account_id, "night": members[doc_id].night + 1}
            for doc_id in campaign.doc_ids
        ],
    }
