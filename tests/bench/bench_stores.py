"""The same night on local folders and on an S3 server on loopback, in turn: what the store costs a whole night."""

import os
import time
from pathlib import Path
from statistics import median

import pytest

from tests.bench.record import record
from tests.faults.harness import run_night
from tests.s3_server import BUCKET, Store, seaweed

DOCUMENTS, ROUNDS, NIGHT = 60, 3, "2026-03-01"
LEAST_SPEED = 0.8  # of a night on S3, where one in folders is 1


def seconds_of(lake: str) -> float:
    began = time.perf_counter()
    outcome = run_night(lake, NIGHT)
    assert outcome.code == 0, outcome.log[-3_000:]
    return time.perf_counter() - began


def on_s3(store: Store, folder: Path, number: int) -> float:
    """A night whose lake and tables are in the bucket."""
    places = {"TABLES": f"s3://{BUCKET}/tables-{number}", "MODELS": f"sqlite:///{folder}/models-{number}/mlflow.db"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in places.items():
            patch.setenv(f"LOOKBACK__HOW__PLACES__{name}", value)
        return seconds_of(f"s3://{BUCKET}/archive")


def in_folders(lake: Path, folder: Path, number: int) -> float:
    """The same night, its tables in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOOKBACK__HOW__PLACES__TABLES", str(folder / f"tables-{number}" / "tables"))
        return seconds_of(str(lake))


def proof_seconds(number: int) -> float:
    """What it takes the store to prove itself, once for each place of tables."""
    from jobs.object_store import ensure_proven

    began = time.perf_counter()
    ensure_proven(f"s3://{BUCKET}/tables-{number}")
    return time.perf_counter() - began


@pytest.mark.timeout(7_200)
def test_a_night_on_s3_against_one_in_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from udfs.specimens.lake import deliver, plan_lake

    lake = tmp_path / "lake"
    deliver(plan_lake(DOCUMENTS, 3), lake, 0)
    documents = sum(1 for path in (lake / "images").rglob("*") if path.is_file())
    with seaweed(tmp_path) as store:
        store.upload(lake, "archive")
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        proofs = [proof_seconds(n) for n in range(ROUNDS)]
        pairs = [(in_folders(lake, tmp_path, n), on_s3(store, tmp_path, n)) for n in range(ROUNDS)]
    folders, s3 = zip(*pairs, strict=True)
    figures: dict[str, object] = {
        "image_files": documents,
        "folder_seconds": [round(seconds, 1) for seconds in folders],
        "s3_seconds": [round(seconds, 1) for seconds in s3],
        "speed_of_s3": round(median(f / s for f, s in pairs), 3),
        "proof_seconds_once_a_lake": [round(seconds, 1) for seconds in proofs],
        "load_before": os.getloadavg()[0],
    }
    record("stores", figures)
    assert median(f / s for f, s in pairs) >= LEAST_SPEED
