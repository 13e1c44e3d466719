"""The pandas UDF for notebooks answers as the night's own generator does."""

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@pytest.mark.spark
def test_a_notebook_gets_the_same_answers(spark: "SparkSession", tmp_path: Path) -> None:
    from jobs.inspect_task import inspect_udf
    from jobs.models.folders import SHIPPED, model_digest
    from udfs.inspector import inspect_batches
    from udfs.specimens.capture import capture
    from udfs.specimens.lake import plan_lake
    from udfs.task import InspectTask

    document = next(d for d in plan_lake(24, 5).documents if d.design_id)
    (tmp_path / "a.jpg").write_bytes(capture(document).data)
    (tmp_path / "b.jpg").write_text("no picture")
    weights = SHIPPED / "inspector"
    task = InspectTask(weights=str(weights), weights_digest=model_digest(weights), lake=str(tmp_path))
    names = [(None, "a.jpg"), (None, "b.jpg")]
    frame = spark.createDataFrame(names, "sha256 string, uri string").coalesce(1)
    rows = frame.select(inspect_udf(task)("sha256", "uri").alias("seen")).select("seen.*").collect()
    batch = pa.RecordBatch.from_pylist([{"sha256": s, "uri": u} for s, u in names])
    (answers,) = inspect_batches(task)(iter([batch]))
    expected = answers.to_pylist(maps_as_pydicts="strict")
    for row, answer in zip(rows, expected, strict=True):
        assert (row.sha256, row.status, row.reason, row.parts) == tuple(
            answer[name] for name in ("sha256", "status", "reason", "parts")
        )
    assert [field.value for field in rows[0].fields] == [field["value"] for field in expected[0]["fields"]]
    assert rows[0].card.asDict() == expected[0]["card"]
