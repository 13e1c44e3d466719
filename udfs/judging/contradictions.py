"""Finds what cannot be true together in one submission: pure, from readings alone."""

from collections.abc import Iterator
from itertools import combinations

from conf.settings import ContradictionSettings
from udfs.judging.agreement import chance_read, disagreement
from udfs.judging.check_digits import check_digit_contradictions
from udfs.judging.date_logic import date_contradictions
from udfs.judging.submission import Contradiction, Placed, ReadDocument, ReadField, Submission, placed

__all__ = ["Contradiction", "ReadDocument", "ReadField", "Submission", "find_contradictions"]

MISMATCHES = {
    "number": "number_mismatch",
    "personal_number": "number_mismatch",
    "surname": "name_mismatch",
    "given_names": "name_mismatch",
    "full_name": "name_mismatch",
    "birth_date": "birth_date_mismatch",
    "issue_date": "issue_date_mismatch",
    "expiry_date": "expiry_date_mismatch",
    "sex": "sex_mismatch",
    "nationality": "nationality_mismatch",
}
# What belongs to the person and is the same on every document; the rest belongs to one document.
NO_DOCUMENTS = ("account", "submission")
OF_THE_PERSON = ("surname", "given_names", "full_name", "birth_date", "sex")


def find_contradictions(submission: Submission, settings: ContradictionSettings) -> tuple[Contradiction, ...]:
    """Give the contradictions whose confidence reaches the settings' bound, in a fixed order."""
    found = [
        *check_digit_contradictions(submission),
        *date_contradictions(submission),
        *(mismatch for name in MISMATCHES for mismatch in _mismatches(submission, name)),
    ]
    counted = [item for item in found if item.confidence >= settings.min_confidence]
    return tuple(sorted(counted, key=lambda item: (item.kind, item.places)))


def _mismatches(submission: Submission, name: str) -> Iterator[Contradiction]:
    for left, right in combinations(placed(submission, name), 2):
        if not _comparable(left, right, name):
            continue
        differs = disagreement(left.reading, right.reading)
        confidence = differs * chance_read(left.reading) * chance_read(right.reading)
        if confidence > 0:
            yield _contradiction(left, right, confidence)


def _comparable(left: Placed, right: Placed, name: str) -> bool:
    """Tell whether two readings must say the same: one document's sides, or one person's documents."""
    if left.in_parts and right.in_parts:
        return False
    if left.doc_id == right.doc_id or name in OF_THE_PERSON:
        return True
    # What an account declares and, where documents are of several types, what a vendor read belong to none of them.
    if left.doc_type is None or right.doc_type is None:
        return name == "nationality" and "declared" in (left.reading.source, right.reading.source)
    return left.doc_type == right.doc_type and name != "issue_date"


def _contradiction(left: Placed, right: Placed, confidence: float) -> Contradiction:
    name = left.reading.name
    kind = "barcode_mismatch" if "barcode" in (left.reading.source, right.reading.source) else MISMATCHES[name]
    detail = (
        f"{name.replace('_', ' ')} is {left.reading.raw!r} in {left.place.rsplit('/', 1)[0]}"
        f" and {right.reading.raw!r} in {right.place.rsplit('/', 1)[0]}."
    )
    doc_ids = tuple(dict.fromkeys(p.doc_id for p in (left, right) if p.doc_id not in NO_DOCUMENTS))
    return Contradiction(kind, (name,), (left.place, right.place), doc_ids, detail, confidence)
