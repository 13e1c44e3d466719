"""The child of `udfs.isolation`: reads a task, then documents, from stdin, and answers each on stdout."""

import json
import os
import sys
from collections.abc import Callable
from typing import BinaryIO

import pyarrow as pa

from conf.errors import StoreAway
from udfs.inspector import device_name, inspect_one, open_inspector
from udfs.isolation import DEVICE_FAILED, FETCHED, LENGTH, READY, STORE_AWAY
from udfs.memory_limit import OUT_OF_MEMORY, limit_memory
from udfs.observing.lacking import DEVICE_FAULTS
from udfs.orphans import end_with_parent
from udfs.task import InspectTask


def main() -> None:
    """Open the inspector, limit the address space, answer until stdin ends."""
    end_with_parent()  # stdin's end would not be seen by one that hangs
    documents, answers = sys.stdin.buffer, _own_stdout()
    task = _alone(InspectTask.model_validate_json(_receive(documents)))
    open_inspector(task)
    if device_name(task) == "cpu":  # CUDA maps far more than it uses
        limit_memory(task.worker.memory_bytes)
    _send(answers, READY)
    while row := _receive(documents):
        try:
            _send(answers, _answer(task, json.loads(row), fetched=lambda: _send(answers, FETCHED)))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except DEVICE_FAULTS:
            os._exit(DEVICE_FAILED)
        except StoreAway as error:
            sys.stderr.write(f"{error}\n")
            os._exit(STORE_AWAY)


def _alone(task: InspectTask) -> InspectTask:
    worker = task.worker.model_copy(update={"isolation": "none", "fetch_threads": 1, "decode_threads": 1})
    return task.model_copy(update={"worker": worker})


def _own_stdout() -> BinaryIO:
    """Keep stdout for answers: what a library prints goes to stderr."""
    sys.stdout.flush()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _answer(task: InspectTask, row: dict[str, str | None], fetched: Callable[[], None]) -> bytes:
    answer = inspect_one(task, row["sha256"], row["uri"] or "", fetched)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, answer.schema) as writer:
        writer.write_batch(answer)
    return bytes(sink.getvalue())


def _receive(pipe: BinaryIO) -> bytes:
    return pipe.read(int.from_bytes(pipe.read(LENGTH)))


def _send(pipe: BinaryIO, content: bytes) -> None:
    pipe.write(len(content).to_bytes(LENGTH) + content)
    pipe.flush()


if __name__ == "__main__":
    main()
