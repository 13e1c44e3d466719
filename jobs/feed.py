"""The one door to Petastorm: a training set as a folder of Parquet that it and our own trainer read alike."""

import hashlib
import json
import math
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from conf.errors import BadLake

Row = Mapping[str, Any]

RECORD, PART = "_feed.json", "part-00000.parquet"  # Parquet readers leave out what begins with an underscore
ROW_GROUP = 4_096
SIGNAL, ABSTAINS = "signal_", "abstains_"  # how columns of signals and of abstentions begin
TEXTS = (
    "doc_id", "sha256", "group", "label", "family", "reviewed_because", "doc_type", "width", "codec", "design",
)  # fmt: skip
BONA_FIDE, FORGED = "bona_fide", "forged"  # the labels


@dataclass(frozen=True)
class Feed:
    """A training set.

    Attributes:
        rows: one a document, sorted by doc_id: TEXTS ("" where not known), `weight`, abstentions by family, signals;
            a signal is None where it is missing.
        digest: SHA-256 of the rows.
        release: run id of the release that it was made from.
        counts: labelled targets by what became of them.
    """

    rows: tuple[Row, ...]
    digest: str
    release: str
    counts: Mapping[str, int]


def write_feed(home: Path, rows: Sequence[Row], *, release: str, counts: Mapping[str, int]) -> Path:
    """Write a training set into a folder named by release and digest, whole or not at all; gives the folder.

    Args:
        home: where training sets are kept.
        rows: one a document, see `Feed`; a signal that a row does not name is missing.
        release: run id of the release that they are from.
        counts: labelled targets by what became of them.
    """
    names = sorted({name for row in rows for name in row})
    ordered = sorted(({name: row.get(name) for name in names} for row in rows), key=lambda row: str(row["doc_id"]))
    digest = digest_of(ordered)
    folder = home / f"{release}-{digest[:12]}"
    if folder.exists():
        return folder
    draft = home / f".{folder.name}"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    table = pa.Table.from_pylist(ordered, schema=_schema(ordered))
    pq.write_table(table, draft / PART, row_group_size=ROW_GROUP)
    record = {"rows": len(ordered), "digest": digest, "release": release, "counts": dict(counts)}
    (draft / RECORD).write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    draft.rename(folder)
    return folder


def read_feed(folder: Path) -> Feed:
    """The training set of a folder, read with pyarrow.

    Raises:
        BadLake: the folder holds none, or other rows than were written.
    """
    record = _record(folder)
    try:
        rows = pq.read_table(folder / PART).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise BadLake(f"{folder / PART} cannot be read ({error}); remove the folder, and it is written anew") from error
    return _reconciled(folder, rows, record)


def read_with_petastorm(folder: Path) -> Feed:
    """The training set of a folder, read with Petastorm, in whose environment this runs: `make petastorm`.

    Raises:
        BadLake: Petastorm gave other rows than were written.
    """
    record = _record(folder)
    rows = [row for batch in _petastorm_batches(folder) for row in _rows_of(batch)]
    return _reconciled(folder, sorted(rows, key=lambda row: str(row["doc_id"])), record)


def digest_of(rows: Sequence[Row]) -> str:
    """SHA-256 of rows in their order, every digit of every number in it."""
    lines = (json.dumps(dict(row), sort_keys=True, ensure_ascii=False) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _petastorm_batches(folder: Path) -> Iterator[Mapping[str, Any]]:
    from petastorm import make_batch_reader

    # Its default pool of threads silently lost the last rows of small sets; `dummy` reads in this thread.
    with make_batch_reader(
        folder.resolve().as_uri(), reader_pool_type="dummy", shuffle_row_groups=False, num_epochs=1
    ) as reader:
        for batch in reader:
            yield batch._asdict()


def _rows_of(batch: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of a batch of numpy arrays, as Python values; nan, which is how a missing number comes, as None."""
    columns = {name: values.tolist() for name, values in batch.items()}
    for row in zip(*columns.values(), strict=True):
        yield {name: None if _is_nan(value) else value for name, value in zip(columns, row, strict=True)}


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _schema(rows: Sequence[Row]) -> pa.Schema:
    """Plain columns alone, which Petastorm reads without a schema of its own."""
    kinds = dict.fromkeys(TEXTS, pa.string())
    names = rows[0] if rows else (*TEXTS, "weight")
    return pa.schema(
        [(name, pa.bool_() if name.startswith(ABSTAINS) else kinds.get(name, pa.float64())) for name in names]
    )


def _record(folder: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadLake(f"{folder} is no training set: its {RECORD} cannot be read ({error})") from error
    return record


def _reconciled(folder: Path, rows: Sequence[Row], record: Mapping[str, Any]) -> Feed:
    """The rows as a feed, once they are as many and the same as were written."""
    if len(rows) != record["rows"]:
        raise BadLake(f"{folder}: {len(rows):,} rows were read, {record['rows']:,} were written; read it again")
    digest = digest_of(rows)
    if digest != record["digest"]:
        raise BadLake(
            f"{folder}: its rows have digest {digest[:12]}, written was {record['digest'][:12]}; "
            "remove the folder, and it is written anew"
        )
    return Feed(tuple(rows), digest, record["release"], record["counts"])
