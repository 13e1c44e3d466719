"""A version that nothing followed for long is readable until the next commit: what is read of it is promised before."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conf.archive import UpkeepSettings
from conf.errors import BadLake
from conf.settings import LeaseSettings
from tests.fakes_risk import UNFROZEN

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark
DAY = 86_400


def test_what_is_read_outlives_its_promise(lake: Path, spark: "SparkSession", monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs.backfill.archive import readable
    from jobs.tables import Tables
    from jobs.upkeep import maintenance
    from jobs.upkeep.due import Due, due

    tables = Tables(spark, str(lake))
    tables.ensure(("backfills",))
    path = f"{lake}/backfills"
    begun = UNFROZEN.model_copy(update={"versions": {"backfills": 0}})
    past = time.time() - 99.5 * DAY
    os.utime(Path(path, "_delta_log", f"{0:020d}.json"), (past, past))
    assert readable(tables, begun)
    spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ('a.commit' = 'more')")
    assert not readable(tables, begun)
    with pytest.raises(BadLake, match="version 0"):
        tables.read("backfills", 0)

    monkeypatch.setattr(maintenance, "oldest_read", lambda _tables, _keep: {"backfills": 0})
    states = maintenance.table_states(tables, 14, past + 99.5 * DAY)
    assert states["backfills"].age == pytest.approx(99.5 * DAY, abs=1)
    (wanted,) = due(states, UpkeepSettings(), retention_days=60)
    assert wanted == Due("backfills", days=130)
    for statement in maintenance.statements(wanted, None):
        spark.sql(statement.replace("{table}", f"delta.`{path}`"))
    assert tables.read("backfills", 0).count() == 0
    assert readable(tables, begun)


def test_what_a_night_reads_outlives_its_own_commits(lake: Path, spark: "SparkSession") -> None:
    from jobs.lease import Lease
    from jobs.tables import Tables
    from jobs.upkeep.retention import keep_readable

    with Lease(str(lake), "night", LeaseSettings()) as lease:
        tables = Tables(spark, str(lake), lease=lease)
        tables.ensure(("backfills", "metrics"))
        past = time.time() - 61 * DAY
        os.utime(Path(lake, "backfills", "_delta_log", f"{0:020d}.json"), (past, past))
        keep_readable(tables, {"backfills": 0, "metrics": 0}, 60)
        assert [tables.version(name) for name in ("backfills", "metrics")] == [1, 0]
        for _ in range(10):  # a checkpoint among them, at which Delta removes entries that are too old
            spark.sql(f"ALTER TABLE delta.`{lake}/backfills` SET TBLPROPERTIES ('a.commit' = 'more')")
        assert tables.read("backfills", 0).count() == 0
        keep_readable(tables, {"backfills": 0}, 60)
        assert tables.version("backfills") == 11
