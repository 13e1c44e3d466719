import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

from conf.errors import BadModel
from conf.settings import WorkerSettings
from schemas.observations import PARTS
from udfs.answers import ANSWER_DDL, ANSWER_SCHEMA, answer_batch, arrow_schema
from udfs.inspector import device_name, inspect_batches, inspect_frames
from udfs.nets.mrz import MrzNet
from udfs.nets.weights_file import add_net
from udfs.parts import inspector_fingerprint, part_fingerprints
from udfs.task import InspectTask

GOOD = ["0.jpg", "1.jpg", "2.jpg", "3.jpg", "p.parquet#K"]
BAD = ["empty.jpg", "text.jpg", "cut.jpg", "some.gif", "missing.jpg"]
REASONS = ["empty", "unknown_format", "truncated", "unsupported_format", "missing"]
Make = Callable[[list[str]], pa.RecordBatch]


def rows_of(task: InspectTask, batches: Iterable[pa.RecordBatch]) -> list[dict[str, object]]:
    rows = [row for batch in inspect_batches(task)(iter(batches)) for row in batch.to_pylist()]
    return [{name: value for name, value in row.items() if name != "seconds"} for row in rows]


def test_ddl_words_become_arrow_types() -> None:
    schema = arrow_schema("a string, b struct<c: int, d: map<string, double>>, e array<array<float>>")
    assert schema.field("b").type.field("d").type == pa.map_(pa.string(), pa.float64())
    assert schema.field("e").type == pa.list_(pa.list_(pa.float32()))
    assert set(PARTS) <= set(ANSWER_SCHEMA.names)
    assert ANSWER_DDL.count("<") == ANSWER_DDL.count(">")
    for wrong in ("a strang", "a array<int", "a int b", "a"):
        with pytest.raises(ValueError, match="DDL"):
            arrow_schema(wrong)


def test_answers_refuse_what_is_not_declared_or_not_finite() -> None:
    with pytest.raises(ValueError, match="no odd"):
        answer_batch([{"sha256": "x", "odd": 1}])
    with pytest.raises(ValueError, match="no measurement"):
        answer_batch([{"sha256": "x", "quality": {"sharpness": float("nan")}}])


def test_every_row_is_answered_in_order_and_bad_files_have_their_reason(task: InspectTask, batch_of: Make) -> None:
    mixed = [name for pair in zip(GOOD, BAD, strict=True) for name in pair]
    rows = rows_of(task, [batch_of(mixed)])
    assert [row["sha256"] for row in rows] == batch_of(mixed).column("sha256").to_pylist()
    assert [row["status"] for row in rows] == ["seen", "rejected"] * 5
    assert [row["reason"] for row in rows[1::2]] == REASONS
    for row in rows[::2]:
        assert dict(row["parts"]) == part_fingerprints(task)
        assert row["reading"]["lines"] >= 3
        assert {item["kind"] for item in row["vectors"]} >= {"design", "geometry"}
        assert (row["plate"]["width"], row["plate"]["height"]) == (192, 121)
        assert np.isfinite([value for _, value in row["forensics"]["signals"]]).all()
        assert len(row["forensics"]["map"]) == row["forensics"]["map_rows"] * row["forensics"]["map_cols"]


@pytest.mark.fault("F28")
def test_rows_do_not_depend_on_neighbours_batches_or_threads(task: InspectTask, batch_of: Make) -> None:
    reference = {row["sha256"]: row for row in rows_of(task, [batch_of([*GOOD, *BAD])])}
    worker = task.worker.model_copy(update={"batch": 3, "fetch_threads": 1, "decode_threads": 1, "queue_bytes": 1})
    other = task.model_copy(update={"worker": worker})
    permuted = ["3.jpg", "cut.jpg", "p.parquet#K", "1.jpg", "2.jpg", "0.jpg"]
    for row in rows_of(other, [batch_of(permuted[:1]), batch_of(permuted[1:5]), batch_of(permuted[5:])]):
        assert row == reference[row["sha256"]]
    assert rows_of(task, [batch_of(["2.jpg"])]) == [reference[batch_of(["2.jpg"]).column("sha256")[0].as_py()]]


