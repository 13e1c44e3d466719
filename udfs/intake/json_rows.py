"""Rows of JSON lines: a line that is no JSON object is broken, the lines beside it are not."""

import codecs
import json
from collections import Counter
from collections.abc import Iterator

from conf.errors import BadManifest
from udfs.intake.blocks import ROWS, Block, Unquoted, is_unicode

FOUND = ((bool, "boolean"), (int, "integer"), (float, "number"), (dict, "object"), (list, "list"))
SHOWN = 40  # characters of a key


class Digits(float):
    """A JSON number that remembers its digits, as money has more of them than a float."""

    text: str

    def __new__(cls, text: str) -> "Digits":
        """The number that a text says."""
        value = super().__new__(cls, text)
        value.text = text
        return value


def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object's members; a key that stands twice says two things.

    Raises:
        ValueError: one does.
    """
    members = dict(pairs)
    if len(members) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {twice[:SHOWN]!r} stands in it twice")
    return members


DECODER = json.JSONDecoder(parse_float=Digits, object_pairs_hook=once)


def json_blocks(content: bytes) -> Iterator[Block]:
    """Blocks of a file with one JSON object a line; only a line feed ends a line.

    Raises:
        BadManifest: the file is one JSON list, or an object over several lines.
    """
    lines = [line for line in content.removeprefix(codecs.BOM_UTF8).split(b"\n") if line.strip()]
    if lines and (whole := _whole(lines)):
        raise BadManifest(f"it is one JSON {whole}: write one object a line")
    for start in range(0, len(lines), ROWS):
        yield _block(start, lines[start : start + ROWS])


def _whole(lines: list[bytes]) -> str | None:
    """What a file is that holds one value, by its first and last line; nothing where each may stand for itself."""
    first, last = lines[0].strip(), lines[-1].strip()
    spread = first[-1:] in {b"[", b"{"} and last[:1] in {b"]", b"}"}
    if first == b"[" or (first[:1] == b"[" and (spread or len(lines) == 1 or first[-1:] == b",")):
        return "list"
    return "object over several lines" if spread else None


def _block(start: int, lines: list[bytes]) -> Block:
    rows: list[dict[str, str | None]] = []
    broken: dict[int, str] = {}
    for place, line in enumerate(lines):
        try:
            rows.append(_row(line))
        except (ValueError, RecursionError) as error:
            rows.append({})
            broken[place] = _trouble(error)
    names = tuple(name for name in dict.fromkeys(name for row in rows for name in row) if is_unicode(name))
    return Block(start, len(lines), names, tuple([row.get(name) for row in rows] for name in names), broken)


def _row(line: bytes) -> dict[str, str | None]:
    row = DECODER.decode(line.decode().strip())
    if not isinstance(row, dict):
        raise ValueError(f"no object but {type(row).__name__}")
    return {name: value if type(value) is str and value else as_text(value) for name, value in row.items()}


def _trouble(error: Exception) -> str:
    """What is wrong with a line, without its content."""
    match error:
        case UnicodeDecodeError():
            return "the line is not UTF-8"
        case RecursionError():
            return "the line is nested too deep"
        case json.JSONDecodeError():
            return f"the line is no JSON: {error.msg} at character {error.pos}"
        case _:
            return f"the line cannot be read: {error}"


def as_text(value: object) -> str | None:
    """A JSON value as text that remembers what it was."""
    if value is None or isinstance(value, str):
        return value or None
    found = next(word for kind, word in FOUND if isinstance(value, kind))
    return Unquoted(value.text if isinstance(value, Digits) else json.dumps(value, sort_keys=True), found)
