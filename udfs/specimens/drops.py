"""Writes a night's files: loose images, packed images, and tables in the three formats of the contract."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from udfs.specimens.world import Document, Row

PACK_ROWS, ROW_GROUP = 256, 64
PACKS_A_NIGHT = 100


def places(documents: Sequence[Document], night: int) -> dict[str, str]:
    """The uri of each document of a night: `images/NAME`, or `images/pNNN.parquet#NAME`."""
    packed = [document for document in documents if document.packed]
    found = {document.doc_id: f"images/{document.name}" for document in documents}
    for place, document in enumerate(packed):
        pack = f"images/p{night * PACKS_A_NIGHT + place // PACK_ROWS:03d}.parquet"
        found[document.doc_id] = f"{pack}#{document.name}"
    return found


def write_images(
    lake: Path, files: Iterable[tuple[Document, bytes]], uris: dict[str, str]
) -> Iterator[tuple[Document, bytes]]:
    """Write each file where its uri says, and pass it on; a pack is written as soon as it is full."""
    (lake / "images").mkdir(parents=True, exist_ok=True)
    waiting: dict[str, list[tuple[str, bytes]]] = {}
    for document, data in files:
        uri, _, key = uris[document.doc_id].partition("#")
        if not key:
            (lake / uri).write_bytes(data)
        else:
            waiting.setdefault(uri, []).append((key, data))
            if len(waiting[uri]) == PACK_ROWS:
                _write_pack(lake / uri, waiting.pop(uri))
        yield document, data
    for uri, rows in waiting.items():
        _write_pack(lake / uri, rows)


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Rows as CSV, Parquet or JSON lines, as the name ends; empty values are left out of JSON and null in Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        path.write_text(as_csv(rows), encoding="utf-8")
    elif path.suffix == ".jsonl":
        lines = (json.dumps({name: value for name, value in row.items() if value}) for row in rows)
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    else:
        names = list(rows[0]) if rows else []
        columns = {name: pa.array([row[name] or None for row in rows], pa.string()) for name in names}
        pq.write_table(pa.table(columns), path)


def as_csv(rows: Sequence[Row]) -> str:
    """Rows under the first one's names."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def _write_pack(path: Path, rows: Sequence[tuple[str, bytes]]) -> None:
    """A pack of files with columns key and bytes; pictures do not compress again."""
    table = pa.table({"key": [key for key, _ in rows], "bytes": pa.array([data for _, data in rows], pa.binary())})
    pq.write_table(table, path, row_group_size=ROW_GROUP, compression="none")
