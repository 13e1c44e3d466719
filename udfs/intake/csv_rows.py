"""Rows of CSV: a row that does not fit the header is broken, the rows beside it are not."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice

from conf.errors import BadManifest
from udfs.intake.blocks import ROWS, Block, is_unicode

END = "\0end"  # a line after the last: whether it stands alone tells whether every quote was closed
Record = list[str] | str  # the cells of a row, or what is wrong with it


def csv_blocks(content: bytes) -> Iterator[Block]:
    """Blocks of a CSV file; its first row names the columns.

    Raises:
        BadManifest: the file has no header, or one that is no text.
    """
    text, is_whole = _decoded(content)
    lines = list(io.StringIO(text, newline=""))
    skipped = next((number for number, line in enumerate(lines) if line.strip()), None)
    if skipped is None:
        raise BadManifest("it is empty: a CSV needs a header with the names of its columns")
    lines = lines[skipped:]
    header = csv.reader(lines, strict=True)
    names = tuple(next(header))
    if not all(map(is_unicode, names)):
        raise BadManifest("its header is not UTF-8")
    start = 0
    for records in _batches(lines[header.line_num :], len(names)):
        yield _block(start, records if is_whole else [_whole(record) for record in records], names)
        start += len(records)
    if not start:
        yield Block(0, 0, names, tuple([] for _ in names))


def _decoded(content: bytes) -> tuple[str, bool]:
    """The text, and whether all of it is UTF-8; other bytes become lone surrogates."""
    try:
        return content.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        return content.decode("utf-8-sig", errors="surrogateescape"), False


def _whole(record: Record) -> Record:
    return record if all(map(is_unicode, record)) else "the row is not UTF-8"


def _block(start: int, records: Sequence[Record], names: tuple[str, ...]) -> Block:
    broken = {place: record for place, record in enumerate(records) if isinstance(record, str)}
    empty = [""] * len(names)
    rows = (empty if isinstance(record, str) else record for record in records) if broken else records
    columns = tuple([cell or None for cell in column] for column in zip(*rows, strict=True))
    return Block(start, len(records), names, columns, broken)


def _batches(lines: list[str], width: int) -> Iterator[Sequence[Record]]:
    """Every row, many at a time; from the first batch that does not fit on, each row is looked at alone."""
    begin, reader = 0, csv.reader(chain(lines, [END]), strict=True)
    while begin < len(lines):
        try:
            rows = list(islice(reader, ROWS))
        except csv.Error:
            break
        if rows[-1] == [END]:
            rows.pop()
        elif reader.line_num > len(lines):
            break
        if any(len(cells) != width for cells in rows):
            break
        yield rows
        begin = reader.line_num
    alone = _records(lines[begin:], width)
    while records := list(islice(alone, ROWS)):
        yield records


def _records(lines: list[str], width: int) -> Iterator[Record]:
    """Every row; after one whose quotes make it swallow others, reading goes on at the next line."""
    start = 0
    while start < len(lines):
        reader = csv.reader(chain(islice(lines, start, None), [END]))
        begin, problem = start, ""
        try:
            for cells in reader:
                end = begin + reader.line_num
                problem = _problem(cells, width, lines[start:end], is_cut=end > len(lines))
                if cells == [END] or (problem and end > start + 1):
                    break
                if problem or not _is_blank(cells):
                    yield problem or cells + [""] * (width - len(cells))
                start = end
        except csv.Error as error:
            problem = str(error)
        if start < len(lines):
            yield problem
            start += 1


def _is_blank(cells: list[str]) -> bool:
    return not cells or (len(cells) == 1 and cells[0].isspace())


def _problem(cells: list[str], width: int, lines: list[str], is_cut: bool) -> str:
    """What is wrong with a row; a short one is not, nor a stray quote, unless quotes spread it over lines."""
    if is_cut:
        return "a quote is never closed"
    if len(cells) > width or (len(lines) > 1 and len(cells) != width):
        return f"{len(cells)} fields, the header has {width}"
    if len(lines) > 1:
        try:
            list(csv.reader(lines, strict=True))
        except csv.Error as error:
            return f"its quotes do not match: {error}"
    return ""
