"""Rows of an MRZ among lines of text, stretched to their full width where fillers were dropped or added."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from udfs.reading.lines import Box, Quad, TextLine, around
from udfs.reading.mrz_layouts import ALPHABET, FILLER
from udfs.reading.mrz_parsing import UNKNOWN_CERTAINTY
from udfs.reading.mrz_places import Places
from udfs.reading.mrz_vote import vote

# A reader may lose or add this many characters of a row; fillers of a long run beside.
TOLERANCE = 2
LONG_RUN, MOST_DROPPED = 3, 24
# Shorter rows carry no field of an MRZ, even where every filler was dropped.
SHORTEST_ROW = 18
# Certainty of a filler that was put where the others leave a gap.
FILLED_CERTAINTY = 0.9
# What a reader makes of fillers: single and double quotation marks, CJK brackets, fullwidth and less-or-equal signs.
_DOUBLE, _SINGLE = "\u00ab\u300a", "\u2039\u3008\uff1c\u2264([{"
_LOOKALIKES = str.maketrans(dict.fromkeys(_DOUBLE, FILLER * 2) | dict.fromkeys(_SINGLE, FILLER))


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        text: its characters as the text reader has them.
        certainties: of each of them.
        centres: x of each of them; empty where unknown.
        box: where it stands.
        quad: its corners, clockwise from the top left of the text.
        changed: how many characters were put in or cut.
        places: what the line net reads, by the number of characters that the row is taken to have.
    """

    text: str
    certainties: tuple[float, ...]
    centres: tuple[float, ...]
    box: Box
    quad: Quad
    changed: int = 0
    places: Mapping[int, Places] = field(default_factory=dict)


def rows_of(lines: Sequence[TextLine]) -> list[Row]:
    """Give the rows that may belong to an MRZ, from top to bottom, pieces of one row joined."""
    pieces = sorted((row for row in map(_row, lines) if row is not None), key=lambda row: row.box[1])
    grouped: list[list[Row]] = []
    for piece in pieces:
        beside = next((g for g in grouped if _same_row(g[0].box, piece.box)), None)
        if beside is None:
            grouped.append([piece])
        else:
            beside.append(piece)
    joined = (_join(sorted(group, key=lambda row: row.box[0])) for group in grouped)
    return [row for row in joined if len(row.text) >= SHORTEST_ROW]


def fitted(row: Row, width: int) -> list[Row]:
    """Give the row at the width in each way that its fillers allow, the likeliest first; none if it cannot be."""
    found: list[Row] = []
    for candidate in (_on_grid(row, width), row):
        if candidate is not None:
            found.extend(fit for fit in _resized(candidate, width) if fit.text not in {f.text for f in found})
    return found


def voted(row: Row, width: int) -> Row:
    """Give the row at the width as both readers together have it."""
    said = vote(row.places[width], row.text, row.certainties)
    return replace(row, text=said.text, certainties=said.certainties, centres=(), changed=0)


def seen(row: Row, width: int) -> Row:
    """Give the row at the width as the line net alone has it."""
    places = row.places[width]
    return replace(row, text=places.text, certainties=places.certainties, centres=(), changed=0)


def _row(line: TextLine) -> Row | None:
    text = line.text.translate(_LOOKALIKES)
    known = len(line.certainties) == len(line.text) == len(text)
    kept = [i for i, c in enumerate(text) if c in ALPHABET]
    if len(kept) < 0.85 * len(text.replace(" ", "")) or not kept or text.count(" ") > len(text) / 4:
        return None
    width = line.box[2] - line.box[0]
    placed = known and len(line.centres) == len(text)
    return Row(
        "".join(text[i] for i in kept),
        tuple(line.certainties[i] if known else UNKNOWN_CERTAINTY for i in kept),
        tuple(line.box[0] + line.centres[i] * width for i in kept) if placed else (),
        line.box,
        line.quad,
    )


def _same_row(left: Box, right: Box) -> bool:
    overlap = min(left[3], right[3]) - max(left[1], right[1])
    apart = left[2] <= right[0] + 2 or right[2] <= left[0] + 2
    return apart and overlap > 0.6 * min(left[3] - left[1], right[3] - right[1])


def _join(pieces: Sequence[Row]) -> Row:
    if len(pieces) == 1:
        return pieces[0]
    return Row(
        "".join(p.text for p in pieces),
        tuple(c for p in pieces for c in p.certainties),
        tuple(c for p in pieces for c in p.centres) if all(p.centres for p in pieces) else (),
        around([p.box for p in pieces]),
        (pieces[0].quad[0], pieces[-1].quad[1], pieces[-1].quad[2], pieces[0].quad[3]),
    )


def _on_grid(row: Row, width: int) -> Row | None:
    """Put fillers where neighbouring characters stand more than one pitch apart: an MRZ is monospaced."""
    if len(row.centres) != len(row.text) or len(row.text) < SHORTEST_ROW or len(row.text) >= width:
        return None
    gaps = [b - a for a, b in zip(row.centres, row.centres[1:], strict=False)]
    pitch = median(gaps)
    if pitch <= 0:
        return None
    text, certainties = [row.text[0]], [row.certainties[0]]
    for gap, character, certainty in zip(gaps, row.text[1:], row.certainties[1:], strict=True):
        missing = max(0, round(gap / pitch) - 1)
        text.append(FILLER * missing + character)
        certainties.extend([FILLED_CERTAINTY] * missing + [certainty])
    return replace(row, text="".join(text), certainties=tuple(certainties), centres=())


def _resized(row: Row, width: int) -> Iterator[Row]:
    """At the row's end first, where what is short is filled up, then in its longest runs."""
    missing = width - len(row.text)
    if missing == 0:
        yield row
        return
    runs = [m.span() for m in re.finditer(f"{FILLER}+", row.text)]
    for start, end in sorted(runs, key=lambda run: (run[1] != len(row.text), -(run[1] - run[0]), -run[0])):
        length = end - start
        most = MOST_DROPPED if length >= LONG_RUN or end == len(row.text) else TOLERANCE
        if 0 < missing <= most:
            yield _spliced(row, end, end, (FILLED_CERTAINTY,) * missing)
        elif -min(length - 1, MOST_DROPPED) <= missing < 0:
            yield _spliced(row, end + missing, end, ())
    if -TOLERANCE <= missing < 0:
        yield _spliced(row, width, len(row.text), ())
        yield _spliced(row, 0, -missing, ())
    elif 0 < missing <= MOST_DROPPED and not row.text.endswith(FILLER):
        yield _spliced(row, len(row.text), len(row.text), (FILLED_CERTAINTY,) * missing)


def _spliced(row: Row, start: int, end: int, fillers: tuple[float, ...]) -> Row:
    return replace(
        row,
        text=row.text[:start] + FILLER * len(fillers) + row.text[end:],
        certainties=row.certainties[:start] + fillers + row.certainties[end:],
        centres=(),
        changed=row.changed + len(fillers) + end - start,
    )
