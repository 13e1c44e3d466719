"""Where each field stands in the machine readable zones of ICAO Doc 9303, parts 4 to 7."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["letters", "digits", "any", "sex", "code"]
ALPHABET = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FILLER = "<"


@dataclass(frozen=True)
class Slot:
    """Columns `start` to `end` (half-open) of one line, and what may stand there."""

    line: int
    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Layout:
    """One format: its lines, its fields, and the slots that its composite check digit runs over, in order."""

    name: str
    rows: int
    width: int
    codes: str
    slots: Mapping[str, Slot]
    composite: tuple[Slot, ...] = ()


def _two_rows(width: int, optional_end: int) -> dict[str, Slot]:
    """Give the slots that all two-line formats share; they differ in width and in where optional data end."""
    return {
        "code": Slot(0, 0, 2, "code"),
        "issuing_state": Slot(0, 2, 5, "letters"),
        "names": Slot(0, 5, width, "letters"),
        "number": Slot(1, 0, 9, "any"),
        "number_check": Slot(1, 9, 10, "digits"),
        "nationality": Slot(1, 10, 13, "letters"),
        "birth_date": Slot(1, 13, 19, "digits"),
        "birth_check": Slot(1, 19, 20, "digits"),
        "sex": Slot(1, 20, 21, "sex"),
        "expiry_date": Slot(1, 21, 27, "digits"),
        "expiry_check": Slot(1, 27, 28, "digits"),
        "optional": Slot(1, 28, optional_end, "any"),
    }


_TD1_SLOTS = {
    "code": Slot(0, 0, 2, "code"),
    "issuing_state": Slot(0, 2, 5, "letters"),
    "number": Slot(0, 5, 14, "any"),
    "number_check": Slot(0, 14, 15, "digits"),
    "optional": Slot(0, 15, 30, "any"),
    "birth_date": Slot(1, 0, 6, "digits"),
    "birth_check": Slot(1, 6, 7, "digits"),
    "sex": Slot(1, 7, 8, "sex"),
    "expiry_date": Slot(1, 8, 14, "digits"),
    "expiry_check": Slot(1, 14, 15, "digits"),
    "nationality": Slot(1, 15, 18, "letters"),
    "optional_2": Slot(1, 18, 29, "any"),
    "composite_check": Slot(1, 29, 30, "digits"),
    "names": Slot(2, 0, 30, "letters"),
}
_TD3_CHECKS = {"optional_check": Slot(1, 42, 43, "digits"), "composite_check": Slot(1, 43, 44, "digits")}
_ID_CODES = "ACI"

LAYOUTS = (
    Layout(
        "TD3",
        2,
        44,
        "P",
        _two_rows(44, 42) | _TD3_CHECKS,
        (Slot(1, 0, 10, "any"), Slot(1, 13, 20, "any"), Slot(1, 21, 43, "any")),
    ),
    Layout(
        "TD1",
        3,
        30,
        _ID_CODES,
        _TD1_SLOTS,
        (Slot(0, 5, 30, "any"), Slot(1, 0, 7, "any"), Slot(1, 8, 15, "any"), Slot(1, 18, 29, "any")),
    ),
    Layout(
        "TD2",
        2,
        36,
        _ID_CODES,
        _two_rows(36, 35) | {"composite_check": Slot(1, 35, 36, "digits")},
        (Slot(1, 0, 10, "any"), Slot(1, 13, 20, "any"), Slot(1, 21, 35, "any")),
    ),
    Layout("MRV-A", 2, 44, "V", _two_rows(44, 44)),
    Layout("MRV-B", 2, 36, "V", _two_rows(36, 36)),
)


def check_digit(text: str) -> int:
    """Give the check digit of Doc 9303 part 3, 4.9: weights 7, 3, 1; A is 10, Z is 35, the filler is 0."""
    return sum(max(0, int(c, 36) if c.isalnum() else 0) * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10
