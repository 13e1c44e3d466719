"""When a family cannot judge a document: where the evidence cannot carry."""

from collections.abc import Mapping

from udfs.judging.cells import given, mappings, number


def abstention(family: str, row: Mapping[str, object], physical_width: float) -> str | None:
    """Why a family does not judge a document (`no_card`, `narrow`, `nothing_read`), or None where it does.

    Args:
        family: evidence family.
        row: card_found, card_width in pixels, lines that were read, and contradictions.
        physical_width: card width below which print and screen traces are not judged.
    """
    if family == "inconsistent":
        return None if mappings(row["contradictions"]) or (number(row["lines"]) or 0) > 0 else "nothing_read"
    if family in ("physical", "tampered") and not given(row["card_found"]):
        return "no_card"
    narrow = family == "physical" and (number(row["card_width"]) or 0.0) < physical_width
    return "narrow" if narrow else None
