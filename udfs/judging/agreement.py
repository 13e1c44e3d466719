"""Whether two readings of one field can both be right."""

from collections.abc import Callable, Mapping
from itertools import product

from udfs.judging.reading_errors import chance_right
from udfs.judging.submission import ReadField
from udfs.reading.dates import AMBIGUOUS, read_date
from udfs.reading.names import fewest_changes, folded, shares_names

# One letter is what a reader gets wrong now and then also where it is sure: such a difference counts for less, and
# for nothing at the usual bound.
ONE_LETTER = 0.88
# Codes of British nationals that are no citizens stand beside GBR, Germany's D beside DEU (Doc 9303-3, 5).
SAME_STATES = {"GBD": "GBR", "GBN": "GBR", "GBO": "GBR", "GBP": "GBR", "GBS": "GBR", "D": "DEU"}
# A barcode's names of so many letters may have been cut by the issuer's records.
NAMES_MAY_BE_CUT = 24
# Optional data that differ in more characters than this are another number, not this one changed.
MOST_CHANGED = 3


def disagreement(left: ReadField, right: ReadField) -> float:
    """Give how certain it is that the two differ, given that both were read right: 0 where they may agree."""
    if not left.value or not right.value:
        return 0.0
    return COMPARERS[left.name](left, right)


def chance_read(reading: ReadField) -> float:
    """Give the chance that the text was read right, be its meaning open: that it is, is weighed in the comparison."""
    stated = min(1.0, reading.confidence / (AMBIGUOUS if len(possible_dates(reading)) > 1 else 1.0))
    return chance_right(reading.source, reading.name, stated)


def possible_dates(reading: ReadField) -> tuple[str, ...]:
    """Give every ISO date that a reading may mean: both orders of day and month where the text leaves it open."""
    if reading.name.endswith("_date") and reading.source in ("visual", "vendor", "declared"):
        found = read_date(reading.raw)
        if found is not None:
            return found.values
    return (reading.value,) if reading.value else ()


def _dates_differ(left: ReadField, right: ReadField) -> float:
    """Compare dates; an MRZ says nothing of the century, and unknown parts agree with everything."""
    start = 2 if "mrz" in (left.source, right.source) else 0
    pairs = product(possible_dates(left), possible_dates(right))
    agree = any(
        all("X" in (a, b) or a == b for a, b in zip(one[start:], other[start:], strict=False)) for one, other in pairs
    )
    return float(not agree)


def _names_differ(left: ReadField, right: ReadField) -> float:
    one, other = left.value or "", right.value or ""
    cut = any(_may_be_cut(reading) for reading in (left, right))
    if {left.source, right.source} & {"declared", "vendor"} or left.name == "full_name":
        return float(not shares_names(one, other, cut=cut))
    changes = min(fewest_changes(one, other, cut=cut), fewest_changes(other, one, cut=cut))
    if changes == 0 or (cut and shares_names(one, other, cut=True)):
        return 0.0
    return ONE_LETTER if changes == 1 else 1.0


def _may_be_cut(reading: ReadField) -> bool:
    """Tell whether a name may end early: an MRZ's raw text is its whole name field, full where no filler ends it."""
    if reading.source == "mrz":
        return not reading.raw.endswith("<")
    return reading.source == "barcode" and len(folded(reading.raw)) >= NAMES_MAY_BE_CUT


def _sexes_differ(left: ReadField, right: ReadField) -> float:
    """Compare sexes; unspecified agrees with both."""
    return float({left.value, right.value} == {"F", "M"})


def _states_differ(left: ReadField, right: ReadField) -> float:
    """Compare codes; a nationality in words is compared with nothing."""
    one, other = (SAME_STATES.get(r.value or "", r.value or "") for r in (left, right))
    codes = all(len(code) == 3 and code.isalpha() and code.isupper() for code in (one, other))
    return float(codes and folded(one) != folded(other))


def _numbers_differ(left: ReadField, right: ReadField) -> float:
    """Compare numbers; one may stand inside the other, with a prefix or a check digit."""
    one, other = folded(left.value or ""), folded(right.value or "")
    return float(one not in other and other not in one)


def _personal_numbers_differ(left: ReadField, right: ReadField) -> float:
    """Compare with an MRZ's optional data, which may hold anything: only what is nearly the number is taken for it."""
    if "mrz" not in (left.source, right.source):
        return _numbers_differ(left, right)
    one, other = folded(left.value or ""), folded(right.value or "")
    changed = sum(a != b for a, b in zip(one, other, strict=False))
    return float(len(one) == len(other) and 0 < changed <= MOST_CHANGED)


COMPARERS: Mapping[str, Callable[[ReadField, ReadField], float]] = {
    "number": _numbers_differ,
    "personal_number": _personal_numbers_differ,
    "surname": _names_differ,
    "given_names": _names_differ,
    "full_name": _names_differ,
    "birth_date": _dates_differ,
    "issue_date": _dates_differ,
    "expiry_date": _dates_differ,
    "sex": _sexes_differ,
    "nationality": _states_differ,
}
