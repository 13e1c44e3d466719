"""Run by spark-submit: prints which GPU each task of a session with conf/cluster.yaml was told to use."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

import conf
from conf.loading import load_settings
from jobs.own_gpu import on_own_gpu
from jobs.session import open_session
from udfs.task import InspectTask

SCRIPT = str(Path(conf.__file__).with_name("gpus.sh"))


def told(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The index of the task's GPU, once for each task."""
    for _ in batches:
        pass
    gpu = on_own_gpu(InspectTask(weights="", weights_digest="", lake="")).gpu
    yield pa.RecordBatch.from_pydict({"gpu": pa.array([gpu], pa.int64())})


def main() -> None:
    """Two executors with a GPU each, four tasks on each GPU."""
    asked = load_settings("cluster").how.spark.conf | {
        "spark.executor.resource.gpu.discoveryScript": SCRIPT,
        "spark.worker.resource.gpu.amount": "1",
        "spark.worker.resource.gpu.discoveryScript": SCRIPT,
    }
    settings = load_settings("cluster", overrides=(f"spark.conf={json.dumps(asked)}",))
    spark = open_session(settings)
    rows = spark.range(0, 8, 1, 8).mapInArrow(told, "gpu long").collect()
    sys.stdout.write(f"TOLD {json.dumps([row.gpu for row in rows])}\n")


if __name__ == "__main__":
    main()
