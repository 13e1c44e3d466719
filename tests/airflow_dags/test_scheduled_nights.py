"""Nights by Airflow itself: a whole one, one whose driver is killed and retried, one that cannot be mended."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from deltalake import DeltaTable

from jobs.pipeline import PIPELINE
from tests.airflow_dags.airflow_home import AIRFLOW, AirflowHome, airflow_home, driver_of, until
from tests.faults import audit

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.timeout(5_400),
    pytest.mark.skipif(not AIRFLOW.is_dir(), reason="Airflow's environment is missing: make airflow"),
]
WHOLE, KILLED, BROKEN = "2026-03-01", "2026-03-02", "2026-03-03"
NIGHT_SECONDS = 2_400
STEPS = [step.name for step in PIPELINE]


@dataclass(frozen=True)
class Scheduled:
    """A lake after three nights by Airflow, and that Airflow."""

    home: AirflowHome
    lake: Path
    runs: dict[str, str]
    ends: dict[str, str]

    @property
    def root(self) -> Path:
        return self.lake / "_lookback" / "tables"


@pytest.fixture(scope="module")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scheduled]:
    from udfs.specimens.lake import deliver, plan_lake

    folder = tmp_path_factory.mktemp("scheduled")
    lake, plan = folder / "lake", plan_lake(24, 9)
    with airflow_home(folder / "airflow", lake, settings(folder)) as home:
        runs, ends = {}, {}
        for number, night in enumerate((WHOLE, KILLED)):
            deliver(plan, lake, number)
            runs[night] = home.trigger(night)
            if night == KILLED:
                kill_driver("cluster", night, lake)
            ends[night] = home.wait(runs[night], NIGHT_SECONDS)
        (lake / "manifests" / "broken.csv").write_text("doc_id,uri\nX,images/x.jpg\n")
        runs[BROKEN] = home.trigger(BROKEN)
        ends[BROKEN] = home.wait(runs[BROKEN], NIGHT_SECONDS)
        yield Scheduled(home, lake, runs, ends)


def settings(folder: Path) -> Path:
    """An environment for few documents on one machine."""
    from jobs.session import ONE_MACHINE

    how = {"slices": {"documents": 6}, "spark": {"conf": ONE_MACHINE, "shuffle_partitions": 2}}
    path = folder / "env.yaml"
    path.write_text(yaml.safe_dump({"what": {"monitor": {"control_documents": 0}}, "how": how}))
    return path


def kill_driver(step: str, night: str, lake: Path) -> None:
    """Kill a step's driver while it works."""
    until(lambda: driver_of(step, night, lake), NIGHT_SECONDS, f"{step} of {night} did not begin")
    time.sleep(5)
    pid = driver_of(step, night, lake)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def test_a_whole_night_and_a_retried_one_are_released(scheduled: Scheduled) -> None:
    assert scheduled.ends[WHOLE] == scheduled.ends[KILLED] == "success"
    assert scheduled.home.states(scheduled.runs[WHOLE]) == dict.fromkeys(STEPS, ("success", 1))
    retried = dict.fromkeys(STEPS, ("success", 1)) | {"cluster": ("success", 2)}
    assert scheduled.home.states(scheduled.runs[KILLED]) == retried
    releases = DeltaTable(str(scheduled.root / "releases")).to_pyarrow_table().to_pylist()
    assert sorted(row["release"] for row in releases) == [f"{WHOLE}.1", f"{KILLED}.1"]


def test_every_manifest_row_of_both_nights_is_in_one_place(scheduled: Scheduled) -> None:
    broken = scheduled.lake / "manifests" / "broken.csv"
    content = broken.read_text()
    broken.unlink()
    assert audit.audit(scheduled.lake, scheduled.root) == []
    broken.write_text(content)


def test_what_cannot_be_mended_fails_at_once_and_writes_nothing(scheduled: Scheduled) -> None:
    run = scheduled.runs[BROKEN]
    assert scheduled.ends[BROKEN] == "failed"
    after = dict.fromkeys(STEPS[1:], ("upstream_failed", 0))
    assert scheduled.home.states(run) == after | {"ingest": ("failed", 1)}
    attempts = DeltaTable(str(scheduled.root / "runs")).to_pyarrow_table()["run_id"].to_pylist()
    assert set(attempts) == {f"{WHOLE}.1", f"{KILLED}.1"}


def test_a_final_failure_names_its_reason_and_the_next_command(scheduled: Scheduled) -> None:
    log = scheduled.home.log(scheduled.runs[BROKEN], "ingest")
    assert "Reason: BadManifest: " in log
    assert "broken.csv" in log.partition("Reason: ")[2]
    assert f"Next: lookback doctor --lake {scheduled.lake}" in log


def test_the_log_of_a_killed_try_says_so_and_the_next_one_goes_on(scheduled: Scheduled) -> None:
    first, second = (scheduled.home.log(scheduled.runs[KILLED], "cluster", attempt) for attempt in (1, 2))
    assert "Error code is: 137" in first
    assert f"{KILLED}.1 cluster done" in second


def test_the_log_tells_pace_stages_and_coverage(scheduled: Scheduled) -> None:
    inspect = scheduled.home.log(scheduled.runs[WHOLE], "inspect")
    monitor = scheduled.home.log(scheduled.runs[WHOLE], "monitor")
    assert "contents inspected, " in inspect
    assert "worker seconds: " in inspect
    assert "coverage: " in monitor


def test_every_table_of_a_released_night_is_an_asset_that_was_updated(scheduled: Scheduled) -> None:
    query = "select a.uri from asset_event e join asset a on a.id = e.asset_id where e.source_run_id = ?"
    updated = {uri for (uri,) in scheduled.home.rows(query, scheduled.runs[WHOLE])}
    assert updated == {f"lookback://tables/{name}" for step in PIPELINE for name in step.writes}
