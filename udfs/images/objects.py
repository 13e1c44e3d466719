"""The one door to stored bytes: folders and S3."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

from udfs.images.folder import Folder
from udfs.images.roots import S3
from udfs.images.store_errors import NoAnswer, StoreError, TooLarge, Unreadable, of_store, refuse_larger
from udfs.images.stored import Objects, Stored

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

CONNECTIONS = 32  # more than the fetch threads of one worker, so that none waits for a socket
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 10, 30, 5
BACKOFF_SECONDS = 20  # that boto3 waits at most between two attempts
ANOTHER_CAME_FIRST = ("412", "PreconditionFailed", "409", "ConditionalRequestConflict", "404", "NoSuchKey")
NO_BOTO3 = "boto3 is not installed"
Answer = TypeVar("Answer")


def open_objects(root: str) -> Objects:
    """Give the store that serves a folder or an `s3://` prefix; one client per process."""
    return open_bucket() if root.startswith(S3) else Folder()


class Bucket:
    """Objects of an S3-compatible store, through one client with adaptive retries and kept connections."""

    def __init__(self, client: "S3Client") -> None:
        self._client = client

    def list(self, prefix: str) -> list[Stored]:
        """Every object below a prefix, sorted by address."""
        bucket, key = _parts(prefix)
        start = f"{key.rstrip('/')}/" if key else ""

        def pages() -> list[Stored]:
            found = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=start)
            items = (item for page in found for item in page.get("Contents", ()))
            return sorted(Stored(f"{S3}{bucket}/{item['Key']}", item["Size"], item["ETag"]) for item in items)

        return _asking(pages)

    def find(self, uri: str) -> Stored:
        """One object."""
        bucket, key = _parts(uri)
        head = _asking(lambda: self._client.head_object(Bucket=bucket, Key=key))
        return Stored(uri, head["ContentLength"], head["ETag"])

    def read(self, uri: str, most: int | None = None) -> bytes:
        """All bytes of one object, if it has at most so many."""
        bucket, key = _parts(uri)

        def whole() -> bytes:
            answer = self._client.get_object(Bucket=bucket, Key=key)
            try:
                refuse_larger(answer["ContentLength"], most)
            except TooLarge:
                answer["Body"].close()
                raise
            return _body(answer)

        return _asking(whole)

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

    def holds(self, prefix: str) -> bool:
        """Whether any object is below a prefix."""
        bucket, key = _parts(prefix)
        start = f"{key.rstrip('/')}/"
        found = _asking(lambda: self._client.list_objects_v2(Bucket=bucket, Prefix=start, MaxKeys=1))
        return found["KeyCount"] > 0

    def read_tagged(self, uri: str) -> tuple[bytes, str]:
        """All bytes of one object, and the tag of that version of it."""
        bucket, key = _parts(uri)

        def both() -> tuple[bytes, str]:
            answer = self._client.get_object(Bucket=bucket, Key=key)
            return _body(answer), answer["ETag"]

        return _asking(both)

    def write_over(self, uri: str, content: bytes, tag: str | None) -> str | None:
        """Put one object over the version with that tag, or where null is given and none is there.

        Returns:
            The tag of what was written; null where another writer came first, or an answer was lost on the way.
        """
        bucket, key = _parts(uri)
        put = partial(self._client.put_object, Bucket=bucket, Key=key, Body=content)
        try:
            return _asking(lambda: put(IfNoneMatch="*") if tag is None else put(IfMatch=tag))["ETag"]
        except StoreError as error:
            if str(error) in ANOTHER_CAME_FIRST:
                return None
            raise

    def delete(self, uri: str) -> None:
        """Remove one object, if it is there."""
        bucket, key = _parts(uri)
        _asking(lambda: self._client.delete_object(Bucket=bucket, Key=key))

    @property
    def endpoint(self) -> tuple[str, str]:
        """Address and region of the store, as the environment and its profile give them."""
        return self._client.meta.endpoint_url, self._client.meta.region_name


def _body(answer: "GetObjectOutputTypeDef") -> bytes:
    """Read inside the guarded call, which asks again where the connection breaks while the body comes."""
    from botocore.exceptions import BotoCoreError, FlexibleChecksumError

    try:
        return answer["Body"].read()
    except FlexibleChecksumError as error:
        raise _Spoilt(Unreadable(type(error).__name__)) from error
    except BotoCoreError as error:
        raise _Spoilt(NoAnswer(type(error).__name__)) from error


def _parts(uri: str) -> tuple[str, str]:
    bucket, _, key = uri.removeprefix(S3).partition("/")
    return bucket, key


@cache
def open_bucket() -> Bucket:
    """The store that serves `s3://`, through one client a process.

    Raises:
        NoAnswer: boto3 is missing, or what the environment says of keys makes no sense.
    """
    try:
        import boto3  # costs 0.2 s, which a lake on a local disk need not pay
        from botocore.config import Config
    except ImportError as error:
        raise NoAnswer(NO_BOTO3) from error
    config = Config(
        retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
        max_pool_connections=CONNECTIONS,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        tcp_keepalive=True,
    )
    try:
        return Bucket(_asking(lambda: boto3.Session().client("s3", config=config)))
    except StoreError as error:
        raise NoAnswer(str(error)) from error


class _Spoilt(Exception):
    """A body did not come as it was stored."""

    def __init__(self, meaning: StoreError) -> None:
        super().__init__(meaning)
        self.meaning = meaning  # where it happens each time


def _asking(ask: Callable[[], Answer]) -> Answer:
    """An answer of the store: the client asks again for one that does not begin, we for one that ends too soon."""
    for _ in range(ATTEMPTS - 1):
        with suppress(_Spoilt):
            return _asked_once(ask)
    try:
        return _asked_once(ask)
    except _Spoilt as spoilt:
        raise spoilt.meaning from spoilt


def _asked_once(ask: Callable[[], Answer]) -> Answer:
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

    try:
        return ask()
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        raise of_store(code, error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) from error
    except (ParamValidationError, ValueError) as error:
        raise Unreadable(type(error).__name__) from error
    except (BotoCoreError, OSError) as error:
        raise NoAnswer(type(error).__name__) from error


def patience(places: Iterable[str]) -> float:
    """Seconds after which the slowest store of some places has answered, or is taken to be away."""
    attempts = ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS + BACKOFF_SECONDS)
    return float(attempts) if any(place.startswith(S3) for place in places) else 0.0
