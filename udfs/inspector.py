"""The inspector: batches of documents in, batches of observations out; the worker's first entry."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

import cv2
import pandas as pd
import pyarrow as pa
import torch

from conf.errors import BadModel
from udfs.answers import ANSWER_DDL, ANSWER_SCHEMA, Batches, answer_batch
from udfs.deadline import no_longer_than
from udfs.images.decode import Decoder, open_decoder
from udfs.images.fetch import Fetched, Source, fetch, fetch_all
from udfs.images.guard import guard
from udfs.images.objects import patience
from udfs.images.refusals import Refused
from udfs.isolation import inspect_isolated
from udfs.nets.opening import Nets, open_nets
from udfs.observing.look import Look, Opened
from udfs.observing.order import look_at_all
from udfs.parts import inspector_fingerprint, part_fingerprints
from udfs.reading.text import open_text_reader
from udfs.task import InspectTask

__all__ = ["ANSWER_DDL", "ANSWER_SCHEMA", "InspectTask", "inspect_batches", "inspect_frames", "open_inspector"]

Answer = Mapping[str, object]
Frames = Callable[[Iterator[pd.DataFrame]], Iterator[pd.DataFrame]]


@dataclass(frozen=True)
class _Wanted:
    """One fetched document: the digest that was asked for, and what came."""

    sha256: str | None
    got: Fetched


@dataclass(frozen=True)
class Inspector:
    """All that a worker keeps: the parts, and how bytes become pixels."""

    task: InspectTask
    opened: Opened
    fingerprint: str
    decode: Decoder

    def look(self, wanted: _Wanted) -> Look | Refused:
        """Guard and decode one document; its errors are answers."""
        began = time.perf_counter()
        try:
            look = self._decoded(wanted)
        except Refused as refused:
            return refused
        look.seconds["decode"] = time.perf_counter() - began
        return look

    def _decoded(self, wanted: _Wanted) -> Look:
        got = wanted.got
        if got.refused is not None:
            raise got.refused
        if got.content and wanted.sha256 not in (None, "", got.sha256):
            raise Refused("digest_mismatch", f"the bytes have digest {got.sha256[:12]}")
        header = guard(got.content, self.task.settings.limits)
        try:
            image = self.decode(got.content, header)
        except cv2.error as error:
            raise Refused("undecodable", f"OpenCV error {error.code}") from error
        return Look(got.sha256, got.content, header, image, rendered=got.rendered)

    def answers(self, batch: Iterable[tuple[_Wanted, Look | Refused]]) -> list[Answer]:
        """Let every part look, and give one row per document in order."""
        pairs = list(batch)
        look_at_all([seen for _, seen in pairs if isinstance(seen, Look)], self.opened)
        return [self._row(wanted.sha256 or wanted.got.sha256 or None, seen) for wanted, seen in pairs]

    def _row(self, sha256: str | None, seen: Look | Refused) -> Answer:
        seen = seen if isinstance(seen, Refused) else seen.refused or seen
        row: dict[str, object] = {"sha256": sha256, "inspector": self.fingerprint}
        if isinstance(seen, Refused):
            return row | {"status": "rejected", "reason": seen.reason, "detail": seen.detail}
        return row | {
            "status": "seen",
            "parts": self.opened.fingerprints,
            "skipped": seen.skipped,
            "fields": seen.fields,
            "vectors": seen.vectors,
            "plate": seen.plate,
            "seconds": seen.seconds,
            **seen.parts,
        }


def inspect_batches(task: InspectTask) -> Batches:
    """Runs on workers: batches with `sha256` and `uri` in, one row of `ANSWER_DDL` per document out, in order.

    A document's row does not depend on its neighbours, on the batches it came in, or on `task.worker`.
    """
    if task.worker.isolation == "child":
        return inspect_isolated(task)

    def inspect(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        inspector = open_inspector(task)
        seen = _decoded_ahead(inspector, _fetched(task, batches))
        budget = task.worker.deadline_seconds * task.worker.batch + patience((task.lake, *task.roots))
        while True:
            with no_longer_than(budget):
                batch = list(islice(seen, task.worker.batch))
                rows = answer_batch(inspector.answers(batch)) if batch else None
            if rows is None:
                return
            yield rows

    return inspect


def inspect_one(task: InspectTask, sha256: str | None, uri: str, fetched: Callable[[], None]) -> pa.RecordBatch:
    """One document's row of `ANSWER_DDL`, looked at in this thread; `fetched` is called when its bytes are there."""
    inspector = open_inspector(task)
    wanted = _Wanted(sha256, fetch(uri, source_of(task)))
    fetched()
    return answer_batch(inspector.answers([(wanted, inspector.look(wanted))]))


def inspect_frames(task: InspectTask) -> Frames:
    """The same generator for an iterator `pandas_udf`: frames in, frames out."""
    inspect = inspect_batches(task)

    def run(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        batches = (pa.RecordBatch.from_pandas(frame[["sha256", "uri"]], preserve_index=False) for frame in frames)
        return (batch.to_pandas(maps_as_pydicts="strict") for batch in inspect(batches))

    return run


def source_of(task: InspectTask) -> Source:
    """Where the task's documents may come from."""
    return Source(task.lake, task.roots, task.settings.limits.max_bytes)


def _fetched(task: InspectTask, batches: Iterable[pa.RecordBatch]) -> Iterator[_Wanted]:
    """Fetch ahead of who decodes, across the borders of batches."""
    digests: deque[str | None] = deque()

    def uris() -> Iterator[str]:
        for batch in batches:
            digests.extend(batch.column("sha256").to_pylist())
            yield from (uri or "" for uri in batch.column("uri").to_pylist())

    for got in fetch_all(uris(), source_of(task), task.worker):
        yield _Wanted(digests.popleft(), got)


def _decoded_ahead(inspector: Inspector, fetched: Iterator[_Wanted]) -> Iterator[tuple[_Wanted, Look | Refused]]:
    """Decode on threads, in order, one picture per thread ahead."""
    waiting: deque[tuple[_Wanted, Future[Look | Refused]]] = deque()
    threads = inspector.task.worker.decode_threads
    with ThreadPoolExecutor(threads, thread_name_prefix="decode") as pool:
        for wanted in fetched:
            waiting.append((wanted, pool.submit(inspector.look, wanted)))
            if len(waiting) > threads:
                first, future = waiting.popleft()
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()


@lru_cache(maxsize=1)
def open_inspector(task: InspectTask) -> Inspector:
    """Open nets and reader once in a worker process; the task is the key.

    Raises:
        BadModel: the weights are not those that the task names.
    """
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    nets = _nets(task)
    fingerprints = part_fingerprints(task)
    opened = Opened(task.settings, nets, open_text_reader(task.settings.reading), fingerprints)
    return Inspector(task, opened, inspector_fingerprint(task), open_decoder())


def _nets(task: InspectTask) -> Nets:
    nets = open_nets(Path(task.weights), device_name(task))
    if nets.digest != task.weights_digest:
        raise BadModel(
            f"{task.weights} has digest {nets.digest[:12]}, the task names {task.weights_digest[:12]}: "
            "the model was swapped since the run began; resume with the model that it began with"
        )
    return nets


def device_name(task: InspectTask) -> str:
    """The device that nets run on: what the settings name, else CUDA where torch sees one."""
    device = task.worker.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return device if device == "cpu" or task.gpu is None else f"{device}:{task.gpu}"
