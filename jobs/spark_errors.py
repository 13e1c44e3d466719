"""What a failing Spark call raises: PySpark's own errors, and what the JVM threw where PySpark knows no name for it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from conf.errors import JobError
from jobs.object_store import told_by_spark

SPARK_ERRORS = (PySparkException, Py4JJavaError)
TOLD = re.compile(r"^conf\.errors\.(\w+): (.+)$", re.MULTILINE)


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
