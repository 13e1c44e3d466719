"""Values of the visual zone: what may be one, and its canonical form."""

import re
from collections.abc import Callable, Mapping

from udfs.reading.dates import AMBIGUOUS, looks_like_date, read_date
from udfs.reading.mrz_parsing import Mrz
from udfs.reading.mrz_repair import TO_LETTER

DATES = ("birth_date", "issue_date", "expiry_date")
SEXES = {"F": "F", "M": "M", "X": "X", "FEMALE": "F", "MALE": "M", "W": "F"}
# Codes of states have letters alone.
CODE_LETTERS = 3
# Vehicle categories of ISO 18013-1 annex B and of the European licence; spaces between them get lost in reading.
_CATEGORY = re.compile(r"AM|A1|A2|A|B1|BE|B|C1E|C1|CE|C|D1E|D1|DE|D|F|G|H|K|L|M|S|T")


def of_kind(name: str, text: str) -> bool:
    """Tell whether a text may be a value of a field."""
    if name in DATES:
        return looks_like_date(text) or read_date(text) is not None
    if name == "sex":
        return text.strip().upper() in SEXES
    if name in ("number", "personal_number"):
        return sum(c.isdigit() for c in text) >= 3 and not looks_like_date(text)
    if name in ("nationality", "issuing_state"):
        return not any(c.isdigit() for c in text)
    if name in ("surname", "given_names", "full_name"):
        return not any(c.isdigit() for c in text)
    return True


def canonical(name: str, raw: str, mrz: Mrz | None) -> tuple[str | None, float]:
    """Give the canonical value of a text and the share of its certainty that is left."""
    if name in DATES:
        return _date(name, raw, mrz)
    text = " ".join(raw.upper().split()).strip(" .,:;")
    return CANONICAL.get(name, str)(text), 1.0


def _sex(text: str) -> str | None:
    return SEXES.get(text.split("/", maxsplit=1)[0].strip())


def _without_spaces(text: str) -> str:
    return text.replace(" ", "")


def _state(text: str) -> str:
    """Give the code where a code and a name stand together, as in `UTOPIAN / UTO`."""
    code = re.search(r"\b[A-Z]{3}\b", text) if "/" in text else None
    text = code[0] if code else text
    return "".join(TO_LETTER.get(c, c) for c in text) if len(text) == CODE_LETTERS else text


def _categories(text: str) -> str:
    return " ".join(_CATEGORY.findall(text)) or text


def _address(text: str) -> str:
    return re.sub(r"\s*,\s*", ", ", text)


CANONICAL: Mapping[str, Callable[[str], str | None]] = {
    "sex": _sex,
    "number": _without_spaces,
    "personal_number": _without_spaces,
    "nationality": _state,
    "issuing_state": _state,
    "categories": _categories,
    "address": _address,
}


def _date(name: str, raw: str, mrz: Mrz | None) -> tuple[str | None, float]:
    reading = read_date(raw)
    if reading is None:
        return None, 1.0
    known = mrz.fields.get(name) if mrz is not None else None
    if known is not None and known.value in reading.values:
        return known.value, 1.0
    return reading.values[0], AMBIGUOUS if reading.ambiguous else 1.0
