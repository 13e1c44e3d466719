"""When a family cannot judge a document: where the evidence cannot carry."""

from collections.abc import Mapping

from udfs.judging.cells import given, mappings, number, text

SELFIE = "selfie"  # the one kind of picture that is judged though nothing is written on it
# Fewer lines of text than any document carries: blank, noise, or too blurred to be judged by its pixels either.
LEAST_LINES = 3


def abstention(family: str, row: Mapping[str, object], physical_width: float) -> str | None:
    """Why a family does not judge a document (`no_card`, `narrow`, `nothing_read`), or None where it does.

    Args:
        family: evidence family.
        row: doc_type, card_found, card_width in pixels, lines that were read, and contradictions.
        physical_width: card width below which print and screen traces are not judged.
    """
    lines = number(row["lines"])
    if family == "inconsistent":
        return None if mappings(row["contradictions"]) or lines else "nothing_read"
    if family in ("physical", "tampered") and not given(row["card_found"]):
        return "no_card"
    if family == "physical" and (number(row["card_width"]) or 0.0) < physical_width:
        return "narrow"
    unread = lines is not None and lines < LEAST_LINES
    return "nothing_read" if unread and text(row["doc_type"]) != SELFIE else None
