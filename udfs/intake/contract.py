"""Holds a file against the contract: its columns first, then each row."""

from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

import pyarrow as pa

from conf.errors import BadManifest
from conf.mapping import ExportMapping
from conf.settings import IngestSettings
from schemas.contract import ALIASES, CONTRACT, InputColumn
from udfs.intake.arrow_types import WANTED, fits, no_list_at, type_at
from udfs.intake.blocks import Block
from udfs.intake.files import column_types, has_bare_int96, read_blocks
from udfs.intake.mapping import contract_blocks, refuse_named_twice, unmapped
from udfs.intake.values import Unfit, read_value

PREFLIGHT_ROWS = 1_000
INT96 = "INT96 in Parquet is UTC for some writers and local for others: ask who wrote the file. "
ARROW = {
    "id": pa.string(),
    "text": pa.string(),
    "time": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "number": pa.float64(),
    "count": pa.int64(),
    "decimal": pa.decimal128(38, 18),
    "boolean": pa.bool_(),
    "digest": pa.string(),
    "json": pa.string(),
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
            *columns,
        ]
    )


def preflight(folder: str, uri: str, content: bytes, ingest: IngestSettings) -> tuple[str, ...]:
    """Check a file's columns and first rows before anything is written; gives the columns that are ignored.

    Raises:
        BadManifest: naming file, column, what was found and what to do.
    """
    columns = {column.name: column for column in CONTRACT[folder]}
    empty = Block(0, 0, (), ())
    blocks = contract_blocks(folder, uri, content, ingest.mapping)
    first = next((block for block in blocks if block.names), empty)
    placed = _placed(folder, first)
    missing = [column.name for column in columns.values() if column.required and column.name not in placed]
    if missing and (own := next((block.names for block in read_blocks(uri, content) if block.names), ())):
        raise BadManifest(f"{uri}: {_without(folder, missing, own, ingest.mapping)} Nothing was written.")
    for name, places in placed.items():
        if len(places) > 1:
            raise BadManifest(
                f"{uri}: columns {' and '.join(first.names[place] for place in places)} both say {name}. "
                "Keep one of them. Nothing was written."
            )
    if ingest.mapping and ingest.maps(folder):
        refuse_named_twice(uri, content, ingest.mapping.folders[folder])
    _refuse_wrong_types(folder, uri, content, ingest.mapping)
    if ingest.zone_of(folder) is None:
        _refuse_bare_times(folder, uri, first, INT96 if has_bare_int96(uri, content) else "")
    if ingest.mapping and ingest.maps(folder):
        return unmapped(folder, uri, content, ingest.mapping)
    return tuple(name for name in first.names if _known_name(folder, name) not in columns)


def typed_batches(
    folder: str, files: Iterable[tuple[str, str, bytes]], ingest: IngestSettings
) -> Iterator[pa.RecordBatch]:
    """Every row of the files (uri, digest, bytes), typed, or with the reason that it is not taken."""
    zone, schema = ingest.zone_of(folder), row_schema(folder)
    where = None if zone is None else ZoneInfo(zone)
    for uri, digest, content in files:
        for block in contract_blocks(folder, uri, content, ingest.mapping):
            rows = [
                _typed_row(folder, record, where) | {"file": digest, "row": number}
                for number, record in enumerate(_records(folder, block), start=block.start)
            ]
            yield pa.RecordBatch.from_pylist(rows, schema=schema)


def _without(folder: str, missing: list[str], own: tuple[str, ...], mapping: ExportMapping | None) -> str:
    """What a file lacks, by the names that it would have them under, and what to do."""
    has = ", ".join(own)
    if mapping is None or folder not in mapping.folders:
        return (
            f"no column {', '.join(missing)}; it has {has}. "
            f"Every file in {folder}/ needs them (lookback schema). Fix the export."
        )
    columns = mapping.folders[folder].columns
    wanted = [f"{name} from {columns[name]}" if name in columns else f"{name} from nothing" for name in missing]
    return f"the mapping reads {', '.join(wanted)}; the file has {has}. Mend the mapping, or the export."


