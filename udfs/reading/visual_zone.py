"""Typed fields of the visual zone: values beside or under their labels, canonical where they can be."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from udfs.reading.fields import FieldReading
from udfs.reading.labels import Label, find_label, later_labels
from udfs.reading.lines import Box, TextLine, around
from udfs.reading.mrz_parsing import UNKNOWN_CERTAINTY, Mrz
from udfs.reading.values import DATES, canonical, of_kind

# Even where the net is sure it is wrong now and then.
MOST_CERTAIN = 0.998
# Distances are counted in heights of the label: how far a value may stand below it, beside it, and how far it may
# begin to the left or right of a label above it.
FARTHEST_BELOW, FARTHEST_BESIDE, INDENTED = 2.2, 8.0, 2.0
# What a value of the wrong kind costs in the same measure, so that it is taken only where nothing better stands near.
WRONG_KIND = 4.0
ADDRESS_LINES = 3


@dataclass(frozen=True)
class _Labelled:
    """A label: the line that was read, the piece of it that is this label's, and what it names."""

    whole: TextLine
    line: TextLine
    label: Label


def read_visual_zone(lines: Sequence[TextLine], mrz: Mrz | None) -> list[FieldReading]:
    """Read the fields that labels name, then those that the MRZ lets us recognise by what they say."""
    outside = [line for line in lines if mrz is None or not any(_covers(box, line.box) for box in mrz.boxes)]
    labelled = _labelled(outside)
    taken = {id(item.whole) for item in labelled}
    free = [line for line in outside if id(line) not in taken]
    found: dict[str, FieldReading] = {}
    for item, values in _assigned(labelled, free):
        taken.update(id(value) for value in values)
        if item.label.field != "other" and values:
            found.setdefault(item.label.field, _field(item.label.field, values, mrz))
    named = _names_told_apart(found)
    anchored = _anchored(mrz, [line for line in free if id(line) not in taken], named) if mrz is not None else []
    return sorted([*named.values(), *anchored], key=lambda field: field.name)


def _covers(outer: Box, inner: Box) -> bool:
    width = min(outer[2], inner[2]) - max(outer[0], inner[0])
    height = min(outer[3], inner[3]) - max(outer[1], inner[1])
    return width > 0 and height > 0.5 * (inner[3] - inner[1])


def _labelled(lines: Iterable[TextLine]) -> list[_Labelled]:
    """Pair lines with their labels; a bare licence code counts only where three lines have one."""
    pieces = [(line, piece) for line in lines for piece in _split(line)]
    found = [_Labelled(line, piece, label) for line, piece in pieces if (label := find_label(piece.text)) is not None]
    coded = sum(item.label.coded for item in found) >= 3
    return [item for item in found if coded or not (item.label.coded and _bare(item))]


def _split(line: TextLine) -> list[TextLine]:
    """Split a line where labels of neighbouring fields were read as one."""
    starts = [0, *later_labels(line.text), len(line.text)]
    if len(starts) == 2:
        return [line]
    return [_piece(line, a, a + len(line.text[a:b].rstrip())) for a, b in pairwise(starts)]


def _bare(item: _Labelled) -> bool:
    return item.label.separated and item.line.text[item.label.end - 1 : item.label.end] in (" ", ".", ",", ":")


def _assigned(labelled: Sequence[_Labelled], free: Sequence[TextLine]) -> list[tuple[_Labelled, list[TextLine]]]:
    """Give each label its value, nearest pairs first; a value is given once."""
    assigned: list[tuple[_Labelled, list[TextLine]]] = []
    waiting = []
    for item in labelled:
        inline = _inline(item)
        if inline is None:
            waiting.append(item)
        else:
            assigned.append((item, [inline]))
    pairs = sorted(
        ((cost, i, j) for i, item in enumerate(waiting) for j, line in enumerate(free) if (cost := _cost(item, line))),
    )
    given: dict[int, int] = {}
    for _, i, j in pairs:
        if i not in given and j not in given.values():
            given[i] = j
    for i, j in sorted(given.items()):
        values = [free[j]]
        if waiting[i].label.field == "address":
            rest = [line for k, line in enumerate(free) if k not in given.values()]
            values = _lines_below(free[j], rest)
        assigned.append((waiting[i], values))
    return assigned


