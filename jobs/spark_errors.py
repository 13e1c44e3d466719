"""What a failing Spark call raises: PySpark's own errors, and what the JVM threw where PySpark knows no name for it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from conf.errors import BadLake, JobError
from jobs.object_store import told_by_spark

SPARK_ERRORS = (PySparkException, Py4JJavaError)
# A file that is gone, is none of its kind, or whose pages or blocks do not have the checksum that stands with them.
DAMAGED = re.compile(
    r"FAILED_READ_FILE|ChecksumException|checksum verification failed|is not a Parquet file|FileNotFoundException"
)
FILE = re.compile(r"(?:file|s3a?):/[^\s'\"\\]+?\.(?:parquet|json)")
TOLD = re.compile(r"^conf\.errors\.(\w+): (.+)$", re.MULTILINE)


def told_of_damage(error: Exception) -> BadLake | None:
    """The error for a person where a file of a table is not what was written; null for any other."""
    file = FILE.search(str(error))
    if file is None or not isinstance(error, SPARK_ERRORS) or not DAMAGED.search(str(error)):
        return None
    return BadLake(
        f"{file[0]} is damaged: it cannot be read as it was written. Restore it from a "
        "backup, or show the release before it: lookback release rollback. What else is damaged: lookback doctor --deep"
    )


def told_by_worker(error: Exception) -> JobError | None:
    """The error for a person that a worker raised, out of the trace that Spark made of it; null for any other."""
    kinds = {kind.__name__: kind for kind in JobError.__subclasses__()}
    known = [kinds[name](message.strip()) for name, message in TOLD.findall(str(error)) if name in kinds]
    return known[-1] if known else None


@contextmanager
def telling_of_store(place: str) -> Iterator[None]:
    """Where the object store of the tables fails Spark meanwhile, that is what a person is told."""
    try:
        yield
    except SPARK_ERRORS as error:
        told = told_by_spark(place, str(error))
        if told is None:
            raise
        raise told from error
