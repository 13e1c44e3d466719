"""Formats whose readers are trusted least, PDF and HEIC: each file in a limited child process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from udfs.images.refusals import Refused
from udfs.memory_limit import OUT_OF_MEMORY

CHILD = "udfs.images.limited_child"
# For one try: a picture takes well under one, and both tries end before the 60 of an isolated document do; an ingest
# waits longer for a file whose every page is drawn.
SECONDS = {"page": 25.0, "heif": 25.0, "describe": 100.0}
CPU_SECONDS = 200  # of all its threads: the end of a child whom nobody waits for any more
MEMORY = 2_000_000_000  # address space that the child may add
AT_ONCE = BoundedSemaphore(2)  # children of one worker: fetching threads are many

Answer = tuple[dict[str, Any], bytes]


def ask_child(content: bytes, *, do: str, **job: object) -> Answer:
    """What the child that does a task says of a file, and the bytes that it gives.

    Raises:
        Refused: as the child found, or `crash`, `timeout`, `memory` where it died each time.
    """
    order = json.dumps(job | {"do": do, "memory": MEMORY, "cpu_seconds": CPU_SECONDS}).encode() + b"\n"
    with AT_ONCE:
        try:
            said, payload = _answer(order + content, SECONDS[do])
        except _Died:  # one that does not repeat is not the file's fault
            said, payload = _answer(order + content, SECONDS[do])
    if "refused" in said:
        raise Refused(*said["refused"])
    return said, payload


class _Died(Refused):
    """The child gave no answer."""


def _answer(asked: bytes, seconds: float) -> Answer:
    """What one child answers."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", CHILD],
            input=asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, check=False,
            env={**os.environ, "PYTHONPATH": _paths()}, start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _Died("timeout", f"no answer within {seconds:g} s") from error
    head, _, payload = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise _death(done.returncode)
    return json.loads(head), payload


def _paths() -> str:
    return os.pathsep.join([str(Path(__file__).parents[2]), *(path for path in sys.path if path)])


def _death(code: int) -> _Died:
    if code in (OUT_OF_MEMORY, -signal.SIGKILL):
        return _Died("memory", "its reader ran out of memory")
    if code == -signal.SIGXCPU:
        return _Died("timeout", f"no answer within {CPU_SECONDS} s of computing")
    how = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return _Died("crash", f"its reader died: {how}")
