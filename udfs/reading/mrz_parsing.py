"""What an MRZ says: its fields by Doc 9303, each with the chance that it was read as it stands."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from udfs.reading.dates import mrz_date
from udfs.reading.lines import Box
from udfs.reading.mrz_checks import long_number, text_of, verify
from udfs.reading.mrz_layouts import ALPHABET, FILLER, LAYOUTS, Layout, Slot
from udfs.reading.mrz_repair import Lines, Position, by_check_digit, by_position, violations

# A character put right by its position alone is nearly certain; one chosen by a check digit is one of several guesses.
POSITION_REPAIR, CHECK_REPAIR = 0.97, 0.8
# A random misreading passes a check digit once in ten.
CHECKED = 0.1
# No field is surer than this, whatever its net and its check digit say.
MOST_CERTAIN = 0.999
# Certainty of a character whose reader did not say.
UNKNOWN_CERTAINTY = 0.97
# A character less certain than this may be another that looks like it. Digits are one another's look-alikes so often
# that without this bound two re-typed numbers of five would be "repaired".
DOUBTFUL = 0.95
CHARACTERS = frozenset(ALPHABET)
# Lines with more characters out of place than this are no MRZ, and none at all is asked where no check digit holds.
MOST_VIOLATIONS, FEWEST_CHECKS = 2, 2


@dataclass(frozen=True)
class MrzField:
    """One field: canonical value (empty for an impossible date), its slot's characters, the chance they are right."""

    value: str
    raw: str
    confidence: float
    box: Box | None = None


@dataclass(frozen=True)
class Mrz:
    """A machine readable zone.

    Attributes:
        format: `TD1`, `TD2`, `TD3`, `MRV-A` or `MRV-B`.
        code: the document code, fillers stripped.
        lines: its lines at full width, repaired.
        boxes: one box a line, in pixels of the image that was read; empty where parsed from text.
        fields: by field name; empty fields are left out.
        checks: `number, birth, expiry, optional, composite`: holds, fails, or None where the format has none.
        repaired: (line, column) of each character that was put right.
        names_cut: whether the names fill their field, so that more may have been cut off.
    """

    format: str
    code: str
    lines: Lines
    boxes: tuple[Box, ...]
    fields: Mapping[str, MrzField]
    checks: Mapping[str, bool | None]
    repaired: frozenset[Position] = field(default_factory=frozenset)
    names_cut: bool = False


def parse_mrz(
    lines: Sequence[str],
    *,
    certainties: Sequence[Sequence[float]] = (),
    boxes: Sequence[Box] = (),
    on: date | None = None,
) -> Mrz | None:
    """Parse lines of full width; None where they are not a layout of Doc 9303.

    Args:
        lines: two or three lines of 30, 36 or 44 characters.
        certainties: for each line, the certainty of each character.
        boxes: for each line, its box.
        on: a day by which the holder was born (e.g. of submission), for the century; else the expiry date serves.
    """
    for layout in LAYOUTS:
        whole = all(len(line) == layout.width and set(line) <= CHARACTERS for line in lines)
        if len(lines) == layout.rows and whole:
            mrz = _parse(_Reading(layout, tuple(lines), tuple(map(tuple, certainties)), tuple(boxes)), on)
            if mrz is not None:
                return mrz
    return None


@dataclass(frozen=True)
class _Reading:
    layout: Layout
    lines: Lines
    certainties: tuple[tuple[float, ...], ...]
    boxes: tuple[Box, ...]

    def doubtful(self, slot: Slot) -> list[Position]:
        """Give the places of a slot that the reader may have got wrong; O and 0 anywhere."""
        line = self.lines[slot.line]
        return [
            (slot.line, c)
            for c in range(slot.start, slot.end)
            if line[c] in "O0" or not self.certainties or self.certainties[slot.line][c] < DOUBTFUL
        ]


def _parse(reading: _Reading, on: date | None) -> Mrz | None:
    layout = reading.layout
    lines, by_place = by_position(layout, reading.lines)
    wrong = violations(layout, lines)
    if lines[0][0] not in layout.codes or wrong > MOST_VIOLATIONS:
        return None
    lines, by_check = _repair_checked(reading, lines)
    checks = verify(layout, lines)
    if wrong and sum(bool(v) for v in checks.values()) < FEWEST_CHECKS:
        return None
    builder = _Builder(reading, lines, checks, by_place, by_check)
    return Mrz(
        format=layout.name,
        code=text_of(layout, lines, "code").strip(FILLER),
        lines=lines,
        boxes=reading.boxes,
        fields=builder.fields(on),
        checks=checks,
        repaired=by_place | by_check,
        names_cut=not text_of(layout, lines, "names").endswith(FILLER),
    )


