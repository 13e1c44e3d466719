"""Dates as documents write them, into ISO 8601; unknown parts are written `XX` as in ISO 8601-2."""

import re
from dataclasses import dataclass
from datetime import date

from udfs.reading.calendars import japanese, other_calendars
from udfs.reading.months import ROMAN, month_number, without_accents

FILLER = "<"
UNKNOWN = "XX"
# Two-digit years of expiry from here on are taken for 19xx: the first MRZ documents expired in the eighties.
FIRST_EXPIRY_YEAR = 80
# A date whose day and month may be swapped is read right in one of two cases.
AMBIGUOUS = 0.5
EARLIEST_YEAR, LATEST_YEAR = 1850, 2150

_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?[./\- ]\s?(\d{1,2})\s?[./\- ]\s?(\d{4})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})\s?[./\- ]\s?(\d{1,2})\s?[./\- ]\s?(\d{1,2})(?!\d)")
# The same with one of its separators lost.
_ISO_CLOSE = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:[./\- ]{1,2}(\d{2})(\d{2})|(\d{2})[./\- ]{1,2}(\d{2}))(?!\d)")
_NAMED = re.compile(
    r"(?<!\d)(\d{1,2})\s?[./\- ]?\s?([A-Z0158]{3,9})(?:\s?/\s?[A-Z]{2,9})?\.?\s?[./\- ,]?\s?(\d{4}|\d{2})(?!\d)"
)
# Two digits, two digits, four: such a date needs no separators, which get lost in reading.
_CLOSE = re.compile(r"(?<!\d)(\d{2})[./\- ]{0,2}(\d{2})[./\- ]{0,2}(\d{4})(?!\d)")
_NAMED_FIRST = re.compile(r"([A-Z]{3,9})\.?\s?(\d{1,2})\s?,?\s?(\d{4})")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[./\- ]?\s?([A-Z]{3,9})\.?\s?[./\- ]?\s?(\d{1,2})(?!\d)")
_ROMAN = re.compile(r"(?<!\d)(\d{1,2})\s?[./\- ]\s?([IVX]{1,4})\s?[./\- ]\s?(\d{4})(?!\d)")
# East Asian: the marks of year, month and day after the numbers, or an era's letter or name before its years.
_MARKED = re.compile(r"(?<!\d)(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})")
_ERA = re.compile(
    r"(?<![A-Z])([MTSHR](?=\d)|(?:明治|大正|昭和|平成|令和)(?=\s?\d))\s?(\d{1,2})\s?[./\-年]\s?(\d{1,2})\s?[./\-月]\s?(\d{1,2})(?!\d)"
)


@dataclass(frozen=True)
class DateReading:
    """What a text may mean as a date.

    Attributes:
        values: ISO dates that it may mean, the likeliest first; two where day and month may be swapped.
        text: the part of the text that says so.
    """

    values: tuple[str, ...]
    text: str

    @property
    def ambiguous(self) -> bool:
        """Whether more than one date is meant."""
        return len(self.values) > 1


def iso(year: int, month: int, day: int) -> str | None:
    """Give the ISO form of a day that exists and that a document may carry, else None."""
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def days(year: int, month: int, day: int) -> tuple[str, ...]:
    """Give the ISO forms of the days that a date may mean: of our calendar, else of one that has such years."""
    ours = iso(year, month, day)
    if ours is not None or EARLIEST_YEAR <= year <= LATEST_YEAR:
        return (ours,) if ours is not None else ()
    return tuple(found.isoformat() for found in other_calendars(year, month, day))


def read_date(text: str) -> DateReading | None:
    """Find the first date in a text, in the usual formats of the world; None where no day of a calendar is meant."""
    upper = without_accents(text.upper())
    for reader in (_read_named, _read_marked, _read_iso, _read_numeric, _read_compact):
        found = reader(upper)
        if found is not None:
            return found
    return None


def looks_like_date(text: str) -> bool:
    """Tell whether a text is written like a date, be it an impossible one."""
    upper = without_accents(text.upper())
    written = any(pattern.search(upper) for pattern in (_NUMERIC, _ISO, _ISO_CLOSE, _CLOSE, _MARKED, _ERA))
    return written or _read_named(upper) is not None


