"""Manifest rows from a Delta table of another team: what it gained since the lineage's last night, as files.

The rows are written out once, when a night opens, and are files of the night from there on: a resume reads the same
bytes whatever becomes of the table, and they pass the same checks as any manifest.
"""

import hashlib
import io
import logging
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import AnalysisException, IllegalArgumentException, UnsupportedOperationException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from conf.errors import BadLake, BadManifest, first_line
from conf.settings import Settings
from jobs.frozen import FeedRange, Frozen, InputFile
from jobs.pipeline import FACTS
from jobs.s3a import in_spark
from jobs.spark_errors import SPARK_ERRORS, told_of_spark
from jobs.store import MANIFESTS, checked_rows
from udfs.images.objects import open_objects

ROWS = 200_000  # of one file: some tens of MB, which a worker reads whole
CHANGE, VERSION, AT = "_change_type", "_commit_version", "_commit_timestamp"
ENABLED = "delta.enableChangeDataFeed"
INSERT, BEFORE, AFTER, DELETE = "insert", "update_preimage", "update_postimage", "delete"
FINAL = (AnalysisException, IllegalArgumentException, UnsupportedOperationException)
DELTA = "[DELTA_"  # how Delta begins what it says of a table
Files = dict[str, tuple[InputFile, ...]]  # by drop folder
LOG = logging.getLogger(__name__)


def take_feed(spark: SparkSession, settings: Settings, earlier: list[Frozen]) -> tuple[FeedRange, Files]:
    """The range of versions that a new night takes, and its rows as files beside the tables.

    They stand in the place of files in manifests/: other folders whose rows a mapping reads there get them too.

    Rows that were updated come again with their new values, as a manifest row that is sent twice does: the same bytes
    are a duplicate, others are refused as replaced. A row that was deleted upstream stays a document. Where changes can
    no longer be told, `places.feed_lost` names the version up to which: then all rows come, as from a table met first.

    Args:
        spark: the session.
        settings: name the table.
        earlier: records of the lineage, oldest first.

    Raises:
        BadManifest: it is no table that can be read, or tells no changes.
        StoreAway: its store does not answer; any other trouble of Spark's own is raised as it is.
    """
    place = in_spark(str(settings.how.places.feed))
    detail = _asked(spark, place, "DESCRIBE DETAIL {}")
    to = int(_asked(spark, place, "DESCRIBE HISTORY {} LIMIT 1")["version"])
    past = [found.feed.to for found in earlier if found.feed and found.feed.table_id == detail["id"]]
    after, lost = past[-1] if past else None, settings.how.places.feed_lost
    if after is not None and lost is not None and after < lost <= to:
        LOG.warning("%s: all rows of version %d come, since changes after %d were given up", place, to, after)
        after = None
    if after is not None and after < to and str(detail["properties"].get(ENABLED)).lower() != "true":
        raise BadManifest(
            f"{place}: tells no changes, so that what came since version {after} cannot be known. Let its owner run "
            f"ALTER TABLE ... SET TBLPROPERTIES ({ENABLED} = true), as it had to be before version {after + 1} was "
            f"written. {_way_on(to)} Nothing was written."
        )
    rows = _rows(spark, place, after, to)
    kinds = rows.column(CHANGE).to_pylist()
    found = FeedRange(
        table=place, table_id=detail["id"], after=after, to=to, inserted=kinds.count(INSERT),
        updated=kinds.count(AFTER), deleted=kinds.count(DELETE),
    )  # fmt: skip
    if found.updated or found.deleted:
        LOG.warning(
            "%s: %d rows were updated (each comes again, and the first stands) and %d deleted (they stay documents)",
            place, found.updated, found.deleted,
        )  # fmt: skip
    taken = rows.filter(pa.compute.is_in(rows.column(CHANGE), pa.array([INSERT, AFTER])))
    return found, _written(taken.drop_columns([CHANGE, VERSION]), found, settings)


