"""Work that gives way: it holds the lake's lease one piece at a time, and a night that waits goes first."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from conf.errors import LeaseHeld
from conf.settings import Settings
from jobs.lease import Lease
from jobs.tables import Tables

LOG = logging.getLogger(__name__)
DAY = 86_400  # seconds that such work waits for a night, where no deadline ends it sooner
GAP = 1.0  # seconds between two pieces: who waits looks five times a second
NEXT_STEP_SECONDS = 180.0  # for which an open night's next step is awaited: a scheduler starts a process for each
POLL_SECONDS = 5.0
UNDER_WAY = ("opened", "done")


@contextmanager
def turn(settings: Settings, spark: SparkSession, purpose: str, *, until: float | None = None) -> Iterator[Tables]:
    """The tables with the lease for one piece of work that gives way; it waits for whoever holds it.

    It waits for a night that is between two steps as well, where no process of that night may live just then. Its
    purpose begins with a word of `jobs.lease.GIVING_WAY`, so that others wait for the piece to end.

    Raises:
        LeaseHeld: until the deadline another writer held it, or a night was between two steps.
    """
    while True:
        wait = DAY if until is None else max(0, int(until - time.time()))
        lease_settings = settings.how.lease.model_copy(update={"wait_seconds": wait})
        with Lease(settings.tables, purpose, lease_settings) as lease:
            tables = Tables(spark, settings.tables, retention_days=settings.what.releases.retention_days, lease=lease)
            if not _between_steps(tables):
                yield tables
                break
        if until is not None and time.time() + POLL_SECONDS > until:
            raise LeaseHeld(f"{settings.tables}: a night is between two steps, and {purpose} has no time left to wait")
        LOG.info("%s waits: a night is between two steps", purpose)
        time.sleep(POLL_SECONDS)
    time.sleep(GAP)


def _between_steps(tables: Tables) -> bool:
    """Whether the newest row of `runs` was written a moment ago by a night that is to go on."""
    newest = tables.read("runs").agg(F.max_by("state", "at"), F.unix_timestamp(F.max("at"))).head()
    return newest is not None and newest[0] in UNDER_WAY and time.time() - newest[1] < NEXT_STEP_SECONDS
