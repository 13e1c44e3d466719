"""A new inspector's look at a small archive: once, in slices, copied where nothing changed, found by the next night."""

import hashlib
import json
import shutil
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pytest
from safetensors.numpy import load_file, save_file

from conf.errors import BadModel, LeaseHeld
from tests.faults import audit
from tests.jobs.tiny_lake import deliver_with_images, left_alone, settings_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from conf.settings import Settings

pytestmark = pytest.mark.spark
NIGHTS = [date(2026, 3, day) for day in (1, 2)]
PARTS = ("file", "quality", "card", "copy")


def other_corners(folder: Path) -> Path:
    """The shipped inspector with another net for corners."""
    from jobs.models.folders import SHIPPED

    shutil.copytree(SHIPPED / "inspector", folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    entry = manifest["nets"]["corners"]
    tensors = load_file(folder / entry["file"])
    name = max(tensors, key=lambda name: tensors[name].size)
    tensors[name] = (tensors[name] * 1.5).astype(tensors[name].dtype)
    save_file(tensors, folder / entry["file"])
    entry["sha256"] = hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def observed(settings: "Settings", inspector: str) -> list[dict]:
    table = audit.table_at(Path(settings.tables), "observations")
    rows = table.filter(pc.equal(table["inspector"], inspector)).drop_columns(["run_id", "night"]).to_pylist()
    return sorted(rows, key=lambda row: row["sha256"])


@pytest.mark.slow
def test_an_archive_is_looked_at_ahead_of_a_promotion(
    lake: Path, spark: "SparkSession", tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from jobs.backfill import running
    from jobs.backfill.forecast import forecast
    from jobs.models.registry import Registry
    from jobs.night import Ask, run_night

    deliver_with_images(lake, "1.csv", {f"D{number}": 80 + number for number in range(5)})
    settings = settings_of(lake, parts=PARTS, slices=2)
    run_night(settings, Ask(NIGHTS[0]))
    left_alone(Path(settings.tables), 61)
    registry = Registry(settings)
    with pytest.raises(BadModel, match="no inspector is challenger"):
        forecast(settings, None, None)
    version = registry.register("inspector", other_corners(tmp_path / "model"))
    registry.promote("inspector", version, "challenger")

    plan = forecast(settings, None, None)
    assert (plan.contents, plan.looking, plan.copied) == (5, ("card", "copy"), ("file", "quality"))

    do = running.Work.do

    def die_after_one(work: "running.Work", tables: object, number: int) -> None:
        if number == 1:
            raise LeaseHeld("the night goes first")
        do(work, tables, number)

    monkeypatch.setattr(running.Work, "do", die_after_one)
    with pytest.raises(LeaseHeld):
        running.run_backfill(settings, running.Ask())
    monkeypatch.setattr(running.Work, "do", do)
    late = running.run_backfill(settings, running.Ask(until=time.time() + 0.5))
    assert late is not None
    assert (late.state, late.done, late.left) == ("open", 2, 3)
    done = running.run_backfill(settings, running.Ask())
    assert done is not None
    assert (done.state, done.done, done.refused, done.run_id) == ("done", 5, 0, late.run_id)
    assert running.run_backfill(settings, running.Ask()) is None

    assert audit.audit(lake, Path(settings.tables)) == []
    by_backfill = observed(settings, done.inspector)
    assert [row["sha256"] for row in by_backfill] == sorted({row["sha256"] for row in by_backfill})

    registry.promote("inspector", version, "champion")
    deliver_with_images(lake, "2.csv", {"NEW": 99})
    caplog.set_level("INFO")
    run_night(settings, Ask(NIGHTS[1]))
    assert [record.getMessage() for record in caplog.records if "slice computed" in record.getMessage()] == [
        "slice computed: 1 contents inspected"
    ]
    assert audit.audit(lake, Path(settings.tables)) == []
    assert len(observed(settings, done.inspector)) == 6

    # What was copied is what a look of every part gives.
    other = settings_of(lake_again(lake, tmp_path), parts=PARTS)
    Registry(other).register("inspector", tmp_path / "model")
    Registry(other).champions()
    Registry(other).promote("inspector", "1", "champion")
    run_night(other, Ask(NIGHTS[0]))
    assert observed(other, done.inspector) == observed(settings, done.inspector)


def lake_again(lake: Path, place: Path) -> Path:
    """The same documents in a lake that no night has seen."""
    again = place / "again"
    shutil.copytree(lake, again, ignore=shutil.ignore_patterns("_lookback"))
    return again


def test_between_two_slices_a_night_that_waits_goes_first(settings: "Settings", spark: "SparkSession") -> None:
    from jobs.lease import Lease
    from jobs.turns import turn

    held, turns = threading.Event(), []

    def work() -> None:
        for number in range(2):
            with turn(settings, spark, "backfill"):
                held.set()
                turns.append(f"slice {number}")
                time.sleep(0.5)

    worker = threading.Thread(target=work)
    worker.start()
    assert held.wait(10)
    with Lease(settings.tables, "night 2026-03-01", settings.how.lease):
        turns.append("night")
        time.sleep(1.5)
    worker.join(20)
    assert turns == ["slice 0", "night", "slice 1"]


def test_between_two_steps_of_a_night_work_that_gives_way_awaits_the_next(
    settings: "Settings", spark: "SparkSession", monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a scheduler, where each step is a process and nobody holds the lease between two of them."""
    from jobs.lease import Lease
    from jobs.tables import Tables
    from jobs.turns import turn
    from schemas import TABLES

    monkeypatch.setattr("jobs.turns.POLL_SECONDS", 0.2)
    monkeypatch.setattr("jobs.turns.NEXT_STEP_SECONDS", 12.0)
    row: dict[str, Any] = dict.fromkeys(TABLES["runs"].names) | {
        "attempt": 1,
        "settings_digest": "d",
        "run_id": "2026-03-01.1",
    }
    row |= {"step": "link", "state": "done", "night": NIGHTS[0], "at": datetime.now(UTC)}
    with Lease(settings.tables, "night 2026-03-01", settings.how.lease) as lease:
        tables = Tables(spark, settings.tables, lease=lease)
        tables.ensure(("runs",))
        tables.append("runs", spark.createDataFrame([row], tables.type_of("runs")), "2026-03-01.1/link")
    soon = turn(settings, spark, "backfill", until=time.time() + 1.0)
    with pytest.raises(LeaseHeld, match="between two steps"), soon:
        pass
    with turn(settings, spark, "backfill"):
        assert datetime.now(UTC) - row["at"] > timedelta(seconds=11)
    with Lease(settings.tables, "night 2026-03-01", settings.how.lease) as lease:
        tables = Tables(spark, settings.tables, lease=lease)
        failed = row | {"state": "failed", "at": datetime.now(UTC)}
        tables.append("runs", spark.createDataFrame([failed], tables.type_of("runs")), "2026-03-01.1/failed")
    with turn(settings, spark, "backfill"):
        assert datetime.now(UTC) - failed["at"] < timedelta(seconds=11)
