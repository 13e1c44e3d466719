"""The one door to stored bytes: folders and S3."""

import errno
import os
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from udfs.images.roots import FILE, S3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

CONNECTIONS = 32  # more than the fetch threads of one worker, so that none waits for a socket
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 10, 60, 5
ABSENT = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")
Answer = TypeVar("Answer")


class StoreError(Exception):
    """Bytes that could not be had."""


class Missing(StoreError):
    """There is nothing at that address."""


class Unreadable(StoreError):
    """Something is there, or may be, and cannot be read."""


class Objects(Protocol):
    """Bytes under a root; addresses are whole: real paths or `s3://bucket/key`."""

    def list(self, prefix: str) -> list[tuple[str, int]]:
        """Every object whose address lies under the folder `prefix`, with its size, sorted by address."""
        ...

    def size(self, uri: str) -> int:
        """Bytes of one object."""
        ...

    def read(self, uri: str) -> bytes:
        """All bytes of one object."""
        ...

    def read_range(self, uri: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on."""
        ...

    def write(self, uri: str, content: bytes) -> None:
        """Put one object in place, whole or not at all."""
        ...


def open_objects(root: str) -> Objects:
    """Give the store that serves a folder or an `s3://` prefix; one client per process."""
    return _s3() if root.startswith(S3) else Folder()


class Folder:
    """Files of this machine, or of a mounted one."""

    def list(self, prefix: str) -> list[tuple[str, int]]:
        """Every regular file below a folder, hidden ones left out; nothing where there is no folder."""
        top = Path(prefix.removeprefix(FILE))
        return _reading(lambda: sorted((str(path), path.stat().st_size) for path in _files(top)))

    def size(self, uri: str) -> int:
        """Bytes of one file."""
        return _reading(lambda: _regular(uri).stat().st_size)

    def read(self, uri: str) -> bytes:
        """All bytes of one file."""
        return _reading(lambda: _regular(uri).read_bytes())

    def read_range(self, uri: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on."""

        def part() -> bytes:
            with _regular(uri).open("rb") as file:
                file.seek(start)
                return file.read(length)

        return _reading(part)

    def write(self, uri: str, content: bytes) -> None:
        """Write beside and rename, so that no reader sees half a file."""
        path = Path(uri.removeprefix(FILE))
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
        beside.write_bytes(content)
        beside.replace(path)


def _files(top: Path) -> list[Path]:
    return [path for path in top.rglob("*") if path.is_file() and not path.name.startswith(".")]


def _regular(uri: str) -> Path:
    """The path of a regular file: a pipe or a device would block for ever."""
    path = Path(uri.removeprefix(FILE))
    if path.exists() and not path.is_file():
        raise Unreadable("not a regular file")
    return path


def _reading(read: Callable[[], Answer]) -> Answer:
    try:
        return read()
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, type(error).__name__)
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            raise Missing(name) from error
        raise Unreadable(name) from error


class Bucket:
    """Objects of an S3-compatible store, through one client with adaptive retries and kept connections."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def list(self, prefix: str) -> list[tuple[str, int]]:
        """Every object below a prefix, sorted by address."""
        bucket, key = _parts(prefix)
        start = f"{key.rstrip('/')}/" if key else ""

        def pages() -> list[tuple[str, int]]:
            found = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start)
            return sorted(
                (f"{S3}{bucket}/{item['Key']}", item["Size"]) for p in found for item in p.get("Contents", ())
            )

        return _asking(pages)

    def size(self, uri: str) -> int:
        """Bytes of one object."""
        bucket, key = _parts(uri)
        return _asking(lambda: self._client.head_object(Bucket=bucket, Key=key)["ContentLength"])

    def read(self, uri: str) -> bytes:
        """All bytes of one object."""
        bucket, key = _parts(uri)
        return _asking(lambda: _body(self._client.get_object(Bucket=bucket, Key=key)))

    def read_range(self, uri: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on."""
        bucket, key = _parts(uri)
        if length <= 0:
            return b""
        wanted = f"bytes={start}-{start + length - 1}"
        return _asking(lambda: _body(self._client.get_object(Bucket=bucket, Key=key, Range=wanted)))

    def write(self, uri: str, content: bytes) -> None:
        """Put one object."""
        bucket, key = _parts(uri)
        _asking(lambda: self._client.put_object(Bucket=bucket, Key=key, Body=content))


def _body(answer: "GetObjectOutputTypeDef") -> bytes:
    """Read inside the guarded call: a connection may also break while the body comes."""
    return answer["Body"].read()


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix(S3).partition("/")
    return bucket, key


@cache
def _s3() -> Bucket:
    import boto3  # costs 0.2 s, which a lake on a local disk need not pay
    from botocore.config import Config

    config = Config(
        retries={"mode": "adaptive", "max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
    )
    return Bucket(boto3.client("s3", config=config))


def _asking(ask: Callable[[], Answer]) -> Answer:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return ask()
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        raise (Missing if code in ABSENT else Unreadable)(code) from error
    except (BotoCoreError, OSError) as error:
        raise Unreadable(type(error).__name__) from error
