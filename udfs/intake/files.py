"""Opens Parquet, CSV and JSON lines alike: every value as text, every row with its number."""

import csv
import io
import json
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from conf.errors import BadManifest
from udfs.intake.blocks import ROWS, Block
from udfs.intake.csv_rows import csv_blocks
from udfs.intake.json_rows import json_blocks

FORMATS = (".parquet", ".csv", ".jsonl", ".ndjson", ".json")
SPARKS = {b"org.apache.spark.version", b"org.apache.spark.sql.parquet.row.metadata"}  # the first since 2.4.6 alone
UNREADABLE = (pa.ArrowException, OSError, ValueError, KeyError, OverflowError)


def is_input(uri: str) -> bool:
    """Whether a file of a drop folder is one of ours; others are left alone."""
    return uri.lower().endswith(FORMATS)


def is_sparse(uri: str) -> bool:
    """Whether a file has no columns but those that some of its rows name."""
    return not uri.lower().endswith((".parquet", ".csv"))


def read_blocks(uri: str, content: bytes) -> Iterator[Block]:
    """Blocks of rows; those that cannot be parsed are in it as broken.

    Raises:
        BadManifest: nothing of the file can be read as what its name says.
    """
    rows = broken = 0
    trouble = ""
    try:
        for block in _blocks(uri.lower(), content):
            rows += len(block)
            broken += len(block.broken)
            trouble = trouble or next((f"row {block.start + at}: {why}" for at, why in block.broken.items()), "")
            yield block
    except (BadManifest, csv.Error, *UNREADABLE) as error:
        raise BadManifest(_unreadable(uri, str(error))) from error
    if broken and broken == rows:
        raise BadManifest(_unreadable(uri, f"none of its {rows:,} rows can be parsed; {trouble}"))


def column_types(uri: str, content: bytes) -> list[tuple[str, pa.DataType]]:
    """Types of a Parquet file's columns; nothing for formats that know text only."""
    if not uri.lower().endswith(".parquet"):
        return []
    try:
        return [(field.name, field.type) for field in pq.read_schema(io.BytesIO(content))]
    except UNREADABLE as error:
        raise BadManifest(_unreadable(uri, str(error))) from error


def has_bare_int96(uri: str, content: bytes) -> bool:
    """Whether a Parquet file keeps times as INT96 and does not say whose clock they are of; Spark's are UTC."""
    if not uri.lower().endswith(".parquet"):
        return False
    file = pq.ParquetFile(io.BytesIO(content))
    return _has_int96(file) and not _is_sparks(file)


def _blocks(lower: str, content: bytes) -> Iterator[Block]:
    if lower.endswith(".parquet"):
        return _parquet_blocks(content)
    return csv_blocks(content) if lower.endswith(".csv") else json_blocks(content)


def _unreadable(uri: str, found: str) -> str:
    kind = uri.lower().rpartition(".")[2]
    what = (found.splitlines() or ["unknown damage"])[0]
    return f"{uri}: cannot be read as {kind}: {what}. Export it again. Nothing was written."


def _parquet_blocks(content: bytes) -> Iterator[Block]:
    plain = pq.ParquetFile(io.BytesIO(content))
    # In nanoseconds, what never ends (9999-12-31) would wrap around.
    file = pq.ParquetFile(io.BytesIO(content), metadata=plain.metadata, coerce_int96_timestamp_unit="us")
    kinds = plain.schema_arrow.types if _has_int96(plain) and _is_sparks(plain) else ()
    instants = {place: _instants(kind) for place, kind in enumerate(kinds) if _instants(kind) != kind}
    start = 0
    for batch in file.iter_batches(ROWS):
        broken: dict[int, str] = {}
        names = tuple(batch.schema.names)
        columns = tuple(
            _texts(name, column.cast(instants[place]) if place in instants else column, broken)
            for place, (name, column) in enumerate(zip(names, batch.columns, strict=True))
        )
        yield Block(start, batch.num_rows, names, columns, broken)
        start += batch.num_rows
    if not start:
        names = tuple(file.schema_arrow.names)
        yield Block(0, 0, names, tuple([] for _ in names))


def _has_int96(file: pq.ParquetFile) -> bool:
    return any(file.schema.column(number).physical_type == "INT96" for number in range(len(file.schema)))


def _is_sparks(file: pq.ParquetFile) -> bool:
    return bool(SPARKS & (file.metadata.metadata or {}).keys())


def _instants(kind: pa.DataType) -> pa.DataType:
    """A type of Spark's with its INT96 times, which alone it keeps in nanoseconds, as the instants that they are."""
    match kind:
        case pa.TimestampType(unit="ns", tz=None):
            return pa.timestamp("us", "UTC")
        case pa.StructType():
            return pa.struct([field.with_type(_instants(field.type)) for field in kind])
        case pa.MapType():
            return pa.map_(_instants(kind.key_type), _instants(kind.item_type))
        case pa.ListType():
            return pa.list_(kind.value_field.with_type(_instants(kind.value_type)))
        case _:
            return kind


def _texts(name: str, column: pa.Array, broken: dict[int, str]) -> list[str | None]:
    """A column's values as text; a value that Python cannot hold breaks its row alone."""
    try:
        return [_text(value) for value in column.to_pylist()]
    except (ValueError, OverflowError):
        texts: list[str | None] = []
        for place, scalar in enumerate(column):
            try:
                texts.append(_text(scalar.as_py()))
            except (ValueError, OverflowError):
                texts.append(None)
                broken.setdefault(place, f"column {name} holds a value that cannot be read")
        return texts


def _text(value: object) -> str | None:
    """A value as the text that the checks read; times keep their offset."""
    match value:
        case None | "":
            return None
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return json.dumps(value, sort_keys=True, default=str)
        case _:
            isoformat = getattr(value, "isoformat", None)
            return str(isoformat()) if isoformat else str(value)
