"""Holds a file against the contract: its columns first, then each row."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from conf.errors import BadManifest
from schemas.contract import ALIASES, CONTRACT, InputColumn
from udfs.intake.files import column_types, read_blocks
from udfs.intake.values import Unfit, read_value

PREFLIGHT_ROWS = 1_000
ARROW = {
    "id": pa.string(),
    "text": pa.string(),
    "time": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "number": pa.float64(),
    "decimal": pa.decimal128(38, 18),
    "boolean": pa.bool_(),
    "digest": pa.string(),
    "json": pa.string(),
}
WRONG_TYPES = {
    "id": ("double", "float", "bool", "struct", "list", "map", "binary"),
    "time": ("double", "float", "bool", "int", "struct", "list", "map", "binary"),
    "text": ("double", "float", "struct", "list", "map", "binary"),
}
DEFAULT_VALID_FROM = {"accounts": "opened_at"}


def row_schema(folder: str) -> pa.Schema:
    """Arrow columns of a folder's rows: the contract's, and what became of the row."""
    columns = [pa.field(column.name, ARROW[column.kind]) for column in CONTRACT[folder]]
    return pa.schema(
        [
            pa.field("file", pa.string()),
            pa.field("row", pa.int64()),
            pa.field("_reason", pa.string()),
            pa.field("_detail", pa.string()),
            pa.field("_id", pa.string()),
            *columns,
        ]
    )


def preflight(folder: str, uri: str, content: bytes, zone: str | None) -> tuple[str, ...]:
    """Check a file's columns and first rows before anything is written; gives the columns that are ignored.

    Raises:
        BadManifest: naming file, column, what was found and what to do.
    """
    columns = {column.name: column for column in CONTRACT[folder]}
    blocks = read_blocks(uri, content)
    first = next(blocks, pd.DataFrame())
    present = [_known_name(folder, name) for name in first.columns]
    missing = [c.name for c in columns.values() if c.required and c.name not in present]
    if missing and len(first.columns):
        raise BadManifest(
            f"{uri}: no column {', '.join(missing)}; it has {', '.join(map(str, first.columns))}. "
            f"Every file in {folder}/ needs them (lookback schema). Fix the export. Nothing was written."
        )
    for name, found in column_types(uri, content).items():
        column = columns.get(_known_name(folder, name))
        if column and found.startswith(WRONG_TYPES.get(column.kind, ())):
            raise BadManifest(
                f"{uri}, column {name}: its type is {found}, wanted {column.kind} ({column.doc}) "
                "Fix the export, or write it as text. Nothing was written."
            )
    _refuse_bare_times(folder, uri, first.head(PREFLIGHT_ROWS), zone)
    return tuple(str(name) for name in first.columns if _known_name(folder, str(name)) not in columns)


def typed_batches(folder: str, files: Iterable[tuple[str, str, bytes]], zone: str | None) -> Iterator[pa.RecordBatch]:
    """Every row of the files (uri, digest, bytes), typed, or with the reason that it is not taken."""
    columns = CONTRACT[folder]
    where = None if zone is None else ZoneInfo(zone)
    for uri, digest, content in files:
        for block in read_blocks(uri, content):
            named = block.rename(columns=lambda name: _known_name(folder, str(name)))
            records = named.reindex(columns=[column.name for column in columns]).to_dict("records")
            rows = [
                _typed_row(folder, record, where) | {"file": digest, "row": int(number)}
                for number, record in zip(named.index, records, strict=True)
            ]
            yield pa.RecordBatch.from_pylist(rows, schema=row_schema(folder))


def _known_name(folder: str, name: str) -> str:
    """The contract's name of a file's column."""
    clean = str(name).strip().lower()
    return ALIASES.get(folder, {}).get(clean, clean)


def _typed_row(folder: str, record: Mapping[Hashable, object], zone: ZoneInfo | None) -> dict[str, object]:
    """One row: typed values, or nulls and a reason."""
    columns = CONTRACT[folder]
    texts = {str(name): value if isinstance(value, str) else None for name, value in record.items()}
    fallback = DEFAULT_VALID_FROM.get(folder)
    if fallback and texts.get("valid_from") is None:
        texts["valid_from"] = texts.get(fallback)
    row: dict[str, object] = {"_reason": None, "_detail": None, "_id": None}
    try:
        row["_id"] = _readable_id(columns[0], texts)
        for column in columns:
            row[column.name] = read_value(texts[column.name], column, zone)
    except Unfit as unfit:
        reason, detail = unfit.args
        return {"_reason": reason, "_detail": detail, "_id": row["_id"]}
    return row


def _readable_id(column: InputColumn, texts: Mapping[str, str | None]) -> str | None:
    """The row's first id if it can be read, so that a refused row can still be found by it."""
    if column.kind != "id":
        return None
    try:
        return str(read_value(texts[column.name], column, None))
    except Unfit:
        return None


def _refuse_bare_times(folder: str, uri: str, rows: pd.DataFrame, zone: str | None) -> None:
    """Stop before a whole file is refused because its lake declares no zone."""
    if zone is not None:
        return
    for column in CONTRACT[folder]:
        names = [name for name in rows.columns if _known_name(folder, str(name)) == column.name]
        if column.kind != "time" or not column.required or not names:
            continue
        texts = [text for text in rows[names[0]] if isinstance(text, str)]
        bare = [(row, text) for row, text in enumerate(texts) if _is_bare(text, column)]
        if bare:
            raise BadManifest(
                f"{uri}, column {column.name}: {len(bare):,} of the first {len(texts):,} rows have no time zone "
                f"(first: row {bare[0][0]}, {bare[0][1]!r}).\n"
                "Times must carry an offset, or the lake must declare one. "
                "Set ingest.zone, as in --set ingest.zone=Europe/Vilnius, or fix the export. Nothing was written."
            )


def _is_bare(text: str, column: InputColumn) -> bool:
    """Whether a time is one, but without its zone."""
    try:
        read_value(text, column, None)
    except Unfit as unfit:
        return str(unfit.args[1]).endswith("no time zone")
    return False
