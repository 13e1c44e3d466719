"""Bytes of folders: those of this machine, and mounted ones."""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from udfs.images.roots import FILE
from udfs.images.store_errors import Unreadable, of_system, refuse_larger
from udfs.images.stored import Stored

NO_LONGER = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)  # moved away while its folder is listed, or a link to itself
Answer = TypeVar("Answer")


class Folder:
    """Files of this machine, or of a mounted one."""

    def list(self, prefix: str) -> list[Stored]:
        """Every regular file below a folder, hidden ones left out; nothing where there is no folder."""
        top = Path(prefix.removeprefix(FILE))
        return _reading(prefix, lambda: sorted(_files(top)) if top.is_dir() else [])

    def find(self, uri: str) -> Stored:
        """One file."""
        return _reading(uri, lambda: _stored(uri, _regular(uri)))

    def read(self, uri: str, most: int | None = None) -> bytes:
        """All bytes of one file, if it has at most so many."""

        def whole() -> bytes:
            path = _regular(uri)
            refuse_larger(path.stat().st_size, most)
            return path.read_bytes()

        return _reading(uri, whole)

    def read_range(self, uri: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on."""

        def part() -> bytes:
            with _regular(uri).open("rb") as file:
                file.seek(start)
                return file.read(length)

        return _reading(uri, part)

    def write(self, uri: str, content: bytes) -> None:
        """Write beside and rename, so that no reader sees half a file."""
        path = Path(uri.removeprefix(FILE))
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        beside.write_bytes(content)
        beside.replace(path)


def _stored(uri: str, path: Path) -> Stored:
    """A file; its mark is the time of its last change, in nanoseconds."""
    found = path.stat()
    return Stored(uri, found.st_size, str(found.st_mtime_ns))


def _files(folder: Path, above: tuple[os.stat_result, ...] = ()) -> Iterator[Stored]:
    """Regular files below a folder, through links too, but for what is hidden or moved away meanwhile.

    A folder that lies in itself, as a link back makes it, is entered once.
    """
    here = folder.stat()
    if any(os.path.samestat(here, other) for other in above):
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir():
                    yield from _files(Path(entry.path), (*above, here))
                elif entry.is_file():
                    yield _stored(entry.path, Path(entry.path))
            except OSError as error:
                if error.errno not in NO_LONGER:
                    raise


def _regular(uri: str) -> Path:
    """The path of a regular file: a pipe or a device would block for ever."""
    path = Path(uri.removeprefix(FILE))
    if path.exists() and not path.is_file():
        raise Unreadable("not a regular file")
    return path


def _reading(uri: str, read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except OSError as error:
        raise of_system(error, Path(uri.removeprefix(FILE)).parent) from error
