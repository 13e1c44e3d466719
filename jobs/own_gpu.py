"""Which GPU Spark gave to a task: asked on the worker, since Spark sets no CUDA_VISIBLE_DEVICES."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark import TaskContext

from udfs.answers import Batches
from udfs.inspector import inspect_batches
from udfs.task import InspectTask


def inspect_on_own_gpu(task: InspectTask) -> Batches:
    """Runs on workers: as `inspect_batches`, with the nets on the GPU that Spark gave to this task."""

    def inspect(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return inspect_batches(on_own_gpu(task))(batches)

    return inspect


def on_own_gpu(task: InspectTask) -> InspectTask:
    """Runs on workers: the task with the index of its GPU, or as it is where Spark gave none."""
    context = TaskContext.get()
    gpu = context.resources().get("gpu") if context else None
    return task.model_copy(update={"gpu": int(gpu.addresses[0])}) if gpu and gpu.addresses else task
