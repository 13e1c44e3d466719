"""Work that gives way: it holds the lake's lease one piece at a time, and a night that waits goes first."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.lease import Lease
from jobs.tables import Tables

DAY = 86_400  # seconds that such work waits for a night, where no deadline ends it sooner
GAP = 1.0  # seconds between two pieces: who waits looks five times a second


@contextmanager
def turn(settings: Settings, spark: SparkSession, purpose: str, *, until: float | None = None) -> Iterator[Tables]:
    """The tables with the lease for one piece of work that gives way; it waits for whoever holds it.

    Its purpose begins with a word of `jobs.lease.GIVING_WAY`, so that others wait for the piece to end.

    Raises:
        LeaseHeld: until the deadline another writer held it.
    """
    wait = DAY if until is None else max(0, int(until - time.time()))
    lease_settings = settings.how.lease.model_copy(update={"wait_seconds": wait})
    with Lease(settings.tables, purpose, lease_settings) as lease:
        yield Tables(spark, settings.tables, retention_days=settings.what.releases.retention_days, lease=lease)
    time.sleep(GAP)