def _repair_checked(reading: _Reading, lines: Lines) -> tuple[Lines, frozenset[Position]]:
    """Swap confusable characters of the number, then of optional data, where only that makes check digits hold."""
    layout = reading.layout
    repaired: frozenset[Position] = frozenset()
    for slots, names in (
        (("number", "optional"), ("number",)),
        (("optional", "optional_2"), ("optional", "composite")),
    ):
        before = verify(layout, lines)
        broken = [name for name, held in before.items() if held is False]
        # A composite that fails with a field's own check digit says nothing of the optional data.
        if not set(broken) & set(names) or (names != ("number",) and not set(broken) <= set(names)):
            continue
        positions = [p for name in slots if name in layout.slots for p in reading.doubtful(layout.slots[name])]
        found = by_check_digit(lines, positions, partial(_mended, layout, before, names))
        if found is not None:
            lines, repaired = found[0], repaired | found[1]
    return lines, repaired


def _mended(layout: Layout, before: Mapping[str, bool | None], names: tuple[str, ...], lines: Lines) -> bool:
    """Tell whether the named check digits hold now, and no other has come to fail."""
    after = verify(layout, lines)
    return all(after[name] is not False for name in after if name in names or before[name] is not False)


@dataclass(frozen=True)
class _Builder:
    """Makes fields of repaired lines."""

    reading: _Reading
    lines: Lines
    checks: Mapping[str, bool | None]
    by_place: frozenset[Position]
    by_check: frozenset[Position]

    def fields(self, on: date | None) -> dict[str, MrzField]:
        """Give every field that says something."""
        layout = self.reading.layout
        expiry = mrz_date(self._text("expiry_date"), latest=None, on=on)
        birth_limit = on.isoformat() if on is not None else expiry
        birth = mrz_date(self._text("birth_date"), latest=birth_limit, on=None)
        surname, given = _names(self._text("names"))
        long = long_number(layout, self.lines)
        optional = self._text("optional").strip(FILLER)
        if long is not None:
            optional = self._text("optional").partition(FILLER)[2].strip(FILLER)
        found = {
            "surname": self._name(surname, 0),
            "given_names": self._name(given, self._text("names").find(FILLER * 2) + 2),
            "full_name": self._field("names", " ".join(part for part in (given, surname) if part)),
            "number": self._field("number", (long[0] if long else self._text("number")).replace(FILLER, ""), "number"),
            "birth_date": self._field("birth_date", birth, "birth"),
            "expiry_date": self._field("expiry_date", expiry, "expiry"),
            "sex": self._field("sex", {FILLER: "X"}.get(self._text("sex"), self._text("sex"))),
            "nationality": self._field("nationality", self._text("nationality").strip(FILLER)),
            "issuing_state": self._field("issuing_state", self._text("issuing_state").strip(FILLER)),
            "personal_number": self._field("optional", optional.replace(FILLER, " "), "optional"),
        }
        return {name: said for name, said in found.items() if said.value or (said.raw.strip(FILLER) and "date" in name)}

    def _text(self, slot: str) -> str:
        return text_of(self.reading.layout, self.lines, slot)

    def _name(self, value: str, start: int) -> MrzField:
        """Make the field of one identifier, which begins so many columns after the names do."""
        names = self.reading.layout.slots["names"]
        part = Slot(names.line, names.start + start, names.start + start + len(value), "letters")
        sure = self._certainty(part, self.lines[part.line][part.start : part.end])
        return MrzField(value, self._text("names"), min(MOST_CERTAIN, sure), self._box(part, len(value)))

    def _field(self, slot: str, value: str, check: str | None = None) -> MrzField:
        where = self.reading.layout.slots[slot]
        raw = self._text(slot)
        confidence = self._certainty(where, raw)
        if check is not None and self.checks[check]:
            confidence = 1 - (1 - confidence) * CHECKED
        box = self._box(where, len(raw.rstrip(FILLER)))
        return MrzField(value, raw, min(MOST_CERTAIN, confidence), box)

    def _box(self, slot: Slot, characters: int) -> Box | None:
        """Give the part of the line's box where the first characters of a slot stand; an MRZ is monospaced."""
        if not self.reading.boxes:
            return None
        x0, y0, x1, y1 = self.reading.boxes[slot.line]
        pitch = (x1 - x0) / self.reading.layout.width
        return (x0 + slot.start * pitch, y0, x0 + (slot.start + max(1, characters)) * pitch, y1)

    def _certainty(self, slot: Slot, raw: str) -> float:
        """Multiply the certainties of the characters, trailing fillers left out, and discount repairs."""
        columns = range(slot.start, slot.start + max(1, len(raw.rstrip(FILLER))))
        known = self.reading.certainties
        own = math.prod(known[slot.line][c] if known else UNKNOWN_CERTAINTY for c in columns)
        places = [(slot.line, c) for c in columns]
        own *= POSITION_REPAIR ** sum(p in self.by_place for p in places)
        return own * CHECK_REPAIR ** sum(p in self.by_check for p in places)


def _names(text: str) -> tuple[str, str]:
    """Split a name field into primary and secondary identifier, fillers turned into spaces."""
    primary, _, secondary = text.strip(FILLER).partition(FILLER * 2)
    return " ".join(primary.split(FILLER)).strip(), " ".join(part for part in secondary.split(FILLER) if part)
