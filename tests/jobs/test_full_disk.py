"""A full disk is told as such, through whatever wrapped it, with the disks by their free bytes."""

import errno
import re
from pathlib import Path

import pytest
from pyspark.errors import PySparkException

from conf.errors import DiskFull, NightRefused, WorkerDied
from conf.settings import Settings
from jobs.full_disk import disks, told_of_full_disk

NO_SPACE = OSError(errno.ENOSPC, "No space left on device")
SPARK = PySparkException("Job aborted due to stage failure: java.io.IOException: No space left on device")


@pytest.mark.fault("F12")
@pytest.mark.parametrize("error", [NO_SPACE, SPARK, OSError(errno.EDQUOT, "Disk quota exceeded")])
def test_a_full_disk_may_be_tried_again_and_is_named(settings: Settings, error: Exception) -> None:
    died = WorkerDied("a slice's job died twice")
    died.__cause__ = error
    told = told_of_full_disk(died, settings)
    assert isinstance(told, DiskFull)
    assert re.search(r"a disk is full.*tables \(.*_lookback/tables\): .* MB free.*again", str(told))
    assert told.exit_code == 75


def test_other_errors_stay_as_they_are(settings: Settings) -> None:
    assert told_of_full_disk(NightRefused("no"), settings) is None


def test_the_disks_of_a_command_without_a_lake_are_those_that_spark_spills_on() -> None:
    assert {what for what, *_ in disks(Settings())} <= {"spark.local.dir", "temporary files"}


def test_disks_are_listed_fullest_first_once_each(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SPARK_LOCAL_DIRS", f"{tmp_path},{tmp_path / 'absent'}")
    found = disks(settings)
    assert [free for *_, free in found] == sorted(free for *_, free in found)
    assert sorted(what for what, *_ in found) == ["spark.local.dir", "spark.local.dir", "tables", "temporary files"]
