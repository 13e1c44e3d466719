"""Digests of documents whose manifest gives none, or that of the file whose page they are."""

from collections.abc import Callable, Iterator

import pyarrow as pa

from conf.settings import WorkerSettings
from udfs.images.fetch import Fetched, Source, fetch_all

HASH_DDL = "uri string, sha256 string, whole string, bytes bigint, reason string, detail string"
HASH_SCHEMA = pa.schema(
    [("uri", pa.string()), ("sha256", pa.string()), ("whole", pa.string()), ("bytes", pa.int64()),
     ("reason", pa.string()), ("detail", pa.string())]
)  # fmt: skip
Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def hash_batches(source: Source, worker: WorkerSettings) -> Batches:
    """Runs on workers: batches with a column `uri` in, one row of `HASH_DDL` each out, in order."""

    def digest(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows = [_row(got) for got in fetch_all(batch.column("uri").to_pylist(), source, worker)]
            yield pa.RecordBatch.from_pylist(rows, HASH_SCHEMA)

    return digest


def digest_of(uri: str, source: Source) -> tuple[str, int]:
    """SHA-256 and length of one address.

    Raises:
        Refused: its bytes cannot be had.
    """
    got = next(fetch_all([uri], source, WorkerSettings(fetch_threads=1)))
    if got.refused is not None:
        raise got.refused
    return got.sha256, len(got.content)


def _row(got: Fetched) -> dict[str, str | int | None]:
    if got.refused is not None:
        return {"uri": got.uri, "reason": got.refused.reason, "detail": got.refused.detail}
    if not got.content:
        return {"uri": got.uri, "reason": "empty", "detail": "no bytes"}
    return {"uri": got.uri, "sha256": got.sha256, "whole": got.whole, "bytes": len(got.content)}
