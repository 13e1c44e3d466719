"""How long and how dear inspecting would be here: a handful of documents inspected, the rest in proportion."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from conf.settings import CostSettings
from jobs import machine
from udfs.inspector import device_name, inspect_batches
from udfs.task import InspectTask

HANDFUL = 6  # images inspected whole: some seconds, and one odd picture does not decide
HOUR = 3_600.0
Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Estimate:
    """How long inspecting would take, as measured on a handful here.

    Attributes:
        documents: to inspect: new ones, and those that earlier nights left waiting.
        seconds_each: of one core, or of the GPU.
        measured_on: documents.
        cores: at work at once; 1 for the GPU.
        unit: `core` or `GPU`: what the seconds are of.
    """

    documents: int
    seconds_each: float
    measured_on: int
    cores: int
    unit: str = "core"

    @property
    def seconds(self) -> float:
        """Seconds of the inspection with all cores at work."""
        return self.documents * self.seconds_each / self.cores

    @property
    def hours(self) -> float:
        """Core-hours or GPU-hours."""
        return self.documents * self.seconds_each / HOUR

    def cost(self, prices: CostSettings) -> float | None:
        """What those hours cost; null where nobody named a price."""
        price = prices.gpu_hour if self.unit == "GPU" else prices.core_hour
        return None if price is None else self.hours * price

    def a_night(self, limit: int | None, seconds: float | None) -> int:
        """Documents that one night inspects: at most `limit`, no more than fit into so many seconds, at least one."""
        fitting = self.documents if seconds is None else int(seconds * self.cores / max(self.seconds_each, 1e-9))
        return max(1, min(self.documents, fitting, limit or self.documents))

    def nights(self, limit: int | None, seconds: float | None) -> int:
        """Nights until nothing waits, if nothing else comes."""
        return math.ceil(self.documents / self.a_night(limit, seconds))


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
    on_gpu = device_name(task) == "cuda"
    return Estimate(documents, each, done, 1 if on_gpu else machine.cores(), "GPU" if on_gpu else "core")
