"""Manifest rows of a night: the honest ones, and the bad ones that no exporter avoids for long."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta, timezone

import numpy as np

from udfs.specimens.world import Document, Row, token

OFFSETS = (0, 60, 120)
DIGEST_GIVEN, MISREAD = 0.85, 0.015
STRAYS = 3


@dataclass(frozen=True)
class Stray:
    """A file that is no document, or a document that stops half-way: its name and bytes."""

    name: str
    data: bytes


def manifest_row(document: Document, uri: str, sha256: str, rng: np.random.Generator) -> Row:
    """One document as the exchange's export names it; the digest is there for most."""
    zone = timezone(timedelta(minutes=int(rng.choice(OFFSETS))))
    return {
        "doc_id": document.doc_id,
        "account_id": document.account_id,
        "uri": uri,
        "side": document.side,
        "submitted_at": document.submitted_at.astimezone(zone).isoformat(),
        "submission_id": document.submission_id,
        "sha256": sha256 if rng.random() < DIGEST_GIVEN else "",
        "doc_type": document.doc_type,
        "issuer": document.issuer,
        "channel": document.channel,
        "decision": document.decision,
        "decided_at": document.decided_at.isoformat(),
        "vendor": document.vendor,
        "vendor_result": document.vendor_result,
        "vendor_fields": "" if document.design_id is None else _vendor_fields(document, rng),
    }


def stray_files(whole: bytes, rng: np.random.Generator) -> list[Stray]:
    """An empty file, one cut off in the middle, and a text that calls itself a picture."""
    return [
        Stray(f"{token(rng, 16)}.jpg", b""),
        Stray(f"{token(rng, 16)}.jpg", whole[: int(len(whole) * rng.uniform(0.3, 0.7))]),
        Stray(f"{token(rng, 16)}.jpg", b"The scan will follow by post.\n"),
    ]


def stray_documents(documents: Sequence[Document], rng: np.random.Generator) -> list[Document]:
    """Documents whose files will be strays, of accounts that are there; nothing of them is drawn."""
    models = [documents[int(place)] for place in rng.integers(len(documents), size=STRAYS)]
    return [replace(model, doc_id="d" + token(rng), submission_id="s" + token(rng)) for model in models]


def stray_rows(strays: Sequence[Stray], documents: Sequence[Document], rng: np.random.Generator) -> list[Row]:
    """A row for each stray file."""
    return [
        manifest_row(document, f"images/{stray.name}", "", rng) | {"vendor_fields": ""}
        for stray, document in zip(strays, documents, strict=True)
    ]


def repeated_rows(rows: Sequence[Row], rng: np.random.Generator) -> list[Row]:
    """A row sent twice, and one sent again with another document's bytes: to come after the rows themselves."""
    first, second, third = (rows[int(place)] for place in rng.choice(len(rows), size=3, replace=False))
    return [dict(first), second | {"uri": third["uri"], "sha256": ""}]


def _vendor_fields(document: Document, rng: np.random.Generator) -> str:
    """What the vendor read, JSON: mostly what the machine readable zone says, rarely a letter off."""
    person, papers = document.person, document.papers
    read = {
        "surname": person.surname.upper(),
        "given_names": person.given_names.upper(),
        "number": papers.number,
        "birth_date": person.birth_date.isoformat(),
        "expiry_date": papers.expiry_date.isoformat(),
        "nationality": person.nationality,
    }
    if rng.random() < MISREAD:
        read["number"] = read["number"].replace("0", "O", 1)
    return json.dumps(read, sort_keys=True)
