"""Rows of an input file as text, whatever its format was."""

from collections.abc import Mapping
from dataclasses import dataclass, field

ROWS = 20_000  # rows of one block: a few MB of text


class Unquoted(str):
    """A JSON value that was no text; `found` says what it was: integer, number, boolean, object or list."""

    found: str

    def __new__(cls, text: str, found: str) -> "Unquoted":
        """Text of the value, and what it was."""
        value = super().__new__(cls, text)
        value.found = found
        return value


class Unnamed(str):
    """A code that a mapping has no word for."""


@dataclass(frozen=True)
class Block:
    """Rows that follow each other.

    Attributes:
        start: number of the first row in its file, from 0.
        size: how many rows, broken ones too.
        names: the file's own column names, in order; a name may come twice.
        columns: values of each column, one a row: text or None.
        broken: what is wrong with rows that could not be parsed, by place in the block.
    """

    start: int
    size: int
    names: tuple[str, ...]
    columns: tuple[list[str | None], ...]
    broken: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        """Rows, broken ones too: each of them ends in some table."""
        return self.size


def is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8: one with half a surrogate pair cannot."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
