"""How long replaced files stay: the days that the settings name, and as long as a live release or open night needs."""

import logging
import math
import time
from collections.abc import Mapping

from jobs.nights import Told, attempts
from jobs.publishing.intact import oldest_of
from jobs.publishing.releases import live, publications
from jobs.tables import Tables

LOG = logging.getLogger(__name__)
HOUR, DAY = 3_600, 86_400
MARGIN_DAYS = 1  # between the clocks of a table's log and of its files
AHEAD_DAYS = 14  # that what is read may age until the next maintenance
ROOM_DAYS = 30  # given at once where the room runs out, so that not every maintenance has to


def oldest_read(tables: Tables, keep: int, *more: Mapping[str, int]) -> dict[str, int]:
    """The oldest version of each table that a live release, or a night that may go on, reads, and that still stands.

    Args:
        tables: of the lake.
        keep: releases that stay live.
        more: versions that something else reads, by table.
    """
    rows, oldest = publications(tables), oldest_of(tables.root)
    told = Told.by(rows)
    begun = attempts(tables, leaving_out=told.published)
    going_on = (one for one in begun if told.is_open(one) and one.frozen.parent == told.parent)
    releases = (release.versions for release in live(rows, keep, oldest))
    read: dict[str, int] = {}
    for versions in (*releases, *(attempt.frozen.versions for attempt in going_on), *more):
        for name, version in versions.items():
            if version >= oldest.get(name, 0):
                read[name] = min(version, read.get(name, version))
    return read


def keep_hours(age: float, retention_days: int) -> int:
    """Hours for which a vacuum must leave replaced files, where what is read is so old, in seconds."""
    return max(24 * retention_days, math.ceil(age / HOUR) + 24 * MARGIN_DAYS)


def property_days(age: float, retention_days: int) -> int:
    """Days for which a table must promise to keep replaced files, so that a version so old stays readable for a while.

    Delta reads the newest version however old, and refuses it by its age from the next commit on.
    """
    days = math.ceil(age / DAY)
    return retention_days if days + AHEAD_DAYS <= retention_days else days + ROOM_DAYS


def promise(days: int) -> str:
    """The statement by which a table keeps replaced files for so many days, `{table}` in it standing for the table."""
    # Both in one: files may stay no longer than the log, for which Delta takes its default where it is left out.
    kept = (f"'delta.{name}RetentionDuration' = 'interval {days} days'" for name in ("deletedFile", "log"))
    return f"ALTER TABLE {{table}} SET TBLPROPERTIES ({', '.join(kept)})"


def keep_readable(tables: Tables, versions: Mapping[str, int], retention_days: int) -> None:
    """Let tables keep longer what is read of them, where commits that come now would make that unreadable by its age.

    Args:
        tables: of the lake, with its lease.
        versions: that are read, by table.
        retention_days: that a table promises from the first.
    """
    for name, head in sorted(tables.heads(versions).items()):
        committed = head.committed(versions[name])
        days = retention_days if committed is None else property_days(time.time() - committed, retention_days)
        if days > head.retention_days:
            LOG.info("%s: replaced files stay %d days from now on, for what is read of it", name, days)
            tables.alter(name, promise(days))
