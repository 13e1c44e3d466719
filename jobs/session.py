"""The one door to Spark: how the session is built."""

import os
import re
import shutil
import sys
import warnings
from pathlib import Path

from pyspark import SparkConf, SparkContext
from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs import machine, s3a
from jobs.jars import spark_jars

# A night on one machine is many small queries, each compiled once: the first compiler tier costs least of all.
LOG4J = Path(__file__).parent.parent / "conf" / "log4j2.properties"
JVM = f"-Dlog4j2.configurationFile=file:{LOG4J} -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC"

# Threads of one process are offered no resources: a task that asks for a share of a GPU would wait for ever.
LOCAL = re.compile(r"local(\[|$)")
RESOURCE = re.compile(r"spark\.(driver|executor|task)\.resource\.")

ONE_MACHINE = {
    # Compiling and re-planning a query costs more than the little data that one machine's night moves.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    # One machine lists a table faster than it parses the statistics that would spare it some files.
    "spark.databricks.delta.stats.skipping": "false",
    # Each task's plan is broadcast in blocks of 4 MiB, each sort takes a page of 64: too much for little data.
    "spark.broadcast.blockSize": "256k",
    "spark.broadcast.compress": "false",
    "spark.buffer.pageSize": "1m",
    # Each plan is written out for a page that is not shown, at length, and kept with those of a thousand others.
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.debug.maxToStringFields": "2",
    "spark.ui.retainedJobs": "20",
    "spark.ui.retainedStages": "20",
    "spark.ui.retainedTasks": "100",
    "spark.sql.ui.retainedExecutions": "5",
    # Hadoop's newer interface to local files starts a process to ask of every name whether it is a link.
    "spark.delta.logStore.file.impl": "io.delta.storage.LocalLogStore",
    "spark.sql.streaming.checkpointFileManagerClass": (
        "org.apache.spark.sql.execution.streaming.checkpointing.FileSystemBasedCheckpointFileManager"
    ),
    # Spark's other case mapping computes a table of all characters at its first use, a second and a half.
    "spark.sql.icu.caseMappings.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def open_session(settings: Settings) -> SparkSession:
    """The Spark session: what spark-submit gave stands, the rest is set for the machine found."""
    for library in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(library, "1")  # a worker is one core; sums on one thread are the same everywhere
    warnings.filterwarnings("ignore", module="pyspark")
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if submitted:
        SparkContext._ensure_initialized()
    else:
        s3a.add_jars(settings)
    chosen = _defaults(settings, embedded=not submitted)
    os.environ["PYSPARK_PYTHON"] = _python(threads=not submitted and _on_threads(chosen))
    conf = SparkConf()
    for key, value in chosen.items():
        conf.setIfMissing(key, value)
    return SparkSession.builder.config(conf=conf).getOrCreate()


def class_archive() -> Path:
    """Where the classes that a session loads are kept parsed, or would be: see `jobs/class_archive.py`."""
    return spark_jars().with_name("lookback-classes.jsa")


def _defaults(settings: Settings, *, embedded: bool) -> dict[str, str]:
    """Every setting that Lookback would choose, with those of the settings tree on top."""
    spark = settings.how.spark
    cores = spark.cores or machine.cores()
    chosen = {
        "spark.app.name": "lookback",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.pyspark.udf.faulthandler.enabled": "true",
        # A pandas UDF would get a whole row group as one batch, whatever its size.
        "spark.sql.execution.arrow.pythonUDF.columnarInput.enabled": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "256",
        # A flipped bit stops whoever reads it: the pages of data files carry checksums, which are not read by default.
        "spark.hadoop.parquet.page.verify-checksum.enabled": "true",
        "spark.databricks.delta.snapshotPartitions": str(max(2, cores)),
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": str(max(4, cores)),
        "spark.sql.shuffle.partitions": str(spark.shuffle_partitions or 2 * cores),
        "spark.executorEnv.OMP_NUM_THREADS": "1",
        "spark.executorEnv.OPENBLAS_NUM_THREADS": "1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    } | s3a.session_settings(settings)
    if embedded:
        chosen |= ONE_MACHINE | {
            "spark.master": spark.master or f"local[{cores}]",
            "spark.driver.memory": spark.driver_memory or machine.driver_memory(),
            "spark.sql.shuffle.partitions": str(spark.shuffle_partitions or cores),
            "spark.driver.extraJavaOptions": f"{JVM} -XX:SharedArchiveFile={class_archive()}",
        }
    chosen |= spark.conf
    threads = embedded and _on_threads(chosen)
    return {key: value for key, value in chosen.items() if not (threads and RESOURCE.match(key))}


def _on_threads(chosen: dict[str, str]) -> bool:
    return LOCAL.match(chosen["spark.master"]) is not None


def _python(*, threads: bool) -> str:
    """The Python of workers; threads of this process have no archive unpacked beside them, where another may be."""
    named = os.environ.get("PYSPARK_PYTHON", sys.executable)
    return sys.executable if threads and shutil.which(named) is None else named
