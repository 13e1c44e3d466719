"""Reasons: sentences that an officer understands, without personal values."""

from collections.abc import Mapping, Sequence

from conf.wording import count
from udfs.judging.fusion import Standing

DOC_WORDS = {"passport": "passport", "id_card": "identity card", "driving_licence": "driving licence"}
FIELD_WORDS = {
    "surname": "surname", "given_names": "given names", "full_name": "name", "number": "document number",
    "birth_date": "birth date", "issue_date": "issue date", "expiry_date": "expiry date", "sex": "sex",
    "nationality": "nationality", "issuing_state": "issuing state", "personal_number": "personal number",
    "address": "address", "categories": "categories", "barcode_text": "barcode",
}  # fmt: skip
FAMILY_WORDS = {
    "physical": "The picture shows traces of a print or a screen",
    "tampered": "Parts of the picture differ from the rest as edited parts do",
    "generated": "The picture shows traces of a generator",
}
KIND_WORDS = {
    "same_file": "is the same file as {}",
    "near_copy": "is a near copy of {}",
    "template": "shares a blank with {}",
    "portrait_photo": "carries the same portrait photo as {}",
    "same_number": "bears the same number as {}",
    "shared_device": "came from the same device as {}",
}
ABSTENTION_WORDS = {
    "no_card": "no card was found in the picture",
    "narrow": "the card is too small in the picture",
    "no_signals": "the detector gave no signal",
    "nothing_read": "nothing could be read",
    "as_bona_fide": "genuine documents of its kind show as much",
}


def campaign_reason(standing: Standing, doc_type: str | None) -> str:
    """What ties the document to its campaign, as in "Its passport shares a blank with 11 documents ..."."""
    noun = DOC_WORDS.get(doc_type or "", "document")
    kind = next((kind for kind in KIND_WORDS if kind in standing.kinds), None)
    others = max(standing.documents - 1, 0)
    accounts = max(standing.accounts - 1, 0)
    whom = f"{count(others, 'document')} of {count(accounts, 'other account')}"
    tie = "" if standing.weakest_tie is None else f" (weakest tie {standing.weakest_tie:.2f})"
    told = KIND_WORDS[kind].format(whom) if kind else f"belongs together with {whom}"
    return f"Its {noun} {told}{tie}"


def contradiction_reason(kind: str, fields: Sequence[str], places: Sequence[str] = ()) -> str:
    """What contradicts, in words; never a value."""
    named = " and ".join(dict.fromkeys(FIELD_WORDS.get(name, name.replace("_", " ")) for name in fields)) or "text"
    one = named[0].upper() + named[1:]
    whose = " and ".join(_place_words(places)) or "two readings"
    return {
        "check_digit": f"A check digit of the machine readable zone is wrong ({named})",
        "barcode_mismatch": f"{one} in the barcode differs from the printed text",
        "impossible_date": f"{one} is not a possible date",
        "issue_before_birth": "The document was issued before its holder was born",
        "expired_at_submission": "The document had expired when it was submitted",
        "validity_period": "The period of validity is not one that this type of document has",
        "malformed_text": f"{one} is not written as this type of document writes it",
    }.get(kind, f"{one} differs between {whose}")


def family_reason(family: str, probability: float, odd_zone: str | None = None) -> str:
    """What a pixel family saw, with its strength at even odds, and where it saw an edit.

    Args:
        family: evidence family.
        probability: 0 to 1.
        odd_zone: place that stands out from its design's other cards: `source.field`, or `portrait`.
    """
    where = ""
    if family == "tampered" and odd_zone is not None:
        name = odd_zone.rpartition(".")[2]
        where = f", most of all its {FIELD_WORDS.get(name, name)} against other cards of the design"
    return f"{FAMILY_WORDS[family]}{where} (evidence {probability:.2f})"


def verdict_reason(verdict: str, reviewed_on: str, target: str = "document") -> str:
    """That a reviewer judged, and what it changes."""
    effect = "; ties to others no longer count" if verdict == "cleared" and target != "account" else ""
    return f"A reviewer {verdict} this {target} on {reviewed_on}{effect}"


def abstention_reason(families: Mapping[str, str]) -> str:
    """Which families could not be judged, and why: "Not judged: physical (the card is too small ...)"."""
    told = ", ".join(f"{family} ({ABSTENTION_WORDS[why]})" for family, why in families.items())
    return f"Not judged: {told}"


def _place_words(places: Sequence[str]) -> list[str]:
    words = {
        "visual": "the visual zone",
        "mrz": "the machine readable zone",
        "barcode": "the barcode",
        "declared": "what the holder declared",
        "vendor": "what the vendor read",
    }
    found = [words[part] for place in places for part in place.split("/") if part in words]
    return list(dict.fromkeys(found)) if len(set(found)) > 1 else []
