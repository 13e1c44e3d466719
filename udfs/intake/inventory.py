"""Reads a list of a store's objects, as object stores export it nightly, in place of listing the store."""

import csv
import gzip
import io
import posixpath
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from urllib.parse import unquote_plus

import pyarrow as pa
import pyarrow.parquet as pq

from conf.errors import BadLake
from udfs.images.roots import FILE, S3

KEYS = ("uri", "key", "name", "path")  # columns that may hold an object's address, the first that is there
FLAGS = {"islatest": "false", "isdeletemarker": "true"}  # a row that says so, with _ or not, is no object any more
ENTRIES = 100_000  # rows of Parquet looked at together
Entry = dict[str, str]


def listed_objects(uri: str, content: bytes, lake: str) -> Iterator[str]:
    """Whole addresses of the objects that an inventory lists.

    CSV (gzipped or not) or Parquet, with a column `uri`, `key`, `name` or `path`, and `bucket` where a key needs one;
    also CSV without a header whose first columns are bucket and key, as S3 writes it, keys quoted as in a URL. Rows of
    versions that are gone are left out, and empty ones. A key begins at its bucket's root; where the lake is a folder,
    or the column is `path`, at the lake, and `./a//b` is `a/b`.

    Raises:
        BadLake: it is none of these.
    """
    for entry in _entries(uri, content, lake):
        if any(entry.get(flag, "").strip().lower() == gone for flag, gone in FLAGS.items()):
            continue
        name = next((name for name in KEYS if entry.get(name)), None)
        if name is not None:
            yield _whole(entry[name], entry.get("bucket"), lake, from_lake=name == "path")


def _entries(uri: str, content: bytes, lake: str) -> Iterator[Entry]:
    lower = uri.lower()
    try:
        if lower.endswith(".parquet"):
            yield from _parquet(content)
        elif lower.endswith((".csv", ".csv.gz")):
            yield from _csv(gzip.decompress(content) if lower.endswith(".gz") else content, lake)
        else:
            raise ValueError("its name ends in none of .parquet, .csv, .csv.gz")
    except (ValueError, OSError, EOFError, zlib.error, csv.Error, pa.ArrowException) as error:
        raise BadLake(
            f"{uri}: cannot be read as an inventory: {error}. It lists objects in CSV or Parquet, with a column "
            f"{', '.join(KEYS)}, or as S3 writes it; without places.inventory the lake is listed instead"
        ) from error


def _parquet(content: bytes) -> Iterator[Entry]:
    file = pq.ParquetFile(io.BytesIO(content))
    wanted = {name: _plain(name) for name in file.schema_arrow.names if _is_wanted(_plain(name))}
    _refuse_nameless(wanted.values(), file.schema_arrow.names)
    for batch in file.iter_batches(ENTRIES, columns=list(wanted)):
        for row in batch.to_pylist():
            yield {wanted[name]: "" if value is None else str(value) for name, value in row.items()}


def _csv(content: bytes, lake: str) -> Iterator[Entry]:
    cells = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    rows = (row for row in cells if any(cell.strip() for cell in row))
    first = next(rows, None)
    if first is None:
        return
    if len(first) > 1 and lake.startswith(S3) and first[0] == lake.removeprefix(S3).split("/")[0]:
        yield from map(_written_by_s3, chain([first], rows))
        return
    names = [_plain(name) for name in first]
    _refuse_nameless(names, first)
    for row in rows:
        yield {name: cell for name, cell in zip(names, row, strict=False) if _is_wanted(name)}


def _written_by_s3(row: list[str]) -> Entry:
    """Bucket and key come first; where all versions are listed, a version's id, is_latest and is_delete_marker next."""
    if len(row) < 2:
        raise ValueError(f"a row is {row[0]!r} alone, without a key")
    flags = [cell.strip().lower() for cell in row[3:5]]
    told = zip(FLAGS, flags, strict=True) if len(flags) == len(FLAGS) and {*flags} <= {"true", "false"} else ()
    return {"bucket": row[0], "key": unquote_plus(row[1]), **dict(told)}


def _plain(name: str) -> str:
    """A column's name as it is known here, whoever wrote it: IsLatest, is_latest."""
    return name.strip().lower().replace("_", "")


def _is_wanted(name: str) -> bool:
    return name in (*KEYS, "bucket", *FLAGS)


def _refuse_nameless(names: Iterable[str], found: Iterable[str]) -> None:
    if not set(names) & set(KEYS):
        raise ValueError(f"no column {', '.join(KEYS)}; it has {', '.join(found)}")


def _whole(key: str, bucket: str | None, lake: str, *, from_lake: bool) -> str:
    key = key.removeprefix(FILE)
    if "://" in key:
        return key
    if lake.startswith(S3) and not from_lake:
        return f"{S3}{bucket or lake.removeprefix(S3).split('/')[0]}/{key.removeprefix('/')}"
    below = posixpath.normpath(key.lstrip("/") if lake.startswith(S3) else key)
    return below if below.startswith("/") else f"{lake.removeprefix(FILE)}/{below}"
