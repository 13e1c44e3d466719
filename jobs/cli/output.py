"""Prints rows as a table for people, as CSV or as one JSON array."""

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

from rich.console import Console
from rich.table import Table

Row = Mapping[str, object]

WIDE = 10_000
CONSOLE = Console(soft_wrap=False, highlight=False)
ERRORS = Console(stderr=True, highlight=False)


class Format(StrEnum):
    """How results are printed."""

    table = "table"
    csv = "csv"
    json = "json"


def print_rows(rows: Sequence[Row], form: Format, columns: Sequence[str] = ()) -> None:
    """Print rows; `columns` names them where there are no rows."""
    names = list(columns) or (list(rows[0]) if rows else [])
    match form:
        case Format.json:
            sys.stdout.write(
                json.dumps([{n: _plain(row[n]) for n in names} for row in rows], ensure_ascii=False) + "\n"
            )
        case Format.csv:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(names)
            writer.writerows([_text(_plain(row[n])) for n in names] for row in rows)
        case Format.table:
            table = Table(box=None, pad_edge=False, header_style="bold")
            for name in names:
                table.add_column(name, overflow="fold")  # an id that is cut cannot be typed again
            for row in rows:
                table.add_row(*(_cell(row[n]) for n in names))
            # Lines are broken for a terminal alone: a file or a pipe wants each id in one piece.
            (CONSOLE if CONSOLE.is_terminal else Console(width=WIDE, highlight=False)).print(table)


def print_error(message: str) -> None:
    """Print a message on stderr; lines are broken for a terminal alone, so that a log can be searched."""
    ERRORS.print(message, markup=False, soft_wrap=not ERRORS.is_terminal)


def print_json(value: object) -> None:
    """Print one JSON value on one line."""
    sys.stdout.write(json.dumps(_plain(value), ensure_ascii=False) + "\n")


def _plain(value: object) -> object:
    """A value as JSON has it."""
    match value:
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case datetime() | date():
            # Spark hands times over without a zone, in the machine's.
            return (value.astimezone(UTC) if isinstance(value, datetime) else value).isoformat()
        case Decimal():
            return str(value)
        case bytes() | bytearray():
            return f"{len(value)} bytes"
        case _:
            return value


def _cell(value: object) -> str:
    """A value as a person reads it."""
    plain = _plain(value)
    if isinstance(plain, float):
        return f"{plain:.4g}" if plain and abs(plain) < 1000 else f"{plain:,.0f}"
    return _text(plain)


def _text(plain: object) -> str:
    """A plain value as text, with every digit."""
    match plain:
        case None:
            return ""
        case dict() | list():
            return json.dumps(plain, ensure_ascii=False)
        case _:
            return str(plain)
