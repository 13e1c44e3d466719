"""Manifest rows by the change feed of a Delta table: each range once, updates as rows that came again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from conf.errors import BadManifest
from conf.settings import Settings, What
from jobs.frozen import FeedRange
from tests.fakes_risk import UNFROZEN

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark
DDL = "doc_id string, account_id string, uri string, side string, submitted_at timestamp"
AT = datetime(2026, 2, 28, 10, tzinfo=UTC)


def fed(settings: Settings, table: Path) -> Settings:
    places = settings.how.places.model_copy(update={"feed": str(table)})
    return settings.model_copy(update={"how": settings.how.model_copy(update={"places": places})})


def ask(spark: "SparkSession", table: Path, statement: str) -> None:
    spark.sql(statement.format("delta.`{}`".format(str(table).replace("`", "``"))))


def append(spark: "SparkSession", table: Path, *ids: str) -> None:
    rows: list[tuple[Any, ...]] = [(name, "A-1", f"images/{name}.jpg", "front", AT) for name in ids]
    spark.createDataFrame(rows, DDL).write.format("delta").mode("append").save(str(table))


def table_of(spark: "SparkSession", folder: Path, *, feed: bool) -> Path:
    path = folder / "up`stream"
    ask(spark, path, f"CREATE TABLE {{}} ({DDL}) USING delta TBLPROPERTIES (delta.enableChangeDataFeed = {feed})")
    append(spark, path, "D-2", "D-1")
    return path


def taken(spark: "SparkSession", settings: Settings, *past: FeedRange) -> tuple[FeedRange, list[str], list[str]]:
    """The range, the documents that its files name in order, and the files' digests."""
    from jobs.upstream import take_feed

    earlier = [UNFROZEN.model_copy(update={"feed": found}) for found in past]
    found, by_folder = take_feed(spark, settings, earlier)
    files = by_folder["manifests"]
    assert set(by_folder) == {"manifests"}
    rows = [row["doc_id"] for file in files for row in pq.read_table(file.uri).to_pylist()]
    assert sum(file.rows for file in files) == len(rows)
    return found, rows, [file.sha256 for file in files]


def test_each_night_takes_what_the_last_of_its_lineage_had_not(
    spark: "SparkSession", settings: Settings, tmp_path: Path
) -> None:
    table = table_of(spark, tmp_path, feed=True)
    chosen = fed(settings, table)
    first, rows, digests = taken(spark, chosen)
    assert (first.after, first.to, first.inserted, rows) == (None, 1, 2, ["D-1", "D-2"])
    assert taken(spark, chosen) == (first, rows, digests)
    append(spark, table, "D-3")
    append(spark, table, "D-5", "D-4")
    second, rows, _ = taken(spark, chosen, first)
    assert (second.after, second.to, rows) == (1, 3, ["D-3", "D-4", "D-5"])
    nothing, rows, _ = taken(spark, chosen, first, second)
    assert (nothing.after, nothing.to, rows) == (3, 3, [])
    assert taken(spark, chosen, first)[1] == ["D-3", "D-4", "D-5"]


def test_columns_may_have_any_name(spark: "SparkSession", settings: Settings, tmp_path: Path) -> None:
    names = {"doc_id": "Image No.", "account_id": "check.id", "uri": "the `file`", "side": "side", "submitted_at": "at"}
    table = tmp_path / "named"
    rows = [(name, "A-1", f"images/{name}.jpg", "front", AT) for name in ("D-2", "D-1")]
    named = spark.createDataFrame(rows, DDL).withColumnsRenamed(names)
    named.write.format("delta").option("delta.columnMapping.mode", "name").save(str(table))
    what = What.model_validate({"ingest": {"mapping": {"folders": {"manifests": {"columns": names}}}}})
    chosen = fed(settings, table).model_copy(update={"what": what})
    from jobs.upstream import take_feed

    _, files = take_feed(spark, chosen, [])
    assert [row["Image No."] for row in pq.read_table(files["manifests"][0].uri).to_pylist()] == ["D-1", "D-2"]


