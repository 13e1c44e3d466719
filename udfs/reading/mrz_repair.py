"""Characters that a reader takes for one another in the OCR-B of an MRZ, put right where the position decides."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from udfs.reading.mrz_layouts import FILLER, Layout, Slot

TO_DIGIT = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
TO_LETTER = {"0": "O", "1": "I", "2": "Z", "5": "S", "6": "G", "8": "B"}
CONFUSABLE = TO_LETTER | {"O": "0", "I": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}

Position = tuple[int, int]
Lines = tuple[str, ...]


def by_position(layout: Layout, lines: Lines) -> tuple[Lines, frozenset[Position]]:
    """Turn digits into letters in letter fields and letters into digits in digit fields, and say where."""
    rows = [list(line) for line in lines]
    repaired = set()
    for slot in layout.slots.values():
        table = {"letters": TO_LETTER, "digits": TO_DIGIT}.get(slot.kind, {})
        for column in range(slot.start, slot.end):
            better = table.get(rows[slot.line][column])
            if better is not None:
                rows[slot.line][column] = better
                repaired.add((slot.line, column))
    return tuple("".join(row) for row in rows), frozenset(repaired)


def violations(layout: Layout, lines: Lines) -> int:
    """Count the characters that Doc 9303 does not allow where they stand, after `by_position`."""
    wrong = 0
    for slot in layout.slots.values():
        text = lines[slot.line][slot.start : slot.end]
        wrong += _wrong_in(slot, text)
    first = lines[0][0]
    return wrong + (first not in layout.codes)


def _wrong_in(slot: Slot, text: str) -> int:
    if slot.kind == "letters":
        return sum(c != FILLER and not c.isalpha() for c in text) + (slot.end - slot.start == 3 and text[0] == FILLER)
    if slot.kind == "digits":
        return sum(c != FILLER and not c.isdigit() for c in text)
    if slot.kind == "sex":
        return int(text not in ("M", "F", "X", FILLER))
    return 0


def by_check_digit(
    lines: Lines, positions: Sequence[Position], accepts: Callable[[Lines], bool]
) -> tuple[Lines, frozenset[Position]] | None:
    """Find the only way to swap confusable characters that the check digits accept.

    First one or two of O and 0, which OCR-B hardly tells apart, then a single one of the others.

    Args:
        lines: the lines after `by_position`.
        positions: where the reader may be wrong.
        accepts: whether the check digits hold in changed lines.
    """
    swappable = [p for p in positions if lines[p[0]][p[1]] in CONFUSABLE]
    rounds = [p for p in swappable if lines[p[0]][p[1]] in "O0"]
    for pool, count in ((rounds, 1), (rounds, 2), (swappable, 1)):
        found = [(changed, chosen) for chosen, changed in _swapped(lines, pool, count) if accepts(changed)]
        if found:
            return (found[0][0], frozenset(found[0][1])) if len(found) == 1 else None
    return None


def _swapped(lines: Lines, positions: Sequence[Position], count: int) -> Iterator[tuple[tuple[Position, ...], Lines]]:
    for chosen in combinations(positions, count):
        rows = [list(line) for line in lines]
        for line, column in chosen:
            rows[line][column] = CONFUSABLE[rows[line][column]]
        yield chosen, tuple("".join(row) for row in rows)