def _inline(item: _Labelled) -> TextLine | None:
    """Give the rest of a label's line where it is a value and not the label's other language."""
    text, start = item.line.text, item.label.end
    rest = text[start:].strip()
    if not rest:
        return None
    lead = text[:start]
    typed = of_kind(item.label.field, rest) and item.label.field in (*DATES, "sex", "number", "personal_number")
    shouted = rest == rest.upper() and lead != lead.upper()
    if not (item.label.separated or typed or shouted):
        return None
    start += len(text[start:]) - len(text[start:].lstrip())
    return _piece(item.line, start, start + len(rest))


def _piece(line: TextLine, start: int, end: int) -> TextLine:
    """Cut characters out of a line, with their share of its box."""
    x0, y0, x1, y1 = line.box
    count = max(1, len(line.text))
    left, right = x0 + (x1 - x0) * start / count, x0 + (x1 - x0) * end / count
    certainties = line.certainties[start:end]
    quad = ((left, y0), (right, y0), (right, y1), (left, y1))
    return TextLine(line.text[start:end], (left, y0, right, y1), quad, line.confidence, certainties)


def _cost(item: _Labelled, line: TextLine) -> float | None:
    """Give how far a value stands from a label, in heights of the label; None where it cannot belong to it."""
    label, value, height = item.line.box, line.box, max(1.0, item.line.height)
    wrong = 0.0 if of_kind(item.label.field, line.text) else WRONG_KIND
    middle = (value[1] + value[3]) / 2
    beside = (value[0] - label[2]) / height
    if label[1] <= middle <= label[3] and -0.5 <= beside <= FARTHEST_BESIDE:
        return 0.5 + max(0.0, beside) + wrong
    below = (value[1] - label[3]) / height
    indent = abs(value[0] - label[0]) / height
    if -0.7 <= below <= FARTHEST_BELOW and middle > label[3] and indent <= INDENTED:
        return 0.1 + max(0.0, below) + 0.5 * indent + wrong
    return None


def _lines_below(first: TextLine, others: Iterable[TextLine]) -> list[TextLine]:
    """Give a line and those that continue it: as high, flush left, and close below."""
    block = [first]
    for line in sorted(others, key=lambda other: other.box[1]):
        last, height = block[-1].box, first.height
        flush = abs(line.box[0] - last[0]) < height
        close = 0 < line.box[1] - last[1] < 1.8 * height
        if flush and close and 0.7 < line.height / max(1.0, height) < 1.4 and len(block) < ADDRESS_LINES:
            block.append(line)
    return block


def _field(name: str, values: Sequence[TextLine], mrz: Mrz | None) -> FieldReading:
    raw = " ".join(line.text for line in values)
    # Only letters and digits make a value; spaces and marks change none, and three letters of a month tell it anyway.
    letters = [
        certainty
        for line in values
        for character, certainty in zip(line.text, _certainties(line), strict=True)
        if (character.isdigit() if name in DATES else character.isalnum())
    ]
    sure = math.prod(min(MOST_CERTAIN, certainty) for certainty in letters)
    value, share = canonical(name, raw, mrz)
    return FieldReading(name, "visual", value, raw, sure * share, around([line.box for line in values]))


def _certainties(line: TextLine) -> Sequence[float]:
    return line.certainties or [UNKNOWN_CERTAINTY] * len(line.text)


def _names_told_apart(found: dict[str, FieldReading]) -> dict[str, FieldReading]:
    """Take `Name` for the surname where the given names have a label of their own."""
    full = found.get("full_name")
    if full is None or "given_names" not in found or "surname" in found:
        return found
    surname = FieldReading("surname", full.source, full.value, full.raw, full.confidence, full.box)
    return {name: field for name, field in found.items() if name != "full_name"} | {"surname": surname}


def _anchored(mrz: Mrz, free: Sequence[TextLine], found: dict[str, FieldReading]) -> list[FieldReading]:
    """Recognise unlabelled lines that say what the MRZ says; such a line can only agree with it."""
    anchored = []
    for name in ("surname", "given_names", "number", "birth_date", "expiry_date"):
        known = mrz.fields.get(name)
        if known is None or name in found:
            continue
        for line in free:
            field = _field(name, [line], mrz)
            if field.value is not None and field.value == known.value:
                anchored.append(field)
                break
    return anchored
