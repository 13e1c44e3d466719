"""What a back-fill could not look at does not stand in the way of what it could."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes_linking import MemoryRun, document, frame, sha
from tests.jobs.tiny_lake import deliver_with_images, settings_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from conf.settings import Settings

pytestmark = pytest.mark.spark
RUN = {"run_id": "2026-03-01.1", "night": date(2026, 3, 1)}


def test_contents_that_the_inspector_refused_before_do_not_wait(spark: "SparkSession", settings: "Settings") -> None:
    from jobs.backfill.archive import Archive
    from jobs.inspect_task import inspect_task
    from jobs.models.folders import shipped_models
    from udfs.parts import inspector_fingerprint

    task = inspect_task(settings, shipped_models())
    told = {"state": "slice", "version": "2", "contents": 2, "refused": 1} | RUN
    rows: dict[str, list[dict[str, Any]]] = {
        "documents": [document(number, "a") for number in (1, 2, 3)],
        "observations": [{"sha256": sha(number), "inspector": "i", "parts": {}} | RUN for number in (1, 2, 3)],
        "backfills": [
            told | {"inspector": inspector_fingerprint(task), "slice": 0, "refused_contents": [sha(1)]},
            told | {"inspector": inspector_fingerprint(task), "slice": 1},  # told by an earlier version
            told | {"inspector": "another", "slice": 0, "refused_contents": [sha(2)]},
        ],
    }
    run: Any = MemoryRun(spark, settings, {}, parent={name: frame(spark, name, made) for name, made in rows.items()})
    waiting = Archive(run, task).waiting()
    assert sorted(row.sha256 for row in waiting.collect()) == [sha(2), sha(3)]


@pytest.mark.slow
def test_the_next_run_takes_the_next(lake: Path, spark: "SparkSession") -> None:
    from jobs.backfill.running import Ask, run_backfill
    from jobs.night import Ask as AskNight
    from jobs.night import run_night

    deliver_with_images(lake, "1.csv", {f"D{number}": 80 + number for number in range(3)})
    run_night(settings_of(lake), AskNight(RUN["night"]))
    (lake / "images" / "D0.jpg").unlink()
    other, ask = settings_of(lake, max_pixels=2_000_000), Ask(version="1", limit=1)
    found = [run_backfill(other, ask) for _ in range(3)]
    assert [(run.state, run.refused) for run in found if run] == [("done", 1), ("done", 0), ("done", 0)]
    assert run_backfill(other, ask) is None
