"""What every store of bytes holds, and can do."""

from typing import NamedTuple, Protocol


class Stored(NamedTuple):
    """An object, unread: its address, its size in bytes, and a mark that other bytes at that address do not have."""

    uri: str
    bytes: int
    mark: str


class Objects(Protocol):
    """Bytes under a root; addresses are whole: real paths or `s3://bucket/key`."""

    def list(self, prefix: str) -> list[Stored]:
        """Every object whose address lies under the folder `prefix`, sorted by address."""
        ...

    def find(self, uri: str) -> Stored:
        """One object."""
        ...

    def read(self, uri: str, most: int | None = None) -> bytes:
        """All bytes of one object, if it has at most so many."""
        ...

    def read_range(self, uri: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on."""
        ...

    def write(self, uri: str, content: bytes) -> None:
        """Put one object in place, whole or not at all."""
        ...
