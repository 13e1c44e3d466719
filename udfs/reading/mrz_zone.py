"""The second reading of a zone: its rows cut out to common ends and read by the line net."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from udfs.nets.mrz import MrzNet, see_rows
from udfs.reading.detector import Image
from udfs.reading.lines import Box
from udfs.reading.mrz import adjacent
from udfs.reading.mrz_fitting import Row
from udfs.reading.mrz_layouts import FILLER, LAYOUTS
from udfs.reading.mrz_places import find_places
from udfs.reading.mrz_rows import row_crop

# Rows of one zone begin and end together to this share of their common length; a reader may have lost fillers.
COMMON = 0.6
FEWEST_FILLERS, MOST_ROWS = 4, 4
# A row's picture is so much higher than the text detector's quad (tight around its ink), and goes on so many of the
# quad's heights beyond either end.
TALLER, TALLER_THAN_INK, BEYOND = 1.1, 1.6, 1.0
COUNTS = tuple(sorted({layout.width for layout in LAYOUTS}))

Points = npt.NDArray[np.float32]


def read_zones(net: MrzNet, image: Image, rows: Sequence[Row]) -> list[Row]:
    """Let the line net read the rows (top down) of what may be a zone; the others stay as they are."""
    read = {id(row): row for row in rows}
    for zone in _zones(rows):
        quads = common_quads([np.array(row.quad, np.float32) for row in zone], TALLER)
        read |= {id(old): new for old, new in zip(zone, read_rows(net, image, zone, quads), strict=True)}
    return [read[id(row)] for row in rows]


def read_rows(net: MrzNet, image: Image, rows: Sequence[Row], quads: Sequence[Points]) -> list[Row]:
    """Let the line net read rows of one zone, whose pictures lie at the quads; they have one length, the likeliest."""
    logits = see_rows(net, [row_crop(image, quad) for quad in quads])
    places = {count: [find_places(seen, count) for seen in logits] for count in COUNTS}
    count = max(COUNTS, key=lambda each: sum(found.support for found in places[each]))
    return [
        replace(row, places={count: found}, box=_with_ends(row, quad, (found.along[0], found.along[-1]), count))
        for row, quad, found in zip(rows, quads, places[count], strict=True)
    ]


def read_bands(net: MrzNet, image: Image, quads: Sequence[Points]) -> list[Row]:
    """Let the line net alone read rows, each of which lies tightly inside a quad [4, 2]."""
    corners = [tuple((float(x), float(y)) for x, y in quad) for quad in quads]
    rows = [Row("", (), (), _around(quad), (c[0], c[1], c[2], c[3])) for quad, c in zip(quads, corners, strict=True)]
    return read_rows(net, image, rows, common_quads(quads, TALLER_THAN_INK))


def common_quads(quads: Sequence[Points], taller: float) -> list[Points]:
    """Quads [4, 2] so much higher than the rows', all from the leftmost end to the rightmost one and beyond."""
    ends = np.concatenate([_middle(quad) for quad in quads])
    found = []
    for quad in quads:
        left, right = _middle(quad)
        height = float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2
        along = (right - left) / max(float(np.linalg.norm(right - left)), 1.0)
        down = np.array([-along[1], along[0]]) * taller * height / 2
        spots = (ends - left) @ along
        first = left + along * (spots.min() - BEYOND * height)
        last = left + along * (spots.max() + BEYOND * height)
        found.append(np.array([first - down, last - down, last + down, first + down], np.float32))
    return found


def _zones(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Give neighbouring rows that begin and end together and have fillers."""
    group: list[Row] = []
    for place, row in enumerate(rows, start=1):
        group.append(row)
        below = rows[place] if place < len(rows) else None
        if below is None or not adjacent([row, below]) or not _flush(row, below):
            if len(group) > 1 and sum(member.text.count(FILLER) for member in group) >= FEWEST_FILLERS:
                yield group[-MOST_ROWS:]
            group = []


def _flush(upper: Row, lower: Row) -> bool:
    common = min(upper.box[2], lower.box[2]) - max(upper.box[0], lower.box[0])
    return common >= COMMON * (max(upper.box[2], lower.box[2]) - min(upper.box[0], lower.box[0]))


def _middle(quad: Points) -> Points:
    """The ends [2, 2] of a quad's middle line."""
    return np.stack([(quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2])


def _around(quad: Points) -> Box:
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))


def _with_ends(row: Row, quad: Points, ends: tuple[float, float], count: int) -> Box:
    """The row's box from its first character to its last, half a pitch beyond their centres."""
    half = (ends[1] - ends[0]) / (count - 1) / 2
    left, right = _middle(quad)
    x = [float(left[0] + at * (right[0] - left[0])) for at in (ends[0] - half, ends[1] + half)]
    return (min(x), row.box[1], max(x), row.box[3])
