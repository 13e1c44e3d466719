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
SECONDS = 60.0  # for one file: a page is rendered in well under one
MEMORY = 2_000_000_000  # address space that the child may add
AT_ONCE = BoundedSemaphore(2)  # children of one worker: fetching threads are many

Answer = tuple[dict[str, Any], bytes]


def ask_child(content: bytes, **job: object) -> Answer:
    """What the child says of a file, and the bytes that it gives.

    Raises:
        Refused: as the child found, or `crash`, `timeout`, `memory`.
    """
    order = json.dumps(job | {"memory": MEMORY}).encode() + b"\n"
    with AT_ONCE:
        try:
            done = subprocess.run(
                [sys.executable, "-m", CHILD],
                input=order + content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
                env={**os.environ, "PYTHONPATH": _paths()}, start_new_session=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise Refused("timeout", f"no answer within {SECONDS:g} s") from error
    head, _, payload = done.stdout.partition(b"\n")
    if done.returncode or not head:
        raise _death(done.returncode)
    said: dict[str, Any] = json.loads(head)
    if "refused" in said:
        raise Refused(*said["refused"])
    return said, payload


def _paths() -> str:
    return os.pathsep.join([str(Path(__file__).parents[2]), *(path for path in sys.path if path)])


def _death(code: int) -> Refused:
    if code in (OUT_OF_MEMORY, -signal.SIGKILL):
        return Refused("memory", "its reader ran out of memory")
    how = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return Refused("crash", f"its reader died: {how}")
