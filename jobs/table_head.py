"""What a table's log says of its head, asked straight in the JVM: no query is planned."""

import json
from dataclasses import dataclass
from typing import Any

from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

DELTAS_OWN = "interval 7 days"  # retention of a table that names none


@dataclass(frozen=True)
class TableHead:
    """The newest snapshot of one table.

    Attributes:
        snapshot: Delta's own, in the JVM; its version is -1 where there is no table.
    """

    snapshot: Any

    @classmethod
    def at(cls, spark: SparkSession, path: str) -> "TableHead":
        """As it is now."""
        jvm: Any = spark._jvm
        log = jvm.org.apache.spark.sql.delta.DeltaLog.forTable(spark._jsparkSession, path)
        nothing = jvm.scala.Option.empty()
        return cls(log.update(False, nothing, nothing))

    @property
    def version(self) -> int | None:
        """Newest version; null where there is no table."""
        version = int(self.snapshot.version())
        return version if version >= 0 else None

    def recorded(self, transaction: str) -> bool:
        """Whether a transaction has landed."""
        return bool(self.snapshot.transactions().contains(transaction))

    def committed(self, version: int) -> float | None:
        """Seconds since the epoch at which a version was committed, as Delta ages it; null where its entry is gone."""
        entry = self.snapshot.path().suffix(f"/{version:020d}.json")
        files = entry.getFileSystem(self.snapshot.deltaLog().newDeltaHadoopConf())
        return float(files.getFileStatus(entry).getModificationTime()) / 1_000 if files.exists(entry) else None

    @property
    def files(self) -> int:
        """Data files."""
        return int(self.snapshot.numOfFiles())

    @property
    def size(self) -> int:
        """Bytes of the data files."""
        return int(self.snapshot.sizeInBytes())

    @property
    def types(self) -> dict[str, str]:
        """Columns with their types, as Spark writes them."""
        stored = StructType.fromJson(json.loads(self._metadata["schemaString"]))
        return {field.name: field.dataType.simpleString() for field in stored}

    @property
    def properties(self) -> dict[str, str]:
        """Table properties, constraints among them."""
        return dict(self._metadata.get("configuration", {}))

    @property
    def retention_days(self) -> int:
        """Days for which it promises to keep replaced files."""
        return int(self.properties.get("delta.deletedFileRetentionDuration", DELTAS_OWN).split()[1])

    @property
    def is_clustered(self) -> bool:
        """Whether it was told to cluster by a column."""
        return "delta.clustering" in str(self.snapshot.domainMetadata().toString())

    @property
    def _metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.snapshot.metadata().json())["metaData"]
        return found
