"""A disk that fills up stops the night with its name; with room again, the night goes on to the same digests."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.harness import NIGHT, Disturbance, Outcome, Undisturbed, run_night

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.timeout(3_000)]
ROOMY = "2g"


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A file system of that size at a folder, for as long as the block takes."""
    folder.mkdir(parents=True, exist_ok=True)
    made = ["mount", "-t", "tmpfs", "-o", f"size={size}", "lookback-fault", str(folder)]
    if shutil.which("mount") is None or subprocess.run(made, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here: that needs root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def enlarged(folder: Path) -> None:
    subprocess.run(["mount", "-o", f"remount,size={ROOMY}", str(folder)], check=True)


def told(outcome: Outcome, place: Path) -> None:
    """It may be tried again, and names the disk."""
    assert outcome.code == 75, outcome.log[-3_000:]
    last = outcome.log.strip().splitlines()[-1]
    assert last.startswith("DiskFull: a disk is full. The fullest first:"), last
    assert str(place) in last.split(";")[0], last


@pytest.mark.fault("F12")
def test_full_under_the_tables(undisturbed: Undisturbed) -> None:
    lake = undisturbed.fresh()
    root = undisturbed.root
    used = sum(path.stat().st_size for path in (undisturbed.finished / "_lookback" / "tables").rglob("*"))
    with small_disk(root, f"{used // 2}"):
        stopped = run_night(lake, NIGHT)
        told(stopped, root)
        enlarged(root)
        undisturbed.finish([stopped])


@pytest.mark.fault("F12")
def test_full_under_what_spark_spills(undisturbed: Undisturbed, tmp_path: Path) -> None:
    lake = undisturbed.fresh()
    spill = tmp_path / "spill"
    with small_disk(spill, "64k"):
        here = Disturbance(environment={"SPARK_LOCAL_DIRS": str(spill)})
        stopped = run_night(lake, NIGHT, here)
        told(stopped, spill)
        enlarged(spill)
        undisturbed.finish([stopped], here)
