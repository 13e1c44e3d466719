"""Finds the machine readable zone among lines of text (ICAO Doc 9303, parts 3 to 7)."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise, product

from udfs.reading.lines import TextLine
from udfs.reading.mrz_checks import CHECKS
from udfs.reading.mrz_fitting import Row, fitted, rows_of, seen, voted
from udfs.reading.mrz_layouts import LAYOUTS, Layout, check_digit
from udfs.reading.mrz_parsing import Mrz, MrzField, parse_mrz

__all__ = ["CHECKS", "Mrz", "MrzField", "adjacent", "best_mrz", "check_digit", "find_mrz", "parse_mrz"]

# Ways to fit one row that are tried with those of its neighbours.
MOST_FITS = 4
# Rows of one MRZ stand closer than this many heights of a row.
FARTHEST = 3.0


Rank = tuple[int, int, int, int]


def find_mrz(lines: Sequence[TextLine], on: date | None = None) -> Mrz | None:
    """Find and parse the MRZ whose check digits hold best; None where the lines hold no layout of Doc 9303.

    Args:
        lines: what was read, in any order, upright.
        on: a day by which the holder was born, if known, for the century of the birth date.
    """
    return best_mrz(rows_of(lines), on)


def best_mrz(rows: Sequence[Row], on: date | None = None) -> Mrz | None:
    """Parse neighbouring rows (top down) in every way they were read, and give the one whose check digits hold best.

    Where the line net has read them too, the vote comes first, so that it wins unless check digits speak against it:
    of the vote, the net alone and the text reader alone, no reading is taken with fewer digits that hold.
    """
    found = [
        parsed
        for layout in LAYOUTS
        for first in range(len(rows) - layout.rows + 1)
        for parsed in _parsed(layout, rows[first : first + layout.rows], on)
    ]
    return max(found, key=lambda ranked: ranked[0])[1] if found else None


def _parsed(layout: Layout, rows: Sequence[Row], on: date | None) -> Iterator[tuple[Rank, Mrz]]:
    """Parse neighbouring rows in each way that they fit a layout."""
    if not adjacent(rows):
        return
    for chosen in _ways(layout, rows):
        mrz = parse_mrz(
            [row.text for row in chosen],
            certainties=[row.certainties for row in chosen],
            boxes=[row.box for row in chosen],
            on=on,
        )
        if mrz is not None:
            yield _rank(mrz, sum(row.changed for row in chosen)), mrz


def _ways(layout: Layout, rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Give the rows at a layout's width: as voted, as the net has them, and as the text reader's fit."""
    if all(layout.width in row.places for row in rows):
        yield [voted(row, layout.width) for row in rows]
        yield [seen(row, layout.width) for row in rows]
    yield from product(*(fitted(row, layout.width)[:MOST_FITS] for row in rows))


def adjacent(rows: Sequence[Row]) -> bool:
    """Tell whether rows (top down) stand as close as those of one MRZ."""
    return all(
        lower.box[1] - upper.box[1] <= FARTHEST * max(upper.box[3] - upper.box[1], lower.box[3] - lower.box[1])
        for upper, lower in pairwise(rows)
    )


def _rank(mrz: Mrz, changed: int) -> Rank:
    """Rank by check digits that hold, then that do not fail, then by fewer characters put, cut or repaired."""
    held = [mrz.checks[name] for name in CHECKS]
    return (sum(v is True for v in held), -sum(v is False for v in held), -changed, -len(mrz.repaired))
