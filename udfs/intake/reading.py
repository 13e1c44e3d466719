"""Runs on workers: names of input files in, typed rows out."""

import hashlib
from collections.abc import Callable, Iterator

import pyarrow as pa

from conf.errors import BadManifest, StoreAway
from conf.settings import IngestSettings
from udfs.images.fetch import Source
from udfs.images.objects import open_objects
from udfs.images.refusals import Refused
from udfs.images.roots import resolve
from udfs.images.store_errors import Missing, NoAnswer, Unreadable
from udfs.intake.contract import typed_batches

Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def intake_batches(folder: str, source: Source, ingest: IngestSettings) -> Batches:
    """Batches with `uri` and `sha256` of input files in, their rows as `row_schema(folder)` out.

    Raises:
        BadManifest: a file is not the one that the night froze, or cannot be read.
    """

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            names = zip(batch.column("uri").to_pylist(), batch.column("sha256").to_pylist(), strict=True)
            for rows in typed_batches(folder, ((uri, digest, _frozen(uri, digest)) for uri, digest in names), ingest):
                yield _placed(rows, source) if folder == "manifests" else rows

    return read


def _frozen(uri: str, digest: str) -> bytes:
    """A file's bytes, if they are still those that the night began with."""
    try:
        content = open_objects(uri).read(uri)
    except Missing as error:
        raise BadManifest(f"{uri}: the night took it in, and now it is gone. Put it back and resume") from error
    except Unreadable as error:
        if isinstance(error, NoAnswer):
            raise StoreAway(f"{uri}: cannot be read now ({error}). Try again: what was committed stays") from error
        raise BadManifest(
            f"{uri}: the night took it in, and now it may not be read ({error}). Mend that and resume"
        ) from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise BadManifest(
            f"{uri}: was changed after the night took it in. Put the first file back and resume, "
            "or begin the night anew with --again, which takes the file as it is now."
        )
    return content


def _placed(rows: pa.RecordBatch, source: Source) -> pa.RecordBatch:
    """Manifest rows, those refused whose address leads outside the allowed roots."""
    reasons, details = rows.column("_reason").to_pylist(), rows.column("_detail").to_pylist()
    for position, uri in enumerate(rows.column("uri").to_pylist()):
        if reasons[position] is None:
            try:
                resolve(uri, source.lake, source.roots)
            except Refused as refused:
                reasons[position], details[position] = refused.reason, refused.detail
    kept = rows.set_column(rows.schema.get_field_index("_reason"), "_reason", pa.array(reasons, pa.string()))
    return kept.set_column(rows.schema.get_field_index("_detail"), "_detail", pa.array(details, pa.string()))
