"""What Spark adds: the same inspector on the same images in a bare two-process loop and through Spark, in one run."""

import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from tests.bench.record import record

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from udfs.task import InspectTask

DOCUMENTS, PROCESSES, ROUNDS = 96, 2, 3
Names = list[tuple[str, str]]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from udfs.specimens.lake import deliver, plan_lake

    folder = tmp_path_factory.mktemp("bench") / "lake"
    deliver(plan_lake(2 * DOCUMENTS, 3), folder, 0)
    return folder


def task_of(lake: Path) -> "InspectTask":
    from jobs.models.folders import SHIPPED, model_digest
    from udfs.task import InspectTask

    weights = SHIPPED / "inspector"
    return InspectTask(weights=str(weights), weights_digest=model_digest(weights), lake=str(lake))


def names_of(lake: Path) -> Names:
    import hashlib

    loose = sorted((lake / "images").glob("*.*"))
    files = [path for path in loose if path.suffix != ".parquet" and path.stat().st_size > 20_000][:DOCUMENTS]
    return [(hashlib.sha256(path.read_bytes()).hexdigest(), f"images/{path.name}") for path in files]


def inspect_part(task: "InspectTask", names: Names) -> dict[str, float]:
    """One process's share: seconds by stage."""
    from udfs.inspector import inspect_batches

    batch = pa.RecordBatch.from_pylist([{"sha256": s, "uri": u} for s, u in names])
    seconds: Counter[str] = Counter()
    for answers in inspect_batches(task)(iter([batch])):
        for row in answers.column("seconds").to_pylist(maps_as_pydicts="strict"):
            seconds.update(row)
    return dict(seconds)


def test_what_spark_adds(lake: Path, spark: "SparkSession") -> None:
    task, names = task_of(lake), names_of(lake)
    halves = [names[part::PROCESSES] for part in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(inspect_part, [task] * PROCESSES, [half[:2] for half in halves]))  # models open
        through_spark(spark, task, names[:4])
        bare, sparked, stages = [], [], Counter[str]()
        for _ in range(ROUNDS):
            began = time.perf_counter()
            for seconds in pool.map(inspect_part, [task] * PROCESSES, halves):
                stages.update(seconds)
            bare.append(time.perf_counter() - began)
            began = time.perf_counter()
            assert through_spark(spark, task, names) == len(names)
            sparked.append(time.perf_counter() - began)
    added = sorted((s - b) / len(names) * 1000 for s, b in zip(sparked, bare, strict=True))[ROUNDS // 2]
    record(
        "inspect",
        {
            "documents": len(names),
            "processes": PROCESSES,
            "bare_documents_per_second": len(names) / sorted(bare)[ROUNDS // 2],
            "spark_documents_per_second": len(names) / sorted(sparked)[ROUNDS // 2],
            "spark_adds_ms_per_document": added,
            "stage_seconds_per_document": {k: v / len(names) / ROUNDS for k, v in sorted(stages.items())},
        },
    )


def through_spark(spark: "SparkSession", task: "InspectTask", names: Names) -> int:
    from udfs.answers import ANSWER_DDL
    from udfs.inspector import inspect_batches

    frame = spark.createDataFrame(names, "sha256 string, uri string").repartition(PROCESSES)
    return frame.mapInArrow(inspect_batches(task), ANSWER_DDL).where("status is not null").count()
