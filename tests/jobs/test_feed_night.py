"""Two nights whose manifests are the rows of another team's Delta table."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from conf.settings import Settings
from tests.faults import audit

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.slow]
NIGHTS = (date(2026, 3, 1), date(2026, 3, 2))
DDL = "doc_id string, account_id string, uri string, side string, submitted_at timestamp"


def append(spark: "SparkSession", table: Path, *ids: str) -> None:
    at = datetime(2026, 2, 28, 10, tzinfo=UTC)
    rows = [(name, "A-1", f"images/{name}.png", "front", at) for name in ids]
    spark.createDataFrame(rows, DDL).write.format("delta").mode("append").save(str(table))


def test_each_night_takes_its_range_and_no_row_is_lost(spark: "SparkSession", tmp_path: Path) -> None:
    from jobs.night import Ask, run_night
    from jobs.nights import attempts
    from jobs.tables import Tables

    lake, table = tmp_path / "lake", tmp_path / "upstream"
    (lake / "images").mkdir(parents=True)
    (lake / "manifests").mkdir()
    for level, name in enumerate(("D-1", "D-2", "D-3")):
        picture = np.full((60, 90, 3), 60 * level, np.uint8)
        (lake / "images" / f"{name}.png").write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    enabled = "TBLPROPERTIES (delta.enableChangeDataFeed = true)"
    spark.sql(f"CREATE TABLE delta.`{table}` ({DDL}) USING delta {enabled}")
    append(spark, table, "D-1", "D-2")
    same = {name: name for name in ("doc_id", "account_id", "uri", "side", "submitted_at")}
    accounts = {"files": "manifests", "columns": {"account_id": "account_id", "opened_at": "submitted_at"}}
    mapping = {"folders": {"manifests": {"columns": same}, "accounts": accounts}}
    what = {
        "ingest": {"mapping": mapping},
        "inspect": {"parts": ["file", "quality"]},
        "monitor": {"control_documents": 0},
    }
    settings = Settings.model_validate(
        {"what": what, "how": {"places": {"lake": str(lake), "feed": str(table)}, "spark": {"cores": 2}}}
    )
    run_night(settings, Ask(NIGHTS[0]))
    append(spark, table, "D-3", "D-1", "D-absent")
    run_night(settings, Ask(NIGHTS[1]))

    root = Path(settings.tables)
    assert audit.audit(lake, root) == []
    seen = audit.released(root).tables
    assert sorted(seen["documents"]["doc_id"].to_pylist()) == ["D-1", "D-2", "D-3"]
    told = {row["doc_id"]: row["reason"] for row in seen["rejected"].to_pylist()}
    assert told == {"D-1": "duplicate", "D-absent": "missing"}
    assert {row["account_id"] for row in seen["accounts"].to_pylist()} == {"A-1"}
    feeds = [attempt.frozen.feed for attempt in attempts(Tables(spark, settings.tables))]
    assert [(feed.after, feed.to, feed.inserted) for feed in feeds if feed] == [(None, 1, 2), (1, 2, 3)]