def mrz_date(text: str, *, latest: str | None, on: date | None) -> str:
    """Give the ISO form of an MRZ's YYMMDD, unknown parts as XX; empty where it is none.

    Args:
        text: six characters.
        latest: for a birth date, the ISO day that it cannot be after; the latest century that fits is taken.
        on: for an expiry date, a day that it is near.
    """
    parts = [text[i : i + 2] for i in (0, 2, 4)]
    if (
        len(text) != 6
        or not text.isascii()
        or not any(p.isdigit() for p in parts)
        or not all(p.isdigit() or set(p) == {FILLER} for p in parts)
    ):
        return ""
    year, month, day = (p if p.isdigit() else UNKNOWN for p in parts)
    tail = f"{month}-{day}"
    if year == UNKNOWN:
        return f"XXXX-{tail}"
    century = _birth_century(year, tail, latest) if latest else _expiry_century(int(year), on)
    if UNKNOWN not in tail and iso(century * 100 + int(year), int(month), int(day)) is None:
        return ""
    return f"{century}{year}-{tail}"


def _birth_century(year: str, tail: str, latest: str) -> int:
    """Take the latest century that keeps the birth before a day; parts unknown are let through."""
    return 20 if f"20{year}-{tail.replace(UNKNOWN, '01')}" <= latest.replace(UNKNOWN, "99") else 19


def _expiry_century(year: int, on: date | None) -> int:
    if on is None:
        return 19 if year >= FIRST_EXPIRY_YEAR else 20
    return min((19, 20, 21), key=lambda century: abs(century * 100 + year - on.year))


def _reading(text: str, *candidates: str) -> DateReading | None:
    values = tuple(dict.fromkeys(candidates))
    return DateReading(values, text) if values else None


def _read_named(text: str) -> DateReading | None:
    for match in _NAMED.finditer(text):
        month = month_number(match[2])
        if month is None:
            continue
        years = [int(match[3])] if len(match[3]) == 4 else [1900 + int(match[3]), 2000 + int(match[3])]
        found = _reading(match[0], *(day for year in years for day in days(year, month, int(match[1]))))
        if found is not None:
            return found
    for pattern, (year, name, day) in ((_NAMED_FIRST, (3, 1, 2)), (_YEAR_FIRST, (1, 2, 3)), (_ROMAN, (3, 2, 1))):
        other = pattern.search(text)
        if other is None:
            continue
        month = ROMAN.get(other[name]) if pattern is _ROMAN else month_number(other[name])
        if month is not None:
            return _reading(other[0], *days(int(other[year]), month, int(other[day])))
    return None


def _read_marked(text: str) -> DateReading | None:
    marked = _MARKED.search(text)
    if marked is not None:
        return _reading(marked[0], *days(int(marked[1]), int(marked[2]), int(marked[3])))
    era = _ERA.search(text)
    if era is None:
        return None
    year, month, day = (int(era[place]) for place in (2, 3, 4))
    return _reading(era[0], *(found.isoformat() for found in japanese(era[1], year, month, day)))


def _read_iso(text: str) -> DateReading | None:
    match = _ISO.search(text) or _ISO_CLOSE.search(text)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    return _reading(match[0], *days(year, month, day))


def _read_numeric(text: str) -> DateReading | None:
    match = _NUMERIC.search(text) or _CLOSE.search(text)
    if match is None or match[0].isdigit():
        return None
    first, second, year = (int(match[place]) for place in (1, 2, 3))
    swapped = days(year, first, second) if "/" in match[0] or second > 12 else ()
    return _reading(match[0], *days(year, second, first), *swapped)


def _read_compact(text: str) -> DateReading | None:
    match = re.fullmatch(r"\D*(\d{8})\D*", text)
    if match is None:
        return None
    digits = match[1]
    year_first = iso(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    year_last = iso(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    return _reading(digits, *(day for day in (year_first, year_last) if day is not None))
