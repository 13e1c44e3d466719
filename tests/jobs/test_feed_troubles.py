"""What a failing read of a feed is told as: final only where the table is none; and how Spark reaches one on s3://."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pytest
from pyspark.errors import AnalysisException, PySparkException

from conf.errors import BadManifest, JobError, StoreAway
from conf.settings import Settings
from jobs.frozen import FeedRange, Frozen
from jobs.s3a import on_s3, session_settings
from jobs.upstream import _written, take_feed
from tests.fakes_risk import UNFROZEN

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


def taken_before(to: int) -> list[Frozen]:
    found = FeedRange(table=FEED, table_id="t", after=None, to=to, inserted=1, updated=0, deleted=0)
    return [UNFROZEN.model_copy(update={"feed": found})]


class Upstream:
    """A table at version 9 whose feed is on, or off, and whose reader fails where changes are asked for."""

    def __init__(self, feed: str = "true") -> None:
        self._told = {"id": "t", "version": 9, "properties": {"delta.enableChangeDataFeed": feed}}
        self._changes = False

    def sql(self, _statement: str) -> SimpleNamespace:
        return SimpleNamespace(head=lambda: SimpleNamespace(asDict=lambda: self._told))

    @property
    def read(self) -> "Upstream":
        return self

    def format(self, _name: str) -> "Upstream":
        return self

    def option(self, _name: str, _value: object) -> "Upstream":
        return self

    def load(self, _place: str) -> None:
        raise PySparkException("[DELTA_CHANGE_DATA_FEED_INCOMPATIBLE_DATA_SCHEMA] Retrieving failed.")


@pytest.mark.parametrize(
    ("feed", "told"),
    [("true", "what changed in versions 5 to 9 cannot be told: .DELTA_CHANGE"), ("false", "what came since version 4")],
)
def test_changes_that_can_never_be_told_leave_a_way_on(settings: Settings, feed: str, told: str) -> None:
    with pytest.raises(BadManifest, match=rf"{told}.*Or take all rows that stand, with --set places\.feed_lost=9"):
        take_feed(cast("SparkSession", Upstream(feed)), fed(settings), taken_before(4))


@pytest.mark.parametrize(
    ("lost", "before", "after"), [(9, 4, None), (5, 4, None), (4, 4, 4), (10, 4, 4), (9, 9, 9), (None, 4, 4)]
)
def test_a_version_that_was_given_up_is_passed_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, *, lost: int | None, before: int, after: int | None
) -> None:
    def rows(_spark: object, _place: str, after: int | None, _to: int) -> pa.Table:
        asked.append(after)
        return pa.table({"_change_type": pa.array([], pa.string()), "_commit_version": pa.array([], pa.int64())})

    asked: list[int | None] = []
    monkeypatch.setattr("jobs.upstream._rows", rows)
    chosen = fed(settings)
    places = chosen.how.places.model_copy(update={"feed_lost": lost})
    chosen = chosen.model_copy(update={"how": chosen.how.model_copy(update={"places": places})})
    found, _ = take_feed(cast("SparkSession", Upstream()), chosen, taken_before(before))
    assert (asked, found.after, found.to) == ([after], after, 9)


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