def test_changes_that_were_not_recorded_are_given_up_for_all_that_stands(
    spark: "SparkSession", settings: Settings, tmp_path: Path
) -> None:
    table = table_of(spark, tmp_path, feed=True)
    first, _, _ = taken(spark, fed(settings, table))
    append(spark, table, "D-3")
    ask(spark, table, "ALTER TABLE {} SET TBLPROPERTIES (delta.enableChangeDataFeed = false)")
    append(spark, table, "D-4")
    ask(spark, table, "ALTER TABLE {} SET TBLPROPERTIES (delta.enableChangeDataFeed = true)")
    with pytest.raises(BadManifest, match=r"what changed in versions 2 to 5 cannot be told: .*places\.feed_lost=5"):
        taken(spark, fed(settings, table), first)
    chosen = fed(settings, table)
    places = chosen.how.places.model_copy(update={"feed_lost": 5})
    chosen = chosen.model_copy(update={"how": chosen.how.model_copy(update={"places": places})})
    second, rows, _ = taken(spark, chosen, first)
    assert (second.after, second.to, rows) == (None, 5, ["D-1", "D-2", "D-3", "D-4"])
    append(spark, table, "D-5")
    assert taken(spark, chosen, first, second)[1] == ["D-5"]


def test_other_folders_that_a_mapping_reads_from_manifests_get_the_rows_too(
    spark: "SparkSession", settings: Settings, tmp_path: Path
) -> None:
    from jobs.upstream import take_feed

    same = {name: name for name in ("doc_id", "account_id", "uri", "side", "submitted_at")}
    accounts = {"files": "manifests", "columns": {"account_id": "account_id", "opened_at": "submitted_at"}}
    what = What.model_validate(
        {"ingest": {"mapping": {"folders": {"manifests": {"columns": same}, "accounts": accounts}}}}
    )
    chosen = fed(settings, table_of(spark, tmp_path, feed=True)).model_copy(update={"what": what})
    _, files = take_feed(spark, chosen, [])
    assert files["accounts"] == files["manifests"] != ()
    wrong = {"files": "manifests", "columns": {"account_id": "account_id", "opened_at": "since"}}
    mapping = {"folders": {"manifests": {"columns": same}, "accounts": wrong}}
    refused = chosen.model_copy(update={"what": What.model_validate({"ingest": {"mapping": mapping}})})
    with pytest.raises(BadManifest, match=r"the mapping reads opened_at from since; the file has doc_id, .*Mend"):
        take_feed(spark, refused, [])


def test_an_update_comes_again_and_a_deletion_is_counted(
    spark: "SparkSession", settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    table = table_of(spark, tmp_path, feed=True)
    chosen = fed(settings, table)
    first, _, _ = taken(spark, chosen)
    ask(spark, table, "UPDATE {} SET uri = 'images/new.jpg' WHERE doc_id = 'D-1'")
    ask(spark, table, "DELETE FROM {} WHERE doc_id = 'D-2'")
    found, rows, _ = taken(spark, chosen, first)
    assert (found.inserted, found.updated, found.deleted, rows) == (0, 1, 1, ["D-1"])
    assert "1 rows were updated" in caplog.text
    assert "1 deleted (they stay documents)" in caplog.text


def test_a_table_without_a_feed_says_what_its_owner_must_do(
    spark: "SparkSession", settings: Settings, tmp_path: Path
) -> None:
    table = table_of(spark, tmp_path, feed=False)
    chosen = fed(settings, table)
    first, rows, _ = taken(spark, chosen)
    assert rows == ["D-1", "D-2"]
    append(spark, table, "D-3")
    with pytest.raises(BadManifest, match=r"since version 1 cannot be known.*delta\.enableChangeDataFeed = true"):
        taken(spark, chosen, first)


def test_what_is_no_delta_table_stops_the_night(spark: "SparkSession", settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadManifest, match=r"cannot be read as a Delta table.*Nothing was written"):
        taken(spark, fed(settings, tmp_path / "none"))


def test_rows_are_held_against_the_contract(spark: "SparkSession", settings: Settings, tmp_path: Path) -> None:
    table = tmp_path / "wrong"
    spark.createDataFrame([(1.5,)], "doc_id double").write.format("delta").save(str(table))
    with pytest.raises(BadManifest, match=r"no column account_id, uri, side, submitted_at"):
        taken(spark, fed(settings, table))
