"""Prints a page of text for people: headings, sentences and aligned columns, at most 100 wide."""

import shlex
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.text import Text

from jobs.cli.output import CONSOLE

WIDEST = 100
NARROWEST = 40
GAP = 2
SHOWN = 12  # rows of one list, where it may be long
STYLES = {"severe": "bold red", "high": "red", "elevated": "yellow"}


@dataclass(frozen=True)
class Line:
    """One line and its style on a terminal."""

    text: str = ""
    style: str = ""


def heading(text: str) -> list[Line]:
    """An empty line, then the heading."""
    return [Line(), Line(text, "bold")]


def sentence(text: str, indent: int = 2, style: str = "") -> list[Line]:
    """A sentence, wrapped; its further lines stand two deeper."""
    wrapped = textwrap.wrap(
        text, width(), initial_indent=" " * indent, subsequent_indent=" " * (indent + 2), break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return [Line(line, style) for line in wrapped]


def columns(rows: Sequence[Sequence[str]], indent: int = 2) -> list[Line]:
    """Rows in aligned columns; the last column wraps inside itself."""
    if not rows:
        return []
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    offset = indent + sum(widths) + GAP * len(widths)
    lines: list[Line] = []
    for row in rows:
        cells = [cell.ljust(wide) for cell, wide in zip(row[:-1], widths, strict=True)]
        first = " " * indent + (" " * GAP).join([*cells, ""])
        room = max(width() - offset, NARROWEST // 2)
        told = textwrap.wrap(row[-1], room, break_long_words=False, break_on_hyphens=False) or [""]
        lines += [Line((first + told[0]).rstrip()), *(Line(" " * offset + more) for more in told[1:])]
    return lines


def some(rows: Sequence[Sequence[str]]) -> list[Line]:
    """The first rows of a list in columns, and how many more there are."""
    more = len(rows) - SHOWN
    rest = sentence(f"and {more:,} more: --format json has all") if more > 0 else []
    return [*columns(rows[:SHOWN]), *rest]


def style_of(tier: str | None) -> str:
    """The style of an answer of that tier."""
    return STYLES.get(tier or "", "bold")


def commands(pairs: Sequence[tuple[str, str]], lake: str | None = None) -> list[Line]:
    """What to type next, with what each shows; with the lake where one was named. Nothing to type: no lines."""
    given = f" --lake {shlex.quote(lake)}" if lake else ""
    told = [(command + given if command.startswith("lookback ") else command, shows) for command, shows in pairs]
    return [*heading("Try next"), *columns(told)] if told else []


def width() -> int:
    """Characters of a line: the terminal's, at most 100; 100 where there is none."""
    return max(NARROWEST, min(WIDEST, CONSOLE.width)) if CONSOLE.is_terminal else WIDEST


def print_page(lines: Iterable[Line]) -> None:
    """Print lines as they are; styles on a terminal only."""
    for line in lines:
        CONSOLE.print(Text(line.text, line.style), soft_wrap=True)