def _asked(spark: SparkSession, place: str, statement: str) -> dict[str, Any]:
    """One row that Delta tells of the table."""
    name = "delta.`{}`".format(place.replace("`", "``"))
    try:
        row = spark.sql(statement.format(name)).head()
    except SPARK_ERRORS as error:
        _refuse(place, error)
        raise
    return row.asDict() if row else {}


def _rows(spark: SparkSession, place: str, after: int | None, to: int) -> pa.Table:
    """Changed rows in an order that the table's files do not decide; of a table met first, all that it holds."""
    reader = spark.read.format("delta")
    try:
        if after is None or after == to:
            held = reader.option("versionAsOf", to).load(place)
            new = held if after is None else held.limit(0)
            frame = new.withColumns({CHANGE: F.lit(INSERT), VERSION: F.lit(to).cast("bigint")})
        else:
            span = reader.option("readChangeFeed", "true").option("startingVersion", after + 1)
            frame = span.option("endingVersion", to).load(place).where(F.col(CHANGE) != BEFORE).drop(AT)
        return _ordered(frame).toArrow()
    except SPARK_ERRORS as error:
        _refuse(place, error, None if after is None or after == to else (after + 1, to))
        raise


def _ordered(frame: DataFrame) -> DataFrame:
    names = ("`{}`".format(name.replace("`", "``")) for name in frame.columns)
    return frame.orderBy(VERSION, F.to_json(F.struct(*names)))


def _way_on(to: int) -> str:
    """How to go on where changes up to a version cannot be told."""
    return (
        f"Or take all rows that stand, with --set places.feed_lost={to}: those that came before are duplicates, and "
        "what was deleted meanwhile is not counted."
    )


def _refuse(place: str, error: Exception, changes: tuple[int, int] | None = None) -> None:
    """Raise what a person can mend; what says nothing of the table, as a lost executor does not, may be tried again.

    Args:
        place: the table.
        error: what Spark raised.
        changes: first and last version whose changes were asked for; null: they were not.
    """
    told = told_of_spark(error)
    if isinstance(told, BadLake) or (told is None and (isinstance(error, FINAL) or DELTA in str(error))):
        found = first_line(str(error)).rstrip(".")
        if changes is None:
            raise BadManifest(f"{place}: cannot be read as a Delta table: {found}. Nothing was written.") from error
        first, to = changes
        raise BadManifest(
            f"{place}: what changed in versions {first} to {to} cannot be told: {found}. Let its owner mend that. "
            f"{_way_on(to)} Nothing was written."
        ) from error
    if told is not None:
        raise told from error


def _written(rows: pa.Table, found: FeedRange, settings: Settings) -> Files:
    """The rows as files, named by what they hold, each checked as a manifest is.

    A file says inside which rows it holds, too: an upstream that writes its whole table anew each day would else give
    two nights the same bytes, and a row is known by its file's digest and its number.
    """
    begin, ingest = "start" if found.after is None else f"{found.after + 1}", settings.what.ingest
    readers = [MANIFESTS, *(folder for folder in FACTS if ingest.files_of(folder) == MANIFESTS)]
    files: Files = dict.fromkeys(readers, ())
    for number, start in enumerate(range(0, rows.num_rows, ROWS)):
        sink = io.BytesIO()
        name = f"{found.table_id}/{begin}-{found.to}-{number:04d}"
        pq.write_table(rows.slice(start, ROWS).replace_schema_metadata({"lookback.feed": name}), sink)
        uri = f"{settings.home}/feed/{name}.parquet"
        content = sink.getvalue()
        open_objects(uri).write(uri, content)
        digest = hashlib.sha256(content).hexdigest()
        for folder in readers:
            rows_read = checked_rows(folder, uri, content, ingest)
            files[folder] += (InputFile(uri=uri, sha256=digest, bytes=len(content), rows=rows_read),)
    return files
