"""How long a night would inspect here: a handful of documents inspected, the rest in proportion."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from jobs import machine
from udfs.inspector import inspect_batches
from udfs.task import InspectTask

HANDFUL = 6  # images inspected whole: some seconds, and one odd picture does not decide
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Estimate:
    """How long inspecting would take, as measured on a handful here."""

    documents: int
    seconds_each: float
    measured_on: int
    cores: int

    @property
    def seconds(self) -> float:
        """Seconds of the inspection with all cores at work."""
        return self.documents * self.seconds_each / self.cores


def estimate_night(uris: Sequence[str], documents: int, task: InspectTask, told: Told) -> Estimate:
    """Seconds a document, from a handful inspected one by one; the first one opens the models and is left out."""
    handful = uris[: HANDFUL + 1]
    rows = [{"sha256": None, "uri": uri} for uri in handful]
    one_by_one = task.model_copy(update={"worker": task.worker.model_copy(update={"batch": 1})})
    schema = pa.schema([("sha256", pa.string()), ("uri", pa.string())])
    answers = inspect_batches(one_by_one)(iter([pa.RecordBatch.from_pylist(rows, schema)]))
    next(answers)
    began = time.monotonic()
    done = 0
    for _ in answers:
        done += 1
        told("inspecting", done, len(handful) - 1)
    each = (time.monotonic() - began) / max(1, done)
    return Estimate(documents, each, done, machine.cores())
