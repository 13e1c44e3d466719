"""Where a lease is written: one small text that is changed only by who has seen what stands there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from conf.places import S3
from jobs.object_store import ensure_proven, telling
from udfs.images.objects import open_bucket
from udfs.images.store_errors import Missing

LEASE = "lease.json"
TRIES = 5  # of a write that was refused although nobody else wrote


class Slot(Protocol):
    """One text, with a tag of its version; no text is an empty slot."""

    def prepare(self) -> None:
        """Make sure that the slot can be written, and that of many writers one wins."""
        ...

    def read(self) -> tuple[str, str | None]:
        """The text that stands there, and its tag, null where nothing was ever written."""
        ...

    def put(self, text: str, tag: str | None) -> bool:
        """Put a text over the version with that tag; false where another version stands there."""
        ...


def slot_of(place: str) -> Slot:
    """The slot of a folder of tables, or of an s3:// prefix."""
    return ObjectSlot(place) if place.startswith(S3) else FileSlot(Path(place))


class FileSlot:
    """A file; nobody else of this host looks at it while one does."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LEASE

    def prepare(self) -> None:
        """Make the folder."""
        self._path.parent.mkdir(parents=True, exist_ok=True)

    def read(self) -> tuple[str, str | None]:
        """The file's text, which is its own tag."""
        try:
            text = self._path.read_text()
        except FileNotFoundError:
            return "", None
        return text, text

    def put(self, text: str, tag: str | None) -> bool:
        """Write beside and rename; an empty text removes the file."""
        with self._alone():
            if self.read()[1] != tag:
                return False
            if not text:
                self._path.unlink(missing_ok=True)
                return True
            draft = self._path.with_name(f"lease.{os.getpid()}")
            draft.write_text(text)
            draft.replace(self._path)
            return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Compare and set: no other process of this host looks at the lease meanwhile."""
        with self._path.with_name("lease.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class ObjectSlot:
    """An object; the store itself refuses who has not seen its newest version."""

    def __init__(self, prefix: str) -> None:
        self._place = prefix
        self._uri = f"{prefix}/{LEASE}"

    def prepare(self) -> None:
        """Let the store prove, once, that it enforces conditional writes."""
        ensure_proven(self._place)

    def read(self) -> tuple[str, str | None]:
        """The object's text and tag."""
        with telling(self._uri):
            try:
                content, tag = open_bucket().read_tagged(self._uri)
            except Missing as missing:
                if "Bucket" in str(missing):
                    raise
                return "", None
        return content.decode(), tag

    def put(self, text: str, tag: str | None) -> bool:
        """One conditional write; where it is refused, what stands there tells who came first: we, another, or nobody.

        The store repeats what it heard no answer to, and is then refused by its own first try; and a store that was
        busy with the object may refuse whoever asks.
        """
        for _ in range(TRIES):
            with telling(self._uri):
                written = open_bucket().write_over(self._uri, text.encode(), tag)
            stands, now = (text, None) if written is not None else self.read()
            if text == stands:
                return True
            if now != tag:
                return False
        return False
