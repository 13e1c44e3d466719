"""What was read in one submission, and what is declared about its account: the ground of every contradiction."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

# A declared value is no reading, but people mistype; what a vendor read is a reading without a stated certainty.
DECLARED_CONFIDENCE, VENDOR_CONFIDENCE = 0.98, 0.95


@dataclass(frozen=True)
class ReadField:
    """One field as it was read; `value` is None where the text has no canonical form."""

    name: str
    source: str
    value: str | None
    raw: str
    confidence: float


@dataclass(frozen=True)
class ReadDocument:
    """One document of a submission: its fields, and which check digits of its MRZ hold."""

    doc_id: str
    side: str | None
    doc_type: str | None
    fields: tuple[ReadField, ...]
    mrz_checks: Mapping[str, bool | None] = field(default_factory=dict)

    def read(self, name: str, source: str) -> ReadField | None:
        """Give the first reading of a field from a source."""
        return next((f for f in self.fields if f.name == name and f.source == source), None)

    def whole_name(self, source: str) -> ReadField | None:
        """Give the full name of a source, put together from its parts where it is not read as one."""
        parts = [self.read(name, source) for name in ("given_names", "surname")]
        known = [part for part in parts if part is not None and part.value]
        if len(known) < len(parts):
            return self.read("full_name", source)
        value = " ".join(part.value or "" for part in known)
        # An MRZ's raw text tells whether its names may have been cut.
        raw = known[0].raw if source == "mrz" else value
        return ReadField("full_name", source, value, raw, math.prod(part.confidence for part in known))


@dataclass(frozen=True)
class Submission:
    """The documents of one act with the account's declared facts and the vendor's own reading."""

    documents: tuple[ReadDocument, ...]
    declared_name: str | None = None
    birth_date: str | None = None
    nationality: str | None = None
    vendor_fields: Mapping[str, str] = field(default_factory=dict)
    submitted_at: datetime | None = None


@dataclass(frozen=True)
class Placed:
    """A reading and where it stands; `in_parts` says that a full name is compared by its parts already."""

    doc_id: str
    doc_type: str | None
    reading: ReadField
    in_parts: bool = False

    @property
    def place(self) -> str:
        """Its place, as in `D-1/visual/birth_date`; never a value."""
        return f"{self.doc_id}/{self.reading.source}/{self.reading.name}"


@dataclass(frozen=True)
class Contradiction:
    """Two readings, or a reading and a rule, that cannot both be right.

    Attributes:
        kind: one of the closed list.
        fields: the fields that it concerns.
        places: where the two stand, as in `D-1/visual/birth_date`.
        doc_ids: the documents that it concerns.
        detail: a sentence with the values, for a person who looks at the image; never stored.
        confidence: one less the chance that a reading error made it, in [0, 1].
    """

    kind: str
    fields: tuple[str, ...]
    places: tuple[str, str]
    doc_ids: tuple[str, ...]
    detail: str
    confidence: float


def placed(submission: Submission, name: str) -> Iterator[Placed]:
    """Give every reading of a field: those of documents, what the account declares, what the vendor read."""
    for document in submission.documents:
        for source in ("visual", "mrz", "barcode"):
            reading = document.whole_name(source) if name == "full_name" else document.read(name, source)
            if reading is not None:
                in_parts = name == "full_name" and document.read("surname", source) is not None
                yield Placed(document.doc_id, document.doc_type, reading, in_parts)
    declared = {
        "full_name": submission.declared_name,
        "birth_date": submission.birth_date,
        "nationality": submission.nationality,
    }.get(name)
    if declared:
        yield Placed("account", None, ReadField(name, "declared", declared, declared, DECLARED_CONFIDENCE))
    parts = [submission.vendor_fields.get(part) for part in ("given_names", "surname")]
    in_parts = name == "full_name" and all(parts)
    vendor = " ".join(str(part) for part in parts) if in_parts else submission.vendor_fields.get(name)
    if vendor:
        types = {document.doc_type for document in submission.documents if document.doc_type != "selfie"}
        yield Placed(
            "submission",
            types.pop() if len(types) == 1 else None,
            ReadField(name, "vendor", str(vendor), str(vendor), VENDOR_CONFIDENCE),
            in_parts,
        )
