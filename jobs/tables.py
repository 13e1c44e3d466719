"""The one door to Delta: create, read at a version, append or replace once, digest."""

import json
import logging
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from conf.errors import BadLake, Undeclared, first_line
from conf.places import S3
from jobs.fault_points import reached
from jobs.lease import Lease
from jobs.object_store import telling, told_by_spark
from jobs.s3a import in_spark
from jobs.spark_errors import SPARK_ERRORS
from jobs.table_head import TableHead
from schemas import TABLES
from schemas.table import Table
from udfs.images.objects import open_bucket, open_objects

LOG = logging.getLogger(__name__)
STORE_ATTEMPTS = 3  # of a commit that an object store refused; what landed after all is not asked again
CREATE_THREADS = 4  # creating a table is one small commit, mostly waiting
READERS = 4  # asking a table's log is mostly waiting, too
DIGEST_WORDS = 4  # of 15 hex digits each: sums of 60-bit words fit a decimal(38,0) for 10^19 rows


class Tables:
    """The tables of one lake.

    Args:
        spark: the session.
        root: folder or s3:// prefix of the tables.
        retention_days: how long replaced files stay.
        lease: renewed before each commit; without it nothing can be written.
    """

    def __init__(self, spark: SparkSession, root: str, *, retention_days: int = 60, lease: Lease | None = None) -> None:
        self.spark = spark
        self.root = root
        self._retention_days = retention_days
        self._lease = lease
        self._types: dict[str, StructType] = {}

    def path(self, name: str) -> str:
        """Where a table is, as Spark names it."""
        return f"{in_spark(self.root)}/{TABLES[name].name}"

    def exists(self, name: str) -> bool:
        """Whether the table was created."""
        return self.version(name) is not None

    def ensure(self, names: tuple[str, ...]) -> None:
        """Create the tables that do not exist, with comments, constraints and retention."""
        missing = [name for name in names if not self.exists(name)]
        with ThreadPoolExecutor(CREATE_THREADS) as pool:
            list(pool.map(self._create, missing))

    def version(self, name: str) -> int | None:
        """Newest version; null where the table does not exist."""
        return self.head(name).version

    def head(self, name: str) -> TableHead:
        """What the table's log says of its head."""
        return TableHead.at(self.spark, self.path(name))

    def heads(self, names: Iterable[str]) -> dict[str, TableHead]:
        """What the logs of several tables say of their heads."""
        asked = tuple(names)
        with ThreadPoolExecutor(READERS) as pool:
            return dict(zip(asked, pool.map(self.head, asked), strict=True))

    def read(self, name: str, version: int | None = None) -> DataFrame:
        """A table at a version, or at its head; an empty frame where it does not exist.

        Columns that came later than that version are null.

        Raises:
            BadLake: that version cannot be read any more.
        """
        if not self.exists(name):
            return self.empty(name)
        reader = self.spark.read.format("delta")
        if version is not None:
            reader = reader.option("versionAsOf", version)
        try:
            return self._filled(name, reader.load(self.path(name)))
        except SPARK_ERRORS as error:
            raise BadLake(f"{name}, version {version}: {first_line(str(error))}") from error

    def empty(self, name: str) -> DataFrame:
        """No rows, the declared columns."""
        return self.spark.createDataFrame([], self.type_of(name))

    def type_of(self, name: str) -> StructType:
        """The declared columns as Spark knows them."""
        if name not in self._types:
            self._types[name] = cast("StructType", StructType.fromDDL(TABLES[name].ddl))
        return self._types[name]

    def recorded(self, name: str, transaction: str) -> bool:
        """Whether a transaction has already landed in a table."""
        return self.head(name).recorded(transaction)

    def append(self, name: str, frame: DataFrame, transaction: str) -> None:
        """Append rows, once for each transaction id."""
        self._write(name, frame, transaction, mode="append")

    def replace(self, name: str, frame: DataFrame, transaction: str) -> None:
        """Replace all rows, once for each transaction id."""
        self._write(name, frame, transaction, mode="overwrite")

    def removable(self, name: str, hours: int) -> int:
        """Files that a vacuum would remove, which nothing has named for so many hours; a thousand stand for more."""
        return self.spark.sql(f"VACUUM delta.`{self.path(name)}` RETAIN {hours} HOURS DRY RUN").count()

    def alter(self, name: str, statement: str) -> None:
        """Run a statement that changes no row, `{table}` in it standing for the table, under the lease.

        Raises:
            BadLake: opened for reading only.
        """
        self._renew(name)
        self.spark.sql(statement.replace("{table}", f"delta.`{self.path(name)}`"))

    def _create(self, name: str) -> None:
        """One commit that holds everything declared."""
        table = TABLES[name]
        columns = ", ".join(
            f"`{c.name}` {c.type}{' NOT NULL' if c.required else ''} COMMENT {quoted(c.doc)}" for c in table.columns
        )
        days = f"interval {self._retention_days} days"
        properties = {
            "delta.minReaderVersion": "1",
            "delta.deletedFileRetentionDuration": days,
            "delta.logRetentionDuration": days,
        } | {f"delta.constraints.{c.name}_holds": c.check for c in table.columns if c.check is not None}
        listed = ", ".join(f"{quoted(key)} = {quoted(value)}" for key, value in sorted(properties.items()))
        statement = (
            f"CREATE TABLE IF NOT EXISTS delta.`{self.path(name)}` ({columns}) USING delta "
            f"COMMENT {quoted(table.doc)} TBLPROPERTIES ({listed})"
        )

        def make() -> None:
            self._clear_beginning(name)
            self.spark.sql(statement)

        self._commit(name, make, landed=lambda: self.exists(name))
        if not self.exists(name):
            raise BadLake(f"{self.root}/{name} holds files and is no table. Move them away, then try again")

    def _clear_beginning(self, name: str) -> None:
        """Remove the log's folder of a table whose making ended before its first commit.

        Spark would take the folder for the table, and make none: the first write would make one, undeclared.
        """
        folder = f"{self.root}/{name}"
        log = f"{folder}/_delta_log"
        with telling(folder):
            if any(found.uri.endswith(".json") for found in open_objects(log).list(log)):
                return
            if log.startswith(S3):  # where a store shows folders, the one above is taken for the table as well
                for marker in (*(found.uri for found in open_bucket().list(log)), f"{log}/", f"{folder}/"):
                    open_bucket().delete(marker)
            else:
                shutil.rmtree(log, ignore_errors=True)

    def _commit(self, name: str, ask: Callable[[], object], *, landed: Callable[[], bool]) -> None:
        """Ask for a commit; an unclear answer is looked up, and what an object store refused is asked again."""
        for left in reversed(range(STORE_ATTEMPTS)):
            try:
                ask()
            except SPARK_ERRORS as error:
                if not landed():
                    if not (left and told_by_spark(str(error))):
                        raise
                    LOG.warning("%s: the store refused a commit, once more: %s", name, first_line(str(error)))
                    self._renew(name)  # who came first may hold the lease by now
                    continue
            return

    def _write(self, name: str, frame: DataFrame, transaction: str, *, mode: str) -> None:
        """One Delta transaction; a recorded one is skipped, and an unclear answer is looked up."""
        token = self._renew(name)  # before what is recorded is skipped: a zombie stops instead of following another
        if self.recorded(name, transaction):
            return
        writer = self._conformed(frame, TABLES[name]).write.format("delta").mode(mode)
        options: dict[str, Any] = {
            "txnAppId": transaction,
            "txnVersion": 1,
            "userMetadata": json.dumps({"transaction": transaction, "lease": token}),
        }
        reached(f"before_commit:{name}")
        save = partial(writer.options(**options).save, self.path(name))
        self._commit(name, save, landed=lambda: self.recorded(name, transaction))
        reached(f"after_commit:{name}")

    def _renew(self, name: str) -> str:
        """Prolong the lease before something is written; gives its token."""
        if self._lease is None:
            raise BadLake(f"{name}: opened for reading only; nothing is written without the lake's lease")
        self._lease.renew()
        return self._lease.token

    def _filled(self, name: str, frame: DataFrame) -> DataFrame:
        """The frame with declared columns that it lacks as nulls, in order; what was never declared stays behind."""
        later = {c.name: F.lit(None).cast(c.type) for c in TABLES[name].columns if c.name not in frame.columns}
        return frame.withColumns(later).select(*TABLES[name].names) if later else frame

    def _conformed(self, frame: DataFrame, table: Table) -> DataFrame:
        """The frame with its columns as declared, in order.

        Raises:
            Undeclared: columns are missing, unknown or of another type.
        """
        declared = self.type_of(table.name)
        missing = sorted(set(table.names) - set(frame.columns))
        unknown = sorted(set(frame.columns) - set(table.names))
        if missing or unknown:
            raise Undeclared(f"{table.name}: columns missing {missing}, not declared {unknown}; see schemas/")
        wrong = [
            f"{field.name} is {frame.schema[field.name].dataType.simpleString()}, not {field.dataType.simpleString()}"
            for field in declared
            if frame.schema[field.name].dataType.simpleString() != field.dataType.simpleString()
        ]
        if wrong:
            raise Undeclared(f"{table.name}: {'; '.join(wrong)}")
        return frame.select(*table.names)


def digest_of(name: str) -> Column:
    """Aggregate: order-free digest over the columns that do not measure the machine, 32 hex digits."""
    row = F.sha2(F.to_json(F.struct(*TABLES[name].digested)), 256)
    words = [F.sum(F.conv(F.substring(row, 1 + 15 * i, 15), 16, 10).cast("decimal(38,0)")) for i in range(DIGEST_WORDS)]
    sums = F.concat_ws(":", F.count("*").cast("string"), *(word.cast("string") for word in words))
    return F.substring(F.sha2(sums, 256), 1, 32)


def quoted(text: str) -> str:
    """A SQL string literal."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
