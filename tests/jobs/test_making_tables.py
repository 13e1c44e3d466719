"""The door to Delta: what is declared is made, whatever ended before."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conf.settings import LeaseSettings
from jobs.lease import Lease

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


def test_a_table_whose_making_was_cut_short_is_made_as_declared(spark: "SparkSession", tmp_path: Path) -> None:
    from jobs.tables import Tables

    log = tmp_path / "campaigns" / "_delta_log"
    (log / "_staged_commits").mkdir(parents=True)
    (log / f".{0:020d}.json.half.tmp").write_text("{")
    with Lease(tmp_path, "making", LeaseSettings()) as lease:
        tables = Tables(spark, str(tmp_path), lease=lease)
        tables.ensure(("campaigns",))
        tables.append("campaigns", tables.empty("campaigns"), "run/step/slice")
    assert tables.version("campaigns") == 1
    first = (log / f"{0:020d}.json").read_text().splitlines()
    actions = {name: action for line in first for name, action in json.loads(line).items()}
    assert actions["commitInfo"]["operation"] == "CREATE TABLE"
    assert any(key.startswith("delta.constraints.") for key in actions["metaData"]["configuration"])
