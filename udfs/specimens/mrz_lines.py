"""Composes machine readable zones by ICAO Doc 9303 parts 3 to 7 from what a document says."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

MrzFormat = Literal["TD1", "TD2", "TD3", "MRVA", "MRVB"]
LINE_LENGTH: dict[MrzFormat, int] = {"TD1": 30, "TD2": 36, "TD3": 44, "MRVA": 44, "MRVB": 36}
WEIGHTS = (7, 3, 1)
GIVEN_MINIMUM = 7  # characters kept for the given names when the surname alone would fill the line
# Doc 9303-3, section 6.A: the letters whose recommended transliteration is not the bare base letter
TRANSLITERATION = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ð": "D", "Ĳ": "IJ", "Ł": "L", "Ñ": "N", "Ö": "OE", "Ø": "OE", "Œ": "OE",
    "Ü": "UE", "ß": "SS", "ẞ": "SS", "Þ": "TH", "Đ": "D", "Ħ": "H", "ı": "I", "Ŋ": "N", "Ŧ": "T",
}  # fmt: skip


@dataclass(frozen=True)
class MrzContent:
    """What a zone says: visual-zone spelling, codes, real dates; `optional` goes into the (first) optional data."""

    code: str
    issuer: str
    surname: str
    given_names: str
    number: str
    nationality: str
    birth_date: date
    sex: str
    expiry_date: date
    optional: str = ""


def transliterate(text: str) -> str:
    """Write a text in A-Z, 0-9 and `<`: apostrophes vanish, hyphens, commas and spaces become fillers."""
    kept = []
    for letter in text.replace("ß", "ẞ").upper():
        mapped = TRANSLITERATION.get(letter) or unicodedata.normalize("NFKD", letter)
        kept.append("".join("<" if char in " -,<" else char for char in mapped if char in " -,<" or _plain(char)))
    return "<".join(part for part in "".join(kept).split("<") if part)


def check_digit(text: str) -> str:
    """Modulus-10 check digit with weights 7, 3, 1 (Doc 9303-3, section 4.9)."""
    values = (0 if char == "<" else int(char, 36) for char in text)
    return str(sum(value * WEIGHTS[place % 3] for place, value in enumerate(values)) % 10)


def name_field(surname: str, given_names: str, length: int) -> str:
    """Names in a field of `length`; a name that is cut ends with a letter in the last place."""
    primary, secondary = transliterate(surname), transliterate(given_names)
    whole = f"{primary}<<{secondary}" if secondary else primary
    if len(whole) <= length:
        return whole.ljust(length, "<")
    room = length - 2 - min(GIVEN_MINIMUM, len(secondary)) if secondary else length
    primary = _cut(primary, room)
    names = f"{primary}<<{_cut(secondary, length - len(primary) - 2)}" if secondary else primary
    return names.ljust(length, "<")


def compose_mrz(form: MrzFormat, content: MrzContent) -> tuple[str, ...]:
    """The two or three lines of the zone."""
    if form == "TD1":
        return _compose_td1(content)
    length = LINE_LENGTH[form]
    first = f"{content.code:<<2}{content.issuer:<<3}"
    first += name_field(content.surname, content.given_names, length - 5)
    number, overflow = _number_field(content.number, allow_long=form == "TD2")
    birth, expiry = _dated(content.birth_date), _dated(content.expiry_date)
    second = f"{number}{content.nationality:<<3}{birth}{_sex(content)}{expiry}"
    if form in {"MRVA", "MRVB"}:
        return first, _fill(second + transliterate(content.optional), length)
    optional = overflow + transliterate(content.optional)
    if form == "TD3":
        personal = _fill(optional, 14)
        second += personal + (check_digit(personal) if optional else "<")
    else:
        second += _fill(optional, 7)
    return first, second + check_digit(second[:10] + second[13:20] + second[21:])


def _compose_td1(content: MrzContent) -> tuple[str, str, str]:
    number, overflow = _number_field(content.number, allow_long=True)
    optional = _fill(overflow + transliterate(content.optional), 15)
    first = f"{content.code:<<2}{content.issuer:<<3}{number}{optional}"
    birth, expiry = _dated(content.birth_date), _dated(content.expiry_date)
    second = f"{birth}{_sex(content)}{expiry}{content.nationality:<<3}".ljust(29, "<")
    second += check_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
    return first, second, name_field(content.surname, content.given_names, 30)


def _number_field(number: str, *, allow_long: bool) -> tuple[str, str]:
    """Nine characters and check digit; a longer number continues in the optional data (Doc 9303-5, note j)."""
    plain = transliterate(number).replace("<", "")
    if len(plain) <= 9:
        padded = plain.ljust(9, "<")
        return padded + check_digit(padded), ""
    if not allow_long:
        raise ValueError(f"document number {number} has {len(plain)} characters; this format holds 9")
    return f"{plain[:9]}<", f"{plain[9:]}{check_digit(plain)}<"


def _dated(day: date) -> str:
    text = day.strftime("%y%m%d")
    return text + check_digit(text)


def _sex(content: MrzContent) -> str:
    return content.sex if content.sex in {"F", "M"} else "<"


def _fill(text: str, length: int) -> str:
    return text[:length].ljust(length, "<")


def _cut(text: str, length: int) -> str:
    """Cut to `length`; where a filler would end it, earlier parts lose letters until a letter does."""
    while len(text) > length and text[length - 1] == "<":
        inner = (place for place in range(length - 2, 0, -1) if "<" not in text[place - 1 : place + 1])
        spare = next(inner, 0)
        text = text[:spare] + text[spare + 1 :]
    return text[:length]


def _plain(char: str) -> bool:
    return char.isascii() and char.isalnum()
