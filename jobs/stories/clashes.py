"""The contradictions that concern a document: places and confidences, values only where asked for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.stories.released import Released, Row, rows_of

NAME_PARTS = ("given_names", "surname")  # a full name that is read in parts
PERSONAL = ("value", "raw")


@dataclass(frozen=True)
class Reading:
    """One end of a contradiction: its place, the chance that it was read right, and the value where asked for."""

    place: str
    confidence: float | None
    value: str | None = None


@dataclass(frozen=True)
class Clash:
    """A contradiction with both its readings; `frequency` is the share of its design that shows the same."""

    kind: str
    fields: tuple[str, ...]
    readings: tuple[Reading, Reading]
    confidence: float
    frequency: float | None


def clashes_of(released: Released, document: Row, *, with_values: bool) -> tuple[Clash, ...]:
    """Contradictions of the submission that concern the document."""
    rows = rows_of(released, "contradictions", submission_id=document["submission_id"])
    mine = [row for row in rows if document["doc_id"] in row["doc_ids"]]
    if not mine:
        return ()
    readings = _readings(released, document, mine, with_values=with_values)
    clashes = [
        Clash(
            row["kind"],
            tuple(row["fields"]),
            (readings(row["left_place"]), readings(row["right_place"])),
            row["confidence"],
            row["frequency"],
        )
        for row in mine
    ]
    return tuple(sorted(clashes, key=lambda clash: (-clash.confidence, clash.kind, clash.readings[0].place)))


@dataclass(frozen=True)
class _Readings:
    """Looks up a place among the fields of a submission; values of others are known only where asked for."""

    fields: Mapping[tuple[str, str, str], Row]
    others: Mapping[tuple[str, str, str], str]

    def __call__(self, place: str) -> Reading:
        owner, source, name = (*place.split("/"), "", "")[:3]
        if (owner, source, name) in self.others:
            return Reading(place, None, self.others[owner, source, name])
        names = NAME_PARTS if name == "full_name" and (owner, source, name) not in self.fields else (name,)
        rows = [self.fields[owner, source, part] for part in names if (owner, source, part) in self.fields]
        sure = [row["confidence"] for row in rows if row["confidence"] is not None]
        values = [row.get("value") or row.get("raw") for row in rows]
        value = " ".join(str(text) for text in values if text)
        return Reading(place, min(sure, default=None), value or None)


def _readings(released: Released, document: Row, clashes: Sequence[Row], *, with_values: bool) -> _Readings:
    """The newest readings of the documents that the contradictions concern."""
    concerned = sorted({doc for row in clashes for doc in row["doc_ids"]})
    contents = {
        row["doc_id"]: row["sha256"] for row in rows_of(released, "documents", "doc_id", "sha256", doc_id=concerned)
    }
    columns = ("sha256", "source", "name", "position", "confidence", "run_id", *(PERSONAL if with_values else ()))
    found = rows_of(released, "fields", *columns, sha256=sorted(set(contents.values())), position=0)
    newest = {(row["sha256"], row["source"], row["name"]): row for row in sorted(found, key=lambda row: row["run_id"])}
    fields = {
        (doc, source, name): row
        for doc, content in contents.items()
        for (sha256, source, name), row in newest.items()
        if sha256 == content
    }
    return _Readings(fields, _declared(released, document) if with_values else {})


def _declared(released: Released, document: Row) -> dict[tuple[str, str, str], str]:
    """What the account declares and what the vendor read, by place."""
    account = next(iter(rows_of(released, "accounts", account_id=document["account_id"])), {})
    names = {"full_name": "declared_name", "birth_date": "birth_date", "nationality": "nationality"}
    declared = {
        ("account", "declared", name): str(account[column]) for name, column in names.items() if account.get(column)
    }
    try:
        vendor = json.loads(document["vendor_fields"] or "{}")
    except json.JSONDecodeError:
        vendor = {}
    return declared | {("submission", "vendor", str(name)): str(value) for name, value in vendor.items()}
