"""From one submission's gathered rows to its contradictions; the worker's part of `score`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from conf.settings import ContradictionSettings
from udfs.judging.contradictions import find_contradictions
from udfs.judging.submission import ReadDocument, ReadField, Submission

Row = Mapping[str, Any]


def contradiction_rows(row: Row, settings: ContradictionSettings) -> Iterator[dict[str, Any]]:
    """Contradictions of one submission as rows: places and confidence, never values.

    Args:
        row: submission_id, declared_name, birth_date, nationality, and documents: each with doc_id, side, doc_type,
            submitted_at, vendor_fields, checks and readings.
        settings: the confidence that counts.
    """
    for found in find_contradictions(submission_of(row), settings):
        yield {
            "submission_id": row["submission_id"],
            "kind": found.kind,
            "left_place": found.places[0],
            "right_place": found.places[1],
            "doc_ids": list(found.doc_ids),
            "fields": list(found.fields),
            "confidence": min(max(found.confidence, 0.0), 1.0),
        }


def submission_of(row: Row) -> Submission:
    """The submission that a gathered row tells of, its documents in the order of their ids."""
    documents = sorted(row["documents"], key=lambda item: str(item["doc_id"]))
    vendor: dict[str, str] = {}
    for item in documents:
        vendor |= _vendor_fields(item["vendor_fields"])
    return Submission(
        documents=tuple(_document(item) for item in documents),
        declared_name=row["declared_name"],
        birth_date=row["birth_date"],
        nationality=row["nationality"],
        vendor_fields=vendor,
        submitted_at=min((item["submitted_at"] for item in documents if item["submitted_at"]), default=None),
    )


def _document(item: Row) -> ReadDocument:
    readings = sorted(item["readings"] or (), key=lambda r: (r["source"], r["name"], r["position"]))
    return ReadDocument(
        doc_id=item["doc_id"],
        side=item["side"],
        doc_type=item["doc_type"],
        fields=tuple(
            ReadField(r["name"], r["source"], r["value"], r["raw"] or r["value"] or "", r["confidence"] or 0.0)
            for r in readings
        ),
        mrz_checks=dict(item["checks"] or {}),
    )


def _vendor_fields(text: str | None) -> dict[str, str]:
    """What the vendor read, by field; whatever is not a JSON object of texts says nothing."""
    try:
        found = json.loads(text) if text else {}
    except json.JSONDecodeError:
        return {}
    return {key: value for key, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
