"""Check digits of an MRZ that fail though every character was read with certainty."""

import math
from collections.abc import Iterator

from udfs.judging.agreement import disagreement
from udfs.judging.submission import Contradiction, ReadDocument, Submission

# Which fields each check digit runs over.
COVERED = {
    "number": ("number",),
    "birth": ("birth_date",),
    "expiry": ("expiry_date",),
    "optional": ("personal_number",),
    "composite": ("number", "birth_date", "expiry_date", "personal_number"),
}


def check_digit_contradictions(submission: Submission) -> Iterator[Contradiction]:
    """Find failing check digits; the composite counts only where no other explains its failure."""
    for document in submission.documents:
        failed = [name for name in COVERED if document.mrz_checks.get(name) is False]
        if len(failed) > 1:
            failed = [name for name in failed if name != "composite"]
        for name in failed:
            found = _contradiction(document, name)
            if found is not None:
                yield found


def _contradiction(document: ReadDocument, check: str) -> Contradiction | None:
    readings = [r for name in COVERED[check] if (r := document.read(name, "mrz")) is not None]
    if not readings:
        return None
    confidence = math.prod(r.confidence for r in readings)
    for reading in readings:
        # The printed text beside: agreeing, it vouches for what the MRZ was read as.
        visual = document.read(reading.name, "visual")
        if visual is not None and len(readings) == 1 and disagreement(visual, reading) == 0.0:
            confidence = max(confidence, visual.confidence * reading.confidence**0.5)
    raw = ", ".join(repr(r.raw) for r in readings)
    return Contradiction(
        "check_digit",
        tuple(r.name for r in readings),
        (f"{document.doc_id}/mrz/{readings[0].name}", f"{document.doc_id}/mrz/{check}_check"),
        (document.doc_id,),
        f"The check digit over {raw} does not hold.",
        confidence,
    )
