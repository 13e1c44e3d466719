"""Runs on workers: addresses of PDFs in, one row a page out, so that each page can be a document."""

from collections.abc import Callable, Iterator

import pyarrow as pa

from conf.settings import WorkerSettings
from udfs.images.fetch import Fetched, Source, fetch_all
from udfs.images.pages import page_digests
from udfs.images.refusals import Refused

PAGE_DDL = "uri string, whole string, page int, pages int, sha256 string, reason string, detail string"
PAGE_SCHEMA = pa.schema(
    [("uri", pa.string()), ("whole", pa.string()), ("page", pa.int32()), ("pages", pa.int32()),
     ("sha256", pa.string()), ("reason", pa.string()), ("detail", pa.string())]
)  # fmt: skip
Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
Row = dict[str, str | int | None]


def page_batches(source: Source, worker: WorkerSettings, most: int) -> Batches:
    """Batches with a column `uri` in, rows of `PAGE_DDL` out: one a page, or one without a page and with a reason."""

    def paged(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for got in fetch_all(batch.column("uri").to_pylist(), source, worker):
                yield pa.RecordBatch.from_pylist(_rows(got, most), PAGE_SCHEMA)

    return paged


def _rows(got: Fetched, most: int) -> list[Row]:
    try:
        if got.refused is not None:
            raise got.refused
        digests = page_digests(got.content, most)
    except Refused as refused:
        return [{"uri": got.uri, "reason": refused.reason, "detail": refused.detail}]
    return [
        {"uri": got.uri, "whole": got.sha256, "page": number, "pages": len(digests), "sha256": digest}
        for number, digest in enumerate(digests, start=1)
    ]
