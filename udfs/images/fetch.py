"""A fetch pool: bytes of addresses, in order, ahead of who decodes them, bounded by bytes."""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from conf.errors import StoreAway
from conf.settings import WorkerSettings
from udfs.images.objects import open_objects
from udfs.images.packs import read_packed
from udfs.images.pages import read_page, split_page
from udfs.images.refusals import Refused
from udfs.images.roots import resolve
from udfs.images.store_errors import Missing, NoAnswer, StoreError, TooLarge, refuse_larger

AHEAD = 2  # files asked for per thread, so that a thread never waits for the consumer


@dataclass(frozen=True)
class Source:
    """Where bytes may come from, and how many one file may have."""

    lake: str
    roots: tuple[str, ...]
    max_bytes: int


@dataclass(frozen=True)
class Fetched:
    """One address: its bytes, or why there are none.

    Attributes:
        uri: the address.
        content: its bytes.
        sha256: of them; of a page that was rendered, the name of its content.
        refused: why there are no bytes.
        rendered: whether they were drawn from a page, not stored.
        whole: of a page, the SHA-256 of its file.
    """

    uri: str
    content: bytes
    sha256: str
    refused: Refused | None = None
    rendered: bool = False
    whole: str | None = None


def fetch(uri: str, source: Source) -> Fetched:
    """Fetch one address; a refusal is an answer, never an exception.

    Raises:
        StoreAway: the store gives no answer, which is no document's fault.
    """
    file, number = split_page(uri)
    try:
        content = _read(file, source)
        if number is not None:
            page = read_page(content, number, source.max_bytes)
            whole = hashlib.sha256(content).hexdigest()
            return Fetched(uri, page.content, page.sha256, rendered=page.rendered, whole=whole)
    except Refused as refused:
        return Fetched(uri, b"", "", refused)
    except TooLarge as error:
        return Fetched(uri, b"", "", Refused("too_large", str(error)))
    except NoAnswer as error:
        raise StoreAway(
            f"{uri}: its store gives no answer ({error}). Is it up, its folder mounted, and the key valid? "
            "Then try again: no document is refused for that, and what was committed stays"
        ) from error
    except StoreError as error:
        reason = "missing" if isinstance(error, Missing) else "unreadable"
        return Fetched(uri, b"", "", Refused(reason, str(error)))
    return Fetched(uri, content, hashlib.sha256(content).hexdigest())


def _read(uri: str, source: Source) -> bytes:
    address = resolve(uri, source.lake, source.roots)
    if address.key is not None:
        content = read_packed(address.place, address.key)
        refuse_larger(len(content), source.max_bytes)
        return content
    return open_objects(address.place).read(address.place, source.max_bytes)


def fetch_all(uris: Iterable[str], source: Source, worker: WorkerSettings) -> Iterator[Fetched]:
    """Fetch addresses on threads and give them in order, holding about `queue_bytes` at most."""
    waiting: deque[Future[Fetched]] = deque()
    remaining = iter(uris)
    with ThreadPoolExecutor(worker.fetch_threads, thread_name_prefix="fetch") as pool:
        while True:
            while len(waiting) < AHEAD * worker.fetch_threads and _held(waiting) < worker.queue_bytes:
                uri = next(remaining, None)
                if uri is None:
                    break
                waiting.append(pool.submit(fetch, uri, source))
            if not waiting:
                return
            yield waiting.popleft().result()


def _held(waiting: Iterable[Future[Fetched]]) -> int:
    return sum(len(future.result().content) for future in waiting if future.done())
