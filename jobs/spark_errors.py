"""What a failing Spark call raises: PySpark's own errors, and what the JVM threw where PySpark knows no name for it."""

import re

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from conf.errors import BadLake, JobError
from jobs.object_store import OF_STORE, told_by_spark

SPARK_ERRORS = (PySparkException, Py4JJavaError)
# A file that is gone, is none of its kind, or whose pages or blocks do not have the checksum that stands with them.
DAMAGED = re.compile(
    r"FAILED_READ_FILE|ChecksumException|checksum verification failed|is not a Parquet file|FileNotFoundException"
)
# What is gone from a store is damage; whatever else a store answers says nothing of the file.
GONE = re.compile(r"FileNotFoundException|NoSuchKey")
FILE = re.compile(r"(?:file|s3a?):/[^\s'\"\\]+?\.(?:parquet|json)")
TOLD = re.compile(r"^conf\.errors\.(\w+): (.+)$", re.MULTILINE)


def told_of_damage(error: Exception) -> BadLake | None:
    """The error for a person where a file of a table is not what was written; null for any other."""
    said = str(error)
    file = FILE.search(said)
    if file is None or not isinstance(error, SPARK_ERRORS) or not DAMAGED.search(said):
        return None
    if OF_STORE.search(said) and not GONE.search(said):
        return None
    return BadLake(
        f"{file[0]} is damaged: it cannot be read as it was written. Restore it from a "
        "backup, or show the release before it: lookback release rollback. What else is damaged: lookback doctor --deep"
    )


def told_of_spark(error: Exception) -> JobError | None:
    """The error for a person where a file of a table, or the store that it is in, failed Spark; null for any other."""
    away = told_by_spark(str(error)) if isinstance(error, SPARK_ERRORS) else None
    return told_of_damage(error) or away


def told_by_worker(error: Exception) -> JobError | None:
    """The error for a person that a worker raised, out of the trace that Spark made of it; null for any other."""
    kinds = {kind.__name__: kind for kind in JobError.__subclasses__()}
    known = [kinds[name](message.strip()) for name, message in TOLD.findall(str(error)) if name in kinds]
    return known[-1] if known else None
