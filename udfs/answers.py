"""What a worker answers: one row per document, its Arrow types taken from the words of the declaration."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from schemas.observations import PARTS

Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
ANSWER_DDL = ", ".join(
    (
        "sha256 string, status string, reason string, detail string, inspector string, parts map<string, string>",
        *(f"{name} {ddl}" for name, ddl in PARTS.items()),
        "skipped map<string, string>",
        "fields array<struct<fingerprint: string, source: string, name: string, position: int, value: string,"
        " raw: string, confidence: double, box: array<double>>>",
        "vectors array<struct<fingerprint: string, kind: string, vector: array<float>>>",
        "plate struct<fingerprint: string, width: int, height: int, luma: binary, reference: string>",
        "seconds map<string, double>",
    )
)
PLAIN = {
    "string": pa.string(), "int": pa.int32(), "bigint": pa.int64(), "double": pa.float64(), "float": pa.float32(),
    "boolean": pa.bool_(), "binary": pa.binary(),
}  # fmt: skip
TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[<>,:]")


def arrow_schema(ddl: str) -> pa.Schema:
    """Turn the words of a DDL string (`a string, b struct<c: int>`) into an Arrow schema."""
    words = _Words(TOKEN.findall(ddl))
    fields = [pa.field(words.take(), _type(words))]
    while words.has(","):
        words.take(",")
        fields.append(pa.field(words.take(), _type(words)))
    words.end()
    return pa.schema(fields)


class _Words:
    """The words of a DDL string, taken one by one."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words, self._at = words, 0

    def has(self, word: str) -> bool:
        """Whether the next word is this one."""
        return self._at < len(self._words) and self._words[self._at] == word

    def take(self, expected: str | None = None) -> str:
        """The next word, which must be the expected one if any."""
        if self._at >= len(self._words) or (expected is not None and self._words[self._at] != expected):
            raise ValueError(f"DDL word {self._at}: wanted {expected or 'more'}, in {' '.join(self._words)[:80]}")
        self._at += 1
        return self._words[self._at - 1]

    def end(self) -> None:
        """Nothing must be left."""
        if self._at != len(self._words):
            raise ValueError(f"DDL word {self._at}: {self._words[self._at]!r} was not expected")


def _type(words: _Words) -> pa.DataType:
    kind = words.take()
    if kind in PLAIN:
        return PLAIN[kind]
    words.take("<")
    if kind == "array":
        made = pa.list_(_type(words))
    elif kind == "map":
        key = _type(words)
        words.take(",")
        made = pa.map_(key, _type(words))
    elif kind == "struct":
        made = pa.struct(_members(words))
    else:
        raise ValueError(f"DDL type {kind!r} is not one of {', '.join(PLAIN)}, array, map, struct")
    words.take(">")
    return made


def _members(words: _Words) -> list[pa.Field]:
    members = []
    while True:
        name = words.take()
        words.take(":")
        members.append(pa.field(name, _type(words)))
        if not words.has(","):
            return members
        words.take(",")


ANSWER_SCHEMA = arrow_schema(ANSWER_DDL)


def answer_batch(rows: Iterable[Mapping[str, object]]) -> pa.RecordBatch:
    """Rows as one Arrow batch; maps are ordered by key, and a number that is not finite is an error."""
    return pa.RecordBatch.from_pylist([_row(row) for row in rows], ANSWER_SCHEMA)


def _row(row: Mapping[str, object]) -> dict[str, object]:
    _known(row, ANSWER_SCHEMA.names, "an answer")
    return {field.name: _value(row.get(field.name), field.type, field.name) for field in ANSWER_SCHEMA}


def _known(value: Mapping[str, object], names: Iterable[str], where: str) -> None:
    unknown = set(value) - set(names)
    if unknown:
        raise ValueError(f"{where} has no {', '.join(sorted(unknown))}; declare it in schemas/observations.py")


def _value(value: object, kind: pa.DataType, where: str) -> object:
    """Bring one value into the form that Arrow takes, and check it on the way."""
    if isinstance(value, Mapping):
        if pa.types.is_map(kind):
            return [(key, _value(item, kind.item_type, f"{where}.{key}")) for key, item in sorted(value.items())]
        members = {kind.field(i).name: kind.field(i).type for i in range(kind.num_fields)}
        _known(value, members, where)
        return {name: _value(value.get(name), member, f"{where}.{name}") for name, member in members.items()}
    if isinstance(value, Iterable) and pa.types.is_list(kind):
        return [_value(item, kind.value_type, where) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where} is {value}, which is no measurement")
    return value
