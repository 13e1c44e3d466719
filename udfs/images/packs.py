"""Images packed in Parquet: columns `key` and `bytes`, read one row group at a time."""

import io
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pt

from udfs.images.objects import open_objects
from udfs.images.store_errors import Missing, StoreError, Unreadable
from udfs.images.stored import Objects

OPEN_PACKS = 16
UNREADABLE = (pa.ArrowException, OSError, ValueError, LookupError, TypeError, OverflowError)  # all that damage raises
BINARY = (pt.is_binary, pt.is_large_binary, pt.is_fixed_size_binary)
NAMING = (pt.is_string, pt.is_large_string, pt.is_integer, pt.is_decimal, pt.is_null)
KEPT_BYTES = 1 << 28  # of a process's row groups: slices are sorted by address, and a pack's rows by anything


class RangeFile(io.RawIOBase):
    """A stored object as a seekable file: only the ranges that are asked for travel."""

    def __init__(self, objects: Objects, uri: str) -> None:
        self._objects, self._uri = objects, uri
        self._size, self._at = objects.find(uri).bytes, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, as files do."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = start + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        """The next bytes; all that remain for -1."""
        left = max(0, self._size - self._at)
        content = self._objects.read_range(self._uri, self._at, left if size < 0 else min(size, left))
        self._at += len(content)
        return content


class Groups:
    """Row groups that were read last, within a number of bytes; the newest is kept however large it is."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int], pa.ChunkedArray] = OrderedDict()

    def get(self, place: str, group: int, read: Callable[[], pa.ChunkedArray]) -> pa.ChunkedArray:
        """A row group of a pack, read where it is not kept; one at a time, so that none is read twice."""
        with self._lock:
            if (place, group) not in self._kept:
                self._kept[place, group] = read()
            self._kept.move_to_end((place, group))
            while len(self._kept) > 1 and sum(kept.nbytes for kept in self._kept.values()) > self._most:
                self._kept.popitem(last=False)
            return self._kept[place, group]


GROUPS = Groups(KEPT_BYTES)


class Pack:
    """One packed file: its index is read once, row groups when a key of theirs is wanted."""

    def __init__(self, place: str) -> None:
        self._place = place
        try:
            self._file = pq.ParquetFile(pa.PythonFile(RangeFile(open_objects(place), place), mode="r"))
            _refuse_misshapen(self._file.schema_arrow)
            self._index = _index(self._file)
        except UNREADABLE as error:
            raise Unreadable(f"packed file: {type(error).__name__}") from error

    def read(self, key: str) -> bytes:
        """The bytes of one key.

        Raises:
            Missing: the pack has no such key.
            Unreadable: its row group cannot be read.
        """
        where = self._index.get(key)
        if where is None:
            raise Missing("no such key in the packed file")
        group, row = where
        content = GROUPS.get(self._place, group, lambda: self._images(group))[row].as_py()
        return bytes(content) if content is not None else b""

    def _images(self, group: int) -> pa.ChunkedArray:
        try:
            return self._file.read_row_group(group, columns=["bytes"]).column("bytes")
        except UNREADABLE as error:
            raise Unreadable(f"packed file: {type(error).__name__}") from error


def _refuse_misshapen(schema: pa.Schema) -> None:
    """Refuse a pack without its two columns, or whose images are no bytes."""
    for name in ("key", "bytes"):
        if len(schema.get_all_field_indices(name)) != 1:
            raise Unreadable(f"packed file: {'two columns' if name in schema.names else 'no column'} {name}")
    if not _is_any(schema.field("bytes").type, BINARY):
        raise Unreadable(f"packed file: column bytes is {schema.field('bytes').type}, wanted binary")
    found = schema.field("key").type
    if not (_is_any(found, BINARY + NAMING) or isinstance(found, pa.UuidType)):
        raise Unreadable(f"packed file: column key is {found}, wanted text, bytes of it, or integers")


def _is_any(kind: pa.DataType, tests: tuple[Callable[[pa.DataType], bool], ...]) -> bool:
    inner = kind.value_type if pt.is_dictionary(kind) else kind
    return any(test(inner) for test in tests)


def _index(file: pq.ParquetFile) -> dict[str, tuple[int, int]]:
    """Row group and row of each key; of equal keys the first stands."""
    index: dict[str, tuple[int, int]] = {}
    for group in range(file.num_row_groups):
        for row, key in enumerate(file.read_row_group(group, columns=["key"]).column("key").to_pylist()):
            if key is not None:
                index.setdefault(_name(key), (group, row))
    return index


def _name(key: object) -> str:
    """A key as addresses name it; Spark's binary columns hold texts too."""
    if not isinstance(key, bytes):
        return str(key)
    try:
        return key.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("packed file: column key holds bytes that are no UTF-8") from error


@lru_cache(maxsize=OPEN_PACKS)
def open_pack(place: str) -> Pack:
    """Open a packed file once per process."""
    return Pack(place)


def read_packed(place: str, key: str) -> bytes:
    """The bytes of a key of a packed file.

    Raises:
        StoreError: the file or the key is missing, or cannot be read.
    """
    try:
        return open_pack(place).read(key)
    except StoreError:
        raise
    except UNREADABLE as error:
        raise Unreadable(f"packed file: {type(error).__name__}") from error
