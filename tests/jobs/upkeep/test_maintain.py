"""Maintenance of a small lake: files are merged, clustered and removed, and no reader of a live release notices."""

import os
import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deltalake import DeltaTable

from tests.faults import audit
from tests.jobs.tiny_lake import deliver_with_images, settings_of
from tests.jobs.upkeep.earlier import unpack

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.slow]
DAY = 86_400


def live_digests(root: Path) -> dict[tuple[str, int, str], str]:
    """Every table at every version that a published release names, as delta-rs reads it."""
    return {
        (row["release"], version, name): audit.digest(name, audit.table_at(root, name, version))
        for row in audit.table_at(root, "releases").to_pylist()
        for name, version in dict(row["versions"]).items()
    }


def test_readers_of_live_releases_see_what_they_saw(lake: Path, spark: "SparkSession") -> None:
    from jobs.cli.status import read_status
    from jobs.night import Ask, run_night
    from jobs.upkeep.maintenance import maintain
    from jobs.upkeep.upgrading import upgrade

    unpack(lake)
    settings = settings_of(lake)
    upkeep = settings.how.upkeep.model_copy(update={"small_files": 1, "cluster_bytes": 0})
    settings = settings.model_copy(update={"how": settings.how.model_copy(update={"upkeep": upkeep})})
    root = Path(settings.tables)
    upgrade(settings)
    part = next(path for path in (root / "observations").glob("*.parquet"))
    orphan, fresh = part.with_name("part-orphan.parquet"), part.with_name("part-fresh.parquet")
    for path in (orphan, fresh):
        shutil.copy(part, path)
        os.utime(path)
    past = fresh.stat().st_mtime - 100 * DAY
    os.utime(orphan, (past, past))

    before = live_digests(root)
    planned = {one.table: one for one in maintain(settings, dry=True)}
    assert orphan.exists()
    assert "observations: OPTIMIZE (1 small file), CLUSTER BY sha256" in read_status(settings).due
    done = {one.table: one for one in maintain(settings)}
    assert {name: one.files for name, one in planned.items()} == {name: one.files for name, one in done.items()}
    assert read_status(settings).due == ()

    assert live_digests(root) == before
    assert audit.audit(lake, root) == []
    assert (orphan.exists(), fresh.exists()) == (False, True)
    looked = done["observations"]
    assert (looked.files, looked.removed, looked.cluster_by) == ((2, 1), 1, "sha256")
    assert DeltaTable(str(root / "observations")).protocol().min_reader_version == 1
    assert maintain(settings) == []

    deliver_with_images(lake, "3.csv", {"LATER": 140})
    run_night(settings, Ask(date(2026, 3, 3)))
    assert audit.audit(lake, root) == []
    assert {key: digest for key, digest in live_digests(root).items() if key in before} == before
