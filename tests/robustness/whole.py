"""The way of a bad file through the whole inspector, each document in a limited child as a worker runs it."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from tests.robustness.bad_inputs import BadInput
from tests.robustness.parsers import SEEN, Outcome
from udfs.inspector import inspect_batches
from udfs.nets.opening import open_nets, shipped_inspector
from udfs.task import InspectTask

SCHEMA = pa.schema([("sha256", pa.string()), ("uri", pa.string())])


def isolated_task(lake: Path) -> InspectTask:
    """The shipped inspector as a worker runs what has once stopped it: each document in a limited child."""
    task = InspectTask(
        weights=str(shipped_inspector()), weights_digest=open_nets(shipped_inspector()).digest, lake=str(lake)
    )
    worker = task.worker.model_copy(update={"isolation": "child", "device": "cpu"})
    return task.model_copy(update={"worker": worker})


def through_inspector(task: InspectTask, files: Iterator[BadInput]) -> Iterator[Outcome]:
    """What the whole inspector makes of each file, one after the other: `seen`, or the reason of its rejection."""
    lake = Path(task.lake)

    def batches() -> Iterator[pa.RecordBatch]:
        for number, bad in enumerate(files):
            name = f"{number}.{'pdf' if bad.kind == 'pdf' else 'bin'}"
            (lake / name).write_bytes(bytes(bad.content))
            uri = f"{name}#page=1" if bad.kind == "pdf" else name
            yield pa.RecordBatch.from_pylist([{"sha256": None, "uri": uri}], SCHEMA)
            (lake / name).unlink()

    for answer in inspect_batches(task)(batches()):
        (row,) = answer.to_pylist()
        yield SEEN if row["status"] == SEEN else row["reason"]
