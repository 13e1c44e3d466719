"""Maintains the tables: merges small files, clusters grown tables, removes files that no live release needs."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass

from conf.settings import Settings
from jobs.run import Progress, silent
from jobs.session import open_session
from jobs.table_head import TableHead
from jobs.tables import Tables
from jobs.turns import turn
from jobs.upkeep.due import Due, TableState, due
from jobs.upkeep.retention import keep_hours, oldest_read, promise
from schemas import TABLES

LOG = logging.getLogger(__name__)
STEP = "maintain"


@dataclass(frozen=True)
class Maintained:
    """What was done to one table.

    Attributes:
        table: its name.
        files: data files at its head before and after; of a dry run, as few as merging would leave.
        removed: files that no live release needs, orphans of killed drivers among them; a thousand stand for more.
        cluster_by: column that it is clustered by from now on.
        days: retention that it promises from now on.
    """

    table: str
    files: tuple[int, int]
    removed: int
    cluster_by: str | None = None
    days: int | None = None


def table_states(tables: Tables, keep: int, now: float) -> dict[str, TableState]:
    """Every table that exists, at its head, with the age of what is read of it where `keep` releases are live."""
    read = oldest_read(tables, keep)
    logs = tables.heads(TABLES)
    return {name: _state(log, read.get(name), now) for name, log in logs.items() if log.version is not None}


def _state(log: TableHead, oldest: int | None, now: float) -> TableState:
    committed = None if oldest is None else log.committed(oldest)
    return TableState(
        log.files, log.size, log.retention_days, log.is_clustered, 0.0 if committed is None else now - committed
    )


def maintain(settings: Settings, *, dry: bool = False, progress: Progress = silent) -> list[Maintained]:
    """Do what is due, one table at a time, each with the lease of its own; a night that waits goes first.

    Readers of a live release see what they saw: it names table versions, and their files stay.

    Raises:
        LeaseHeld: another writer took the lake over.
    """
    spark = open_session(settings)
    tables = Tables(spark, settings.tables)
    days = settings.what.releases.retention_days
    states = table_states(tables, settings.what.releases.keep, time.time())
    wanted = {one.table: one for one in due(states, settings.how.upkeep, retention_days=days)}
    done = []
    for number, (name, state) in enumerate(states.items()):
        one = wanted.get(name, Due(name))
        hours = max(keep_hours(state.age, days), 24 * (one.days or state.retention_days))
        gone = tables.removable(name, hours)
        if not dry and (gone or name in wanted):
            with turn(settings, spark, STEP) as mine:
                for statement in statements(one, hours if gone else None):
                    mine.alter(name, statement)
        if gone or name in wanted:
            left = state.files - one.small_files if dry else tables.head(name).files
            counted = (state.files, left)
            done.append(Maintained(name, counted, gone, one.cluster_by, one.days))
        progress(STEP, number + 1, len(states))
    return done


def statements(one: Due, hours: int | None) -> Iterator[str]:
    """The statements for one table, in order: a promise to keep files is made before any are removed.

    Args:
        one: what is due.
        hours: for which replaced files stay, where files are removed.
    """
    if one.days:
        yield promise(one.days)
    if one.cluster_by:
        yield f"ALTER TABLE {{table}} CLUSTER BY ({one.cluster_by})"
    if one.small_files or one.cluster_by:
        yield "OPTIMIZE {table}"
    if hours is not None:
        yield f"VACUUM {{table}} RETAIN {hours} HOURS"
