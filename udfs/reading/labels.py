"""Words that documents print beside their fields, and how they are recognised in what was read."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

# Phrases of each field, letters and digits only; `other` holds labels whose values are no fields of ours.
PHRASES: Mapping[str, tuple[str, ...]] = {
    "surname": ("surname", "surnames", "last name", "family name", "surname s"),
    "given_names": ("given names", "given name", "first name", "first names", "forenames", "forename", "given name s"),
    "full_name": ("name", "full name", "names", "name of holder", "holder"),
    "number": (
        "document no", "document number", "passport no", "passport number", "card no", "card number", "licence no",
        "license no", "licence number", "license number", "id no", "id number", "identity card no", "permit no",
        "driver license no", "driving licence no", "identity no", "residence permit no", "visa no",
    ),
    "birth_date": ("date of birth", "birth date", "dob", "born", "born on", "birthdate"),
    "issue_date": ("date of issue", "issue date", "issued", "issued on", "date issued", "iss", "valid from"),
    "expiry_date": (
        "date of expiry", "expiry date", "expires", "expires on", "expiry", "date of expiration", "expiration date",
        "valid until", "valid to", "valid thru", "exp",
    ),
    "sex": ("sex", "gender"),
    "nationality": ("nationality", "citizenship"),
    "issuing_state": (
        "issuing state", "code of issuing state", "country code", "issuing country", "state code", "country of issue",
    ),
    "personal_number": (
        "personal no", "personal number", "personal id no", "national id no", "national number", "personal code",
    ),
    "address": ("address", "residence", "permanent address", "place of residence"),
    "categories": ("categories", "category", "class", "classes", "vehicle categories"),
    "other": (
        "place of birth", "authority", "issuing authority", "issued by", "signature", "holders signature",
        "signature of holder", "height", "eye colour", "eye color", "eyes", "type", "document type", "place of issue",
        "remarks", "restrictions", "endorsements", "hair", "weight", "birth name", "blood group", "can",
    ),
}  # fmt: skip
# Codes of ISO 18013-1 and the European model licence.
LICENCE_CODES: Mapping[str, str] = {
    "1": "surname", "2": "given_names", "3": "birth_date", "4a": "issue_date", "4b": "expiry_date", "4c": "other",
    "4d": "personal_number", "5": "number", "7": "other", "8": "address", "9": "categories", "15": "sex",
}  # fmt: skip
# A phrase of at least so many letters is known by letters that nearly agree; shorter ones must agree wholly.
FUZZY_LETTERS, LEAST_SIMILAR = 6, 0.84
# After its licence code a label is known by half its letters: the code names the field already.
LEAST_SIMILAR_CODED = 0.5
# The longest phrase has five words.
MOST_WORDS = 5
_CODE = re.compile(r"^(1|2|3|4\s?[abcd]|5|7|8|9|15)\s?[.,:]\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
# Where a word begins, be it glued to a small letter before it.
_BEGIN = re.compile(r"(?<![^\W_])[^\W_]|(?<=[^\W\d_A-Z])[A-Z]")
_SPLIT = re.compile(r"[/|·•]")


@dataclass(frozen=True)
class Label:
    """A label at the start of a line: its field, and where in the line's text its value may begin (if it does)."""

    field: str
    end: int
    coded: bool
    separated: bool


def plain(text: str) -> str:
    """Give lower-case letters and digits without accents; `rn`, which readers take for `m`, as one."""
    bare = unicodedata.normalize("NFKD", text.lower())
    return "".join(c for c in bare if c.isalnum()).replace("rn", "m")


_KNOWN: Mapping[str, str] = {plain(phrase): name for name, phrases in PHRASES.items() for phrase in phrases}


def find_label(text: str) -> Label | None:
    """Find the label that a line begins with: by licence code, by its words, or by a part of a bilingual label."""
    code = _CODE.match(text)
    start = code.end() if code else 0
    words = _label_by_words(text, start)
    if words is not None:
        name, end = words
        return Label(name, _past_translation(text, end), code is not None, text[end:].lstrip()[:1] in (":", "="))
    for part in _SPLIT.finditer(text, start):
        later = _label_by_words(text, part.end())
        if later is not None:
            return Label(later[0], later[1], code is not None, separated=False)
    if code is not None:
        field = LICENCE_CODES[plain(code[1])]
        misread = _past_misread_words(text, start, field)
        return Label(field, misread or start, coded=True, separated=misread is None)
    return None


def _past_misread_words(text: str, start: int, field: str) -> int | None:
    """Give where the words of a coded field's label end, be they misread, with those of another language after them."""
    known = [plain(phrase) for phrase in PHRASES.get(field, ())]
    for word in list(_WORD.finditer(text, start))[:MOST_WORDS]:
        if word[0].isupper() and len(word[0]) > 1:
            break
        said = plain(text[start : word.end()])
        if max((SequenceMatcher(None, said, phrase).ratio() for phrase in known), default=0.0) >= LEAST_SIMILAR_CODED:
            return _past_translation(text, word.end())
    return None


def later_labels(text: str) -> list[int]:
    """Give where further labels begin in a line that begins with one: whole known phrases that translate nothing."""
    first = _label_by_words(text, 0)
    starts: list[int] = []
    end = first[1] if first is not None else len(text)
    for word in _BEGIN.finditer(text):
        if word.start() < end or text[: word.start()].rstrip()[-1:] in ("/", "|"):
            continue
        known = _known_phrase(text, word.start())
        if known is not None:
            starts.append(word.start())
            end = known
    return starts


def _known_phrase(text: str, start: int) -> int | None:
    """Give where the longest known phrase that begins here ends."""
    words = list(_WORD.finditer(text, start))[:MOST_WORDS]
    ends = (word.end() for word in reversed(words))
    return next((end for end in ends if plain(text[start:end]) in _KNOWN), None)


def _label_by_words(text: str, start: int) -> tuple[str, int] | None:
    """Give the field of the words that begin here, and where they end: a whole phrase, else one nearly right."""
    exact = _known_phrase(text, start)
    if exact is not None:
        return _KNOWN[plain(text[start:exact])], exact
    words = list(_WORD.finditer(text, start))[:MOST_WORDS]
    near = [(*_nearest(plain(text[start : word.end()])), word.end()) for word in words]
    ratio, known, end = max(near, default=(0.0, "", start))
    return (_KNOWN[known], end) if ratio >= LEAST_SIMILAR else None


def _nearest(phrase: str) -> tuple[float, str]:
    """Give the known phrase most like a text, and how like it is, from 0 to 1."""
    if len(phrase) < FUZZY_LETTERS or any(c.isdigit() for c in phrase):
        return 0.0, ""
    near = (
        (SequenceMatcher(None, phrase, known).ratio(), known)
        for known in _KNOWN
        if abs(len(known) - len(phrase)) <= 2 and len(known) >= FUZZY_LETTERS
    )
    return max(near, default=(0.0, ""))


def _past_translation(text: str, end: int) -> int:
    """Skip full stops, colons and, after a slash, the words of another language."""
    rest = text[end:]
    skipped = len(rest) - len(rest.lstrip(" .:=°º"))
    if rest[skipped : skipped + 1] and _SPLIT.match(rest[skipped]):
        return len(text)
    return end + skipped