def _refuse_wrong_types(folder: str, uri: str, content: bytes, mapping: ExportMapping | None) -> None:
    """Stop before a Parquet column is read as what it is not; what has codes is known word by word, whatever its type.

    The columns are those that the contract's come from: by a mapping, else by their names.
    """
    types, columns = dict(column_types(uri, content)), {column.name: column for column in CONTRACT[folder]}
    if mapping is not None and (chosen := mapping.folders.get(folder)):
        if types and chosen.lists and (trouble := no_list_at(types, chosen.lists)):
            raise BadManifest(
                f"{uri}: the mapping reads a row of each element of {chosen.lists}, and {trouble}. "
                "Mend the mapping, or the export. Nothing was written."
            )
        sources = [(path, name) for name, path in chosen.columns.items() if not chosen.codes.get(name)]
    else:
        sources = [(name, _known_name(folder, name)) for name in types]
    for source, name in sources:
        column, found = columns.get(name), type_at(types, source)
        if column and found is not None and not fits(found, column.kind):
            raise BadManifest(
                f"{uri}, column {source}: its type is {found}, wanted {column.kind}: {WANTED[column.kind]} "
                f"({column.doc}) Fix the export, or write it as text. Nothing was written."
            )


def _placed(folder: str, block: Block) -> dict[str, list[int]]:
    """Places of the block's columns by the contract's name; more than one where two names mean the same."""
    wanted = {column.name for column in CONTRACT[folder]}
    placed: dict[str, list[int]] = {}
    for place, name in enumerate(block.names):
        if (known := _known_name(folder, name)) in wanted:
            placed.setdefault(known, []).append(place)
    return placed


def _records(folder: str, block: Block) -> Iterator[Mapping[str, str | None] | str]:
    """Texts of each row by the contract's column, or what is wrong with the row."""
    placed, nothing = _placed(folder, block), [None] * len(block)
    twice = {name: places for name, places in placed.items() if len(places) > 1}
    names = [column.name for column in CONTRACT[folder]]
    columns = [block.columns[placed[name][0]] if name in placed else nothing for name in names]
    for place, texts in enumerate(zip(*columns, strict=True)):
        said = {name: _said(block, places, place) for name, places in twice.items()}
        clash = [name for name, values in said.items() if len(values) > 1]
        if place in block.broken or clash:
            yield block.broken.get(place, f"two of its columns say {', '.join(clash)}")
            continue
        record = dict(zip(names, texts, strict=True))
        record.update({name: values[0] for name, values in said.items() if values})
        yield record


def _said(block: Block, columns: list[int], place: int) -> list[str]:
    """What a row says in columns that mean the same."""
    return [text for column in columns if (text := block.columns[column][place]) is not None]


def _known_name(folder: str, name: str) -> str:
    """The contract's name of a file's column."""
    clean = str(name).strip().lower()
    return ALIASES.get(folder, {}).get(clean, clean)


def _typed_row(folder: str, record: Mapping[str, str | None] | str, zone: ZoneInfo | None) -> dict[str, object]:
    """One row: its typed values, and the first reason why it is not taken, if there is one."""
    if isinstance(record, str):
        return {"_reason": "bad_row", "_detail": record}
    columns, texts = CONTRACT[folder], dict(record)
    fallback = DEFAULT_VALID_FROM.get(folder)
    if fallback and not (texts["valid_from"] or "").strip():
        texts["valid_from"] = texts[fallback]
    row: dict[str, object] = {"_reason": None, "_detail": None}
    for column in columns:
        try:
            row[column.name] = read_value(texts[column.name], column, zone)
        except Unfit as unfit:
            if row["_reason"] is None:
                row["_reason"], row["_detail"] = unfit.args
    return row


def _refuse_bare_times(folder: str, uri: str, block: Block, note: str) -> None:
    """Stop before a whole file is refused because its lake declares no zone."""
    placed = _placed(folder, block)
    for column in CONTRACT[folder]:
        if column.kind != "time" or column.name not in placed:
            continue
        first = block.columns[placed[column.name][0]][:PREFLIGHT_ROWS]
        texts = [(block.start + row, text) for row, text in enumerate(first) if text]
        bare = [(row, text) for row, text in texts if _is_bare(text, column)]
        if bare:
            raise BadManifest(
                f"{uri}, column {column.name}: {len(bare):,} of the first {len(texts):,} rows have no time zone "
                f"(first: row {bare[0][0]}, {bare[0][1]!r}).\n"
                "Times must carry an offset, or the lake must declare one. "
                f"{note}Set ingest.zone, as in --set ingest.zone=Europe/Vilnius (folders that a mapping reads keep its "
                "zone), or fix the export. Nothing was written."
            )


def _is_bare(text: str, column: InputColumn) -> bool:
    """Whether a time is one, but without its zone."""
    try:
        read_value(text, column, None)
    except Unfit as unfit:
        return str(unfit.args[1]).endswith("no time zone")
    return False
