"""Brings the tables of a lake that an earlier version wrote up to date."""

from conf.errors import BadLake
from conf.settings import Settings
from jobs.session import open_session
from jobs.turns import turn
from jobs.upkeep.retention import keep_readable, oldest_read
from jobs.upkeep.shape import Gap, gaps, refuse_gone

STEP = "maintain upgrade"


def upgrade(settings: Settings) -> list[Gap]:
    """Add what is missing, under the lease; gives what was added. What live releases read stays readable.

    Raises:
        BadLake: something is missing that only a migration could add.
    """
    spark, releases = open_session(settings), settings.what.releases
    with turn(settings, spark, STEP) as tables:
        found = gaps(tables)
        refuse_gone(tables, found)
        stuck = [f"{gap.table} {gap.lacks}" for gap in found if not gap.mends]
        if stuck:
            raise BadLake(f"{tables.root}: cannot be upgraded: {'; '.join(stuck)}. Use the version that wrote it")
        if found:
            keep_readable(tables, oldest_read(tables, releases.keep), releases.retention_days)
        tables.ensure(tuple(gap.table for gap in found if not gap.statements))
        for gap in found:
            for statement in gap.statements:
                tables.alter(gap.table, statement)
    return found
