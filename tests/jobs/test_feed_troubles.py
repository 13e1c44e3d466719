"""What a failing read of a feed is told as: final only where the table is none; and how Spark reaches one on s3://."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pytest
from pyspark.errors import AnalysisException, PySparkException

from conf.errors import BadManifest, JobError, StoreAway
from conf.settings import Settings
from jobs.frozen import FeedRange
from jobs.s3a import on_s3, session_settings
from jobs.upstream import _written, take_feed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

FEED = "s3://theirs/documents"
READ = "FAILED_READ_FILE s3a://theirs/documents/part-0.parquet: "


def fed(settings: Settings) -> Settings:
    places = settings.how.places.model_copy(update={"feed": FEED})
    return settings.model_copy(update={"how": settings.how.model_copy(update={"places": places})})


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (AnalysisException("[PATH_NOT_FOUND]"), BadManifest),
        (PySparkException("[DELTA_VERSION_NOT_FOUND]"), BadManifest),
        (PySparkException(READ + "CRC checksum verification failed"), BadManifest),
        (PySparkException(READ + "org.apache.hadoop.fs.s3a.AWSServiceThrottledException: Status Code: 503"), StoreAway),
        (PySparkException("ExecutorLostFailure (executor 3 exited)"), None),
    ],
)
def test_only_a_table_that_is_none_is_final(settings: Settings, raised: Exception, told: type[JobError] | None) -> None:
    def failing(_statement: str) -> None:
        raise raised

    spark = cast("SparkSession", SimpleNamespace(sql=failing))
    with pytest.raises(told or type(raised)) as found:
        take_feed(spark, fed(settings), [])
    assert (found.value is raised) == (told is None)


def test_equal_rows_of_two_ranges_are_two_files(settings: Settings) -> None:
    rows = pa.table({name: ["a"] for name in ("doc_id", "account_id", "uri", "side", "submitted_at")})
    spans = [
        FeedRange(table=FEED, table_id="t", after=after, to=to, inserted=1, updated=0, deleted=0)
        for after, to in ((0, 1), (1, 2))
    ]
    first, second, again = [_written(rows, span, settings)["manifests"][0] for span in (*spans, spans[0])]
    assert first.sha256 != second.sha256
    assert first == again


def test_a_feed_in_a_store_is_reached_though_the_tables_are_in_a_folder(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.s3a.open_bucket", lambda: SimpleNamespace(endpoint=("http://store.example", "here")))
    assert session_settings(settings) == {}
    assert on_s3(fed(settings)) == FEED
    assert session_settings(fed(settings))["spark.hadoop.fs.s3a.endpoint"] == "http://store.example"
