import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from conf.errors import StoreAway
from udfs import isolation
from udfs.images.decode import HOOK
from udfs.inspector import inspect_batches
from udfs.isolation import CannotStart
from udfs.task import InspectTask

Make = Callable[[list[str]], pa.RecordBatch]
STUB = """
import ctypes, hashlib, os, time
import numpy as np
from udfs.images.decode import decode

VICTIMS = {victims!r}
MARK = {mark!r}

def odd(content, header):
    what = VICTIMS.get(hashlib.sha256(content).hexdigest())
    if what == "crash" or (what == "crash once" and not os.path.exists(MARK)):
        open(MARK, "w").close()
        ctypes.string_at(0)
    if what == "hang":
        time.sleep(3600)
    if what == "eat":
        np.ones(2_000_000_000, np.float64)
    return decode(content, header)
"""


@pytest.fixture
def isolated(task: InspectTask) -> InspectTask:
    few = task.settings.model_copy(update={"parts": ("file", "quality")})
    limits = {"isolation": "child", "deadline_seconds": 5.0, "memory_bytes": 1_500_000_000}
    return task.model_copy(update={"settings": few, "worker": task.worker.model_copy(update=limits)})


@pytest.fixture
def odd_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch_of: Make) -> Callable[[dict[str, str]], None]:
    """Puts a decoder in place that does something to some files."""

    def place(victims: dict[str, str]) -> None:
        digests = {batch_of([name]).column("sha256")[0].as_py(): what for name, what in victims.items()}
        (tmp_path / "odd_decoder.py").write_text(STUB.format(victims=digests, mark=str(tmp_path / "mark")))
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv(HOOK, "odd_decoder:odd")

    return place


def outcomes(task: InspectTask, batch: pa.RecordBatch) -> list[tuple[str, str | None]]:
    return [(row["status"], row["reason"]) for out in inspect_batches(task)(iter([batch])) for row in out.to_pylist()]


@pytest.mark.fault("F4")
def test_a_native_crash_takes_only_its_document(
    isolated: InspectTask, batch_of: Make, odd_decoder: Callable[[dict[str, str]], None]
) -> None:
    odd_decoder({"1.jpg": "crash"})
    found = outcomes(isolated, batch_of(["0.jpg", "1.jpg", "empty.jpg", "2.jpg"]))
    assert found == [("seen", None), ("rejected", "crash"), ("rejected", "empty"), ("seen", None)]


@pytest.mark.fault("F17")
def test_a_store_that_is_away_is_no_documents_fault(isolated: InspectTask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    batch = pa.RecordBatch.from_pylist([{"sha256": "0" * 64, "uri": "images/a.jpg"}])
    with pytest.raises(StoreAway, match="no document is refused"):
        outcomes(isolated.model_copy(update={"lake": "s3://bucket/lake"}), batch)


@pytest.mark.fault("F17")
def test_bytes_that_do_not_come_are_no_documents_fault(isolated: InspectTask, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"):
        monkeypatch.setenv(f"AWS_{name}", "nobody")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr(isolation, "patience", lambda _places: 0.0)
    monkeypatch.setattr(isolation, "READERS_SECONDS", 0.0)
    batch = pa.RecordBatch.from_pylist([{"sha256": "0" * 64, "uri": "images/a.jpg"}])
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(StoreAway, match=r"images/a\.jpg: its bytes did not come within 5 s"):
            outcomes(isolated.model_copy(update={"lake": "s3://bucket/lake"}), batch)


@pytest.mark.slow
@pytest.mark.fault("F5")
def test_a_crash_that_happens_once_rejects_nothing(
    isolated: InspectTask, batch_of: Make, odd_decoder: Callable[[dict[str, str]], None]
) -> None:
    odd_decoder({"1.jpg": "crash once"})
    assert outcomes(isolated, batch_of(["1.jpg"])) == [("seen", None)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "reason"),
    [
        pytest.param("hang", "timeout", marks=pytest.mark.fault("F6")),
        pytest.param("eat", "memory", marks=pytest.mark.fault("F8")),
    ],
)
def test_hangs_and_gluttons_are_rejected_with_their_reason(
    isolated: InspectTask,
    batch_of: Make,
    odd_decoder: Callable[[dict[str, str]], None],
    what: str,
    reason: str,
) -> None:
    odd_decoder({"1.jpg": what})
    assert outcomes(isolated, batch_of(["1.jpg", "2.jpg"])) == [("rejected", reason), ("seen", None)]


@pytest.mark.slow
@pytest.mark.fault("F5", "F8")
def test_the_isolated_path_gives_the_same_rows(task: InspectTask, batch_of: Make) -> None:
    alone = task.model_copy(update={"worker": task.worker.model_copy(update={"isolation": "child"})})
    batch = batch_of(["0.jpg", "text.jpg", "p.parquet#K"])

    def rows(which: InspectTask) -> list[dict[str, object]]:
        found = [row for out in inspect_batches(which)(iter([batch])) for row in out.to_pylist()]
        return [{name: value for name, value in row.items() if name != "seconds"} for row in found]

    for apart, together in zip(rows(alone), rows(task), strict=True):
        assert {name for name in apart if apart[name] != together[name]} == set()


@pytest.mark.slow
def test_a_child_that_cannot_start_is_the_workers_fault(isolated: InspectTask, batch_of: Make) -> None:
    swapped = isolated.model_copy(update={"weights_digest": "0" * 64})
    with pytest.raises(CannotStart):
        outcomes(swapped, batch_of(["0.jpg"]))


@pytest.mark.fault("F6")
def test_the_watchdog_ends_a_hung_process_with_a_trace() -> None:
    code = "import time\nfrom udfs.deadline import no_longer_than\nwith no_longer_than(0.5):\n    time.sleep(60)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=50)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
