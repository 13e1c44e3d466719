"""Each document in a limited child process, so that a crash, a hang or a glutton takes only itself."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from conf.errors import StoreAway
from udfs.answers import Batches, answer_batch
from udfs.images.limited import SECONDS
from udfs.images.objects import patience
from udfs.memory_limit import OUT_OF_MEMORY
from udfs.parts import inspector_fingerprint
from udfs.task import InspectTask

TRIES = 2  # a death that does not repeat is not the document's fault
OPENING_SECONDS = 300.0  # a cold disk takes its time to load the nets
LENGTH = 8  # bytes of a message's length
READY, FETCHED = b"ready", b"fetched"
READERS_SECONDS = 2 * SECONDS["page"]  # of a page's own reader, which is part of fetching it
DEVICE_FAILED = 78  # exit code of a child whose GPU failed, or had no memory left
STORE_AWAY = 79  # of one whose store gave no answer
CHILD = "udfs.isolated_child"


class ChildDied(Exception):
    """The child gave no answer; `reason` is `crash`, `timeout` or `memory`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


class CannotStart(RuntimeError):
    """The child does not work, whatever the document: a fault of the worker or its GPU, not of its input."""


def inspect_isolated(task: InspectTask) -> Batches:
    """Runs on workers: as `inspect_batches`, one document at a time in a child that is replaced when it dies."""

    def inspect(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        keeper = _Keeper(task)
        try:
            for batch in batches:
                for row in batch.select(["sha256", "uri"]).to_pylist():
                    yield keeper.inspect(row["sha256"], row["uri"])
        finally:
            keeper.close()

    return inspect


class _Keeper:
    """Keeps one child alive and decides what its death means."""

    def __init__(self, task: InspectTask) -> None:
        self._task = task
        self._child: Child | None = None
        self._fingerprint = inspector_fingerprint(task)

    def inspect(self, sha256: str | None, uri: str) -> pa.RecordBatch:
        """The row of one document: the child's, or a rejection when it died each time."""
        died = ChildDied("crash", "")
        for _ in range(TRIES):
            if self._child is None:
                self._child = Child(self._task)
            try:
                return self._child.ask({"sha256": sha256, "uri": uri})
            except ChildDied as error:
                died = error
                self.close()
        row = {"sha256": sha256, "status": "rejected", "inspector": self._fingerprint}
        return answer_batch([row | {"reason": died.reason, "detail": died.detail}])

    def close(self) -> None:
        """End the child, if there is one."""
        if self._child is not None:
            self._child.close()
            self._child = None


class Child:
    """One child process: nets open, address space limited, one document at a time over its pipes."""

    def __init__(self, task: InspectTask) -> None:
        # The task is JSON and the answers are Arrow: nothing that is unpickled could run.
        paths = os.pathsep.join([str(Path(__file__).parents[1]), *(path for path in sys.path if path)])
        self._deadline = task.worker.deadline_seconds
        self._away_after = self._deadline + READERS_SECONDS + patience((task.lake, *task.roots))
        self._process = subprocess.Popen(
            [sys.executable, "-m", CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths},
            start_new_session=True,
        )
        try:
            self._send(task.model_dump_json().encode())
            answer = self._receive(OPENING_SECONDS)
        except ChildDied as error:
            self.close()
            raise CannotStart(f"an isolated inspector did not start: {error.reason} {error.detail}") from error
        if answer != READY:
            self.close()
            raise CannotStart("an isolated inspector gave a strange first answer")

    def ask(self, row: dict[str, str | None]) -> pa.RecordBatch:
        """Give one document to the child.

        Raises:
            ChildDied: it crashed, took too long or too much memory.
            StoreAway: the document's bytes did not come.
        """
        self._send(json.dumps(row).encode())
        try:
            self._receive(self._away_after)
        except ChildDied as died:
            if died.reason != "timeout":
                raise
            raise StoreAway(
                f"{row['uri']}: its bytes did not come within {self._away_after:g} s. Is its store up? "
                "Then try again: no document is refused for that, and what was committed stays"
            ) from died
        content = self._receive(self._deadline)
        with pa.ipc.open_stream(content) as reader:
            return reader.read_next_batch()

    def close(self) -> None:
        """End the child at once; it holds nothing that must be written."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, content: bytes) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise ChildDied("crash", "no pipe")
        try:
            pipe.write(len(content).to_bytes(LENGTH) + content)
            pipe.flush()
        except BrokenPipeError:
            raise self._death() from None

    def _receive(self, seconds: float) -> bytes:
        until = time.monotonic() + seconds
        try:
            return self._read(int.from_bytes(self._read(LENGTH, until)), until)
        except TimeoutError:
            raise ChildDied("timeout", f"no answer within {seconds:g} s") from None

    def _read(self, size: int, until: float) -> bytes:
        pipe = self._process.stdout
        if pipe is None:
            raise ChildDied("crash", "no pipe")
        parts = bytearray()
        while len(parts) < size:
            left = until - time.monotonic()
            if left <= 0 or not select.select([pipe], [], [], left)[0]:
                raise TimeoutError
            part = os.read(pipe.fileno(), size - len(parts))
            if not part:
                raise self._death()
            parts += part
        return bytes(parts)

    def _death(self) -> ChildDied:
        """What the exit status says of a child that ended by itself; the kernel's OOM killer sends SIGKILL.

        Raises:
            CannotStart: the GPU failed.
            StoreAway: the store gave no answer.
        """
        code = self._process.wait()
        if code == STORE_AWAY:
            raise StoreAway("a store of images gives no answer; no document is refused for that. Try again")
        if code == DEVICE_FAILED:
            raise CannotStart("an isolated inspector's GPU failed, or has no memory left")
        if code in (OUT_OF_MEMORY, -signal.SIGKILL):
            return ChildDied("memory", "the child ran out of memory")
        how = signal.Signals(-code).name if code < 0 else f"exit {code}"
        return ChildDied("crash", f"the child died: {how}")
