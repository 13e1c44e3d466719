"""The check digits of an MRZ: which hold, which fail, and which the format does not have."""

from udfs.reading.mrz_layouts import FILLER, Layout, check_digit
from udfs.reading.mrz_repair import Lines

CHECKS = ("number", "birth", "expiry", "optional", "composite")
# Formats whose numbers longer than nine characters go on in the optional data (Doc 9303 parts 5 and 6, note j).
LONG_NUMBERS = ("TD1", "TD2")


def text_of(layout: Layout, lines: Lines, slot: str) -> str:
    """Give what stands in a slot, fillers included; empty where the format has no such slot."""
    where = layout.slots.get(slot)
    return "" if where is None else lines[where.line][where.start : where.end]


def long_number(layout: Layout, lines: Lines) -> tuple[str, str] | None:
    """Give the whole number and its check digit where it goes on in the optional data."""
    number = text_of(layout, lines, "number")
    if layout.name not in LONG_NUMBERS or text_of(layout, lines, "number_check") != FILLER or FILLER in number:
        return None
    rest = text_of(layout, lines, "optional").split(FILLER, maxsplit=1)[0]
    return (number + rest[:-1], rest[-1]) if len(rest) > 1 else None


def verify(layout: Layout, lines: Lines) -> dict[str, bool | None]:
    """Verify every check digit; None where the format has none or it stands for nothing."""
    number, digit = long_number(layout, lines) or (
        text_of(layout, lines, "number"),
        text_of(layout, lines, "number_check"),
    )
    composite = "".join(lines[s.line][s.start : s.end] for s in layout.composite)
    return {
        "number": _holds(number, digit),
        "birth": _holds(text_of(layout, lines, "birth_date"), text_of(layout, lines, "birth_check")),
        "expiry": _holds(text_of(layout, lines, "expiry_date"), text_of(layout, lines, "expiry_check")),
        "optional": _optional_holds(layout, lines),
        "composite": _holds(composite, text_of(layout, lines, "composite_check")) if layout.composite else None,
    }


def _holds(text: str, digit: str) -> bool | None:
    """Compare a check digit; a filler stands for 0 over a wholly unknown field and is else no check digit."""
    if digit == FILLER:
        return True if not text.strip(FILLER) else None
    return digit.isdigit() and check_digit(text) == int(digit)


def _optional_holds(layout: Layout, lines: Lines) -> bool | None:
    if "optional_check" not in layout.slots:
        return None
    text, digit = text_of(layout, lines, "optional"), text_of(layout, lines, "optional_check")
    return False if digit == FILLER and text.strip(FILLER) else _holds(text, digit)