@pytest.mark.fault("F23")
def test_bytes_other_than_those_named_are_rejected(task: InspectTask) -> None:
    batch = pa.RecordBatch.from_pylist([{"sha256": "0" * 64, "uri": "images/0.jpg"}])
    (row,) = rows_of(task, [batch])
    assert (row["sha256"], row["reason"]) == ("0" * 64, "digest_mismatch")


def test_frames_give_what_batches_give(task: InspectTask, batch_of: Make) -> None:
    (frame,) = inspect_frames(task)(iter([pd.DataFrame(batch_of(["0.jpg", "empty.jpg"]).to_pydict())]))
    assert list(frame["status"]) == ["seen", "rejected"]
    assert list(frame.columns) == ANSWER_SCHEMA.names


def test_an_empty_partition_gives_nothing(task: InspectTask, batch_of: Make) -> None:
    assert rows_of(task, []) == []
    assert rows_of(task, [batch_of([])]) == []


def test_fingerprints_follow_what_decides_and_nothing_else(task: InspectTask) -> None:
    before = part_fingerprints(task)
    how = task.model_copy(update={"worker": task.worker.model_copy(update={"batch": 1}), "lake": "/elsewhere"})
    assert part_fingerprints(how) == before
    reading = task.settings.reading.model_copy(update={"detector_side": 640})
    other = task.model_copy(update={"settings": task.settings.model_copy(update={"reading": reading})})
    changed = {name for name, value in part_fingerprints(other).items() if value != before[name]}
    assert changed == {"reading", "forensics", "portrait", "zones", "vectors", "plate"}
    assert inspector_fingerprint(other) != inspector_fingerprint(task)


def test_what_was_read_is_read_anew_with_other_weights_of_the_line_net(task: InspectTask, tmp_path: Path) -> None:
    folder = tmp_path / "inspector"
    shutil.copytree(task.weights, folder)
    torch.manual_seed(77)
    add_net(folder, "mrz", net=MrzNet(8), architecture={"width": 8})
    before, after = part_fingerprints(task), part_fingerprints(task.model_copy(update={"weights": str(folder)}))
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed == {"reading", "forensics", "portrait", "zones", "vectors", "plate"}


def test_limits_that_decide_refusals_are_the_inspectors_and_no_parts(task: InspectTask) -> None:
    limits = task.settings.limits.model_copy(update={"max_pixels": 90_000_000})
    raised = task.model_copy(update={"settings": task.settings.model_copy(update={"limits": limits})})
    assert inspector_fingerprint(raised) != inspector_fingerprint(task)
    assert part_fingerprints(raised) == part_fingerprints(task)


@pytest.mark.fault("F27")
def test_another_models_weights_are_refused(task: InspectTask, batch_of: Make) -> None:
    swapped = task.model_copy(update={"weights_digest": "0" * 64})
    with pytest.raises(BadModel, match="swapped"):
        rows_of(swapped, [batch_of(["0.jpg"])])


def test_parts_left_out_leave_their_columns_empty(task: InspectTask, batch_of: Make) -> None:
    few = task.model_copy(update={"settings": task.settings.model_copy(update={"parts": ("file", "quality")})})
    (row,) = rows_of(few, [batch_of(["0.jpg"])])
    assert row["status"] == "seen"
    assert (row["card"], row["reading"], row["plate"]) == (None, None, None)
    assert row["quality"]["sharpness"] > 0


def test_the_inspector_needs_no_spark() -> None:
    code = "import sys, udfs.inspector; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("device", "gpu", "place"),
    [("auto", None, "cuda"), ("auto", 1, "cuda:1"), ("cuda", 0, "cuda:0"), ("cpu", 1, "cpu")],
)
def test_nets_run_on_the_gpu_that_the_task_names(
    device: str, gpu: int | None, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    worker = WorkerSettings.model_validate({"device": device})
    assert device_name(InspectTask(worker=worker, weights="", weights_digest="", lake="", gpu=gpu)) == place
