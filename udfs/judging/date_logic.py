"""Dates and numbers that cannot be, by themselves or beside one another."""

import re
from collections.abc import Iterator
from datetime import date

from udfs.judging.agreement import chance_read, possible_dates
from udfs.judging.submission import Contradiction, ReadDocument, ReadField, Submission

DATES = ("birth_date", "issue_date", "expiry_date")
NUMBERS = ("number", "personal_number")
# Longest validity that any issuer gives, in years, a grace of some months included (Doc 9303-4: ten for passports).
LONGEST_VALIDITY = {"passport": 11, "id_card": 31}
# Day and month in two digits, year in four, all there: such a text is a whole date even if no calendar has it.
_WHOLE = re.compile(r"\d{2}[./\- ]\s?\d{2}[./\- ]\s?\d{4}|\d{4}[./\- ]\s?\d{2}[./\- ]\s?\d{2}|\d{2} [A-Z]{3} \d{4}")
# What a careless re-type leaves: a year of five digits, a colon for a 1.
_MALFORMED = re.compile(
    r"(?<!\d)\d{1,2}[./\- ]\d{1,2}[./\- ]\d{5,6}(?!\d)|(?<!\d)\d{5}[./\-]\d{2}[./\-]\d{2}|\d[:;]\d?[./\-]\d"
)
# No grammar of numbers has a colon or a semicolon between its digits.
_MALFORMED_NUMBER = re.compile(r"\d[:;]+\d")


def date_contradictions(submission: Submission) -> Iterator[Contradiction]:
    """Find dates of each document that contradict the calendar, one another, or the day of submission."""
    for document in submission.documents:
        yield from _impossible(document)
        yield from _malformed_numbers(document)
        yield from _out_of_order(document)
        if submission.submitted_at is not None:
            yield from _expired(document, submission.submitted_at.date())


def best_date(document: ReadDocument, name: str) -> ReadField | None:
    """Give the surest unambiguous reading of a date, surer still where two sources agree; None where they do not."""
    readings = [r for s in ("visual", "mrz", "barcode") if (r := document.read(name, s)) is not None]
    sure = [r for r in readings if r.value and "X" not in r.value and len(possible_dates(r)) == 1]
    if not sure:
        return None
    best = max(sure, key=lambda r: (r.source != "mrz", r.confidence))
    others = [r for r in sure if r is not best]
    if any(r.value and best.value and r.value[2:] != best.value[2:] for r in others):
        return None
    wrong = 1.0
    for reading in sure:
        wrong *= 1 - chance_read(reading)
    return ReadField(name, best.source, best.value, best.raw, 1 - wrong)


def _impossible(document: ReadDocument) -> Iterator[Contradiction]:
    for reading in document.fields:
        if reading.name not in DATES or reading.value or reading.source == "text":
            continue
        kind = "malformed_text" if _MALFORMED.search(reading.raw) else "impossible_date"
        if kind == "impossible_date" and not (reading.source == "mrz" or _WHOLE.search(reading.raw.upper())):
            continue
        place = f"{document.doc_id}/{reading.source}/{reading.name}"
        said = f"{reading.name.replace('_', ' ')} reads {reading.raw!r}"
        detail = f"{said}, which no calendar has." if kind == "impossible_date" else f"{said}, which is no date."
        rule = "rule/calendar" if kind == "impossible_date" else "rule/date_format"
        yield Contradiction(kind, (reading.name,), (place, rule), (document.doc_id,), detail, chance_read(reading))


def _malformed_numbers(document: ReadDocument) -> Iterator[Contradiction]:
    for reading in document.fields:
        if reading.name in NUMBERS and reading.source == "visual" and _MALFORMED_NUMBER.search(reading.raw):
            places = (f"{document.doc_id}/visual/{reading.name}", "rule/number_grammar")
            detail = f"{reading.name.replace('_', ' ')} reads {reading.raw!r}, which is no number."
            yield Contradiction(
                "malformed_text", (reading.name,), places, (document.doc_id,), detail, chance_read(reading)
            )


def _out_of_order(document: ReadDocument) -> Iterator[Contradiction]:
    birth, issue, expiry = (best_date(document, name) for name in DATES)
    if birth is not None and issue is not None and _day(issue) <= _day(birth):
        yield _pair(document, "issue_before_birth", issue, birth, "stands before the day of birth")
    if issue is not None and expiry is not None:
        if _day(expiry) <= _day(issue):
            yield _pair(document, "validity_period", expiry, issue, "is not after the day of issue")
        longest = LONGEST_VALIDITY.get(document.doc_type or "")
        if longest is not None and (_day(expiry) - _day(issue)).days > longest * 366:
            yield _pair(document, "validity_period", expiry, issue, f"is more than {longest} years after the issue of")


def _expired(document: ReadDocument, on: date) -> Iterator[Contradiction]:
    expiry = best_date(document, "expiry_date")
    if expiry is not None and _day(expiry) < on:
        yield Contradiction(
            "expired_at_submission",
            ("expiry_date",),
            (f"{document.doc_id}/{expiry.source}/expiry_date", "submission/submitted_at"),
            (document.doc_id,),
            f"The document expired on {expiry.value} and was submitted on {on.isoformat()}.",
            expiry.confidence,
        )


def _pair(document: ReadDocument, kind: str, left: ReadField, right: ReadField, says: str) -> Contradiction:
    places = (f"{document.doc_id}/{left.source}/{left.name}", f"{document.doc_id}/{right.source}/{right.name}")
    detail = f"{left.name.replace('_', ' ')} {left.value} {says} {right.value}."
    return Contradiction(
        kind, (left.name, right.name), places, (document.doc_id,), detail, left.confidence * right.confidence
    )


def _day(reading: ReadField) -> date:
    return date.fromisoformat(reading.value or "")
