"""Opens Parquet, CSV and JSON lines alike: every value as text, every row with its number."""

import io
import json
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from conf.errors import BadManifest

FORMATS = (".parquet", ".csv", ".jsonl", ".ndjson", ".json")
ROWS = 20_000  # rows of one block: a few MB of text


def is_input(uri: str) -> bool:
    """Whether a file of a drop folder is one of ours; others are left alone."""
    return uri.lower().endswith(FORMATS)


def read_blocks(uri: str, content: bytes) -> Iterator[pd.DataFrame]:
    """Blocks of rows, columns of text or null, indexed by row number from 0.

    Raises:
        BadManifest: the file cannot be read as what its name says.
    """
    lower = uri.lower()
    try:
        if lower.endswith(".parquet"):
            blocks = _parquet(content)
        elif lower.endswith(".csv"):
            blocks = _csv(content)
        else:
            blocks = _json_lines(content)
        start = 0
        for block in blocks:
            block.index = pd.RangeIndex(start, start + len(block))
            start += len(block)
            yield block
    except (pa.ArrowException, pd.errors.ParserError, UnicodeDecodeError, ValueError) as error:
        raise BadManifest(
            f"{uri}: cannot be read as {lower.rpartition('.')[2]}: {str(error).splitlines()[0]}"
        ) from error


def column_types(uri: str, content: bytes) -> dict[str, str]:
    """Type words of a Parquet file's columns; nothing for formats that know text only."""
    if not uri.lower().endswith(".parquet"):
        return {}
    try:
        return {field.name: str(field.type) for field in pq.read_schema(io.BytesIO(content))}
    except pa.ArrowException as error:
        raise BadManifest(f"{uri}: is no Parquet file: {str(error).splitlines()[0]}") from error


def _parquet(content: bytes) -> Iterator[pd.DataFrame]:
    for batch in pq.ParquetFile(io.BytesIO(content)).iter_batches(ROWS):
        yield pd.DataFrame(
            {
                name: [_text(value) for value in column.to_pylist()]
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            },
            dtype=object,
        )


def _csv(content: bytes) -> Iterator[pd.DataFrame]:
    if not content.strip():
        raise BadManifest("an empty CSV has no header")
    with pd.read_csv(
        io.BytesIO(content), dtype=str, keep_default_na=False, chunksize=ROWS, encoding="utf-8-sig"
    ) as blocks:
        for block in blocks:
            yield block.astype(object).where(block != "", None)


def _json_lines(content: bytes) -> Iterator[pd.DataFrame]:
    lines = [line for line in content.decode("utf-8-sig").splitlines() if line.strip()]
    for start in range(0, len(lines), ROWS):
        rows = [json.loads(line) for line in lines[start : start + ROWS]]
        if not all(isinstance(row, dict) for row in rows):
            raise BadManifest("every line must be a JSON object")
        names = list(dict.fromkeys(name for row in rows for name in row))
        yield pd.DataFrame({name: [_text(row.get(name)) for row in rows] for name in names}, dtype=object)


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
            return json.dumps(value, sort_keys=True)
        case _:
            isoformat = getattr(value, "isoformat", None)
            return str(isoformat()) if isoformat else str(value)
