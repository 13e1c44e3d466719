"""Whether the files that a release names are those that were written: asked before a night begins or a reader reads."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from conf.errors import BadLake
from jobs.delta_log import Damage, DeltaLog, oldest_kept
from schemas import TABLES

READERS = 8  # an object store answers one question in some 20 ms, and there are hundreds
Versions = Mapping[str, int]


def logs_of(root: str) -> dict[str, DeltaLog]:
    """The log of every table of a lake, there or not."""
    with ThreadPoolExecutor(READERS) as pool:
        return dict(zip(TABLES, pool.map(partial(DeltaLog, root), TABLES), strict=True))


def oldest_of(root: str) -> dict[str, int]:
    """The oldest version that the log of every table of a lake still tells."""
    with ThreadPoolExecutor(READERS) as pool:
        return dict(zip(TABLES, pool.map(partial(oldest_kept, root), TABLES), strict=True))


def recorded(told: Iterable[Versions]) -> dict[str, int]:
    """The newest version of each table that steps of `runs` or releases tell of."""
    newest: dict[str, int] = {}
    for versions in told:
        for name, version in versions.items():
            newest[name] = max(version, newest.get(name, 0))
    return newest


def damaged_logs(logs: Mapping[str, DeltaLog], newest: Versions | None = None) -> list[Damage]:
    """Logs that lost an entry or a checkpoint, or end before the newest version that is told of."""
    known = newest or {}
    with ThreadPoolExecutor(READERS) as pool:
        found = pool.map(lambda log: log.damage(known.get(log.table, -1)), logs.values())
    return [damage for damages in found for damage in damages]


def damaged_files(logs: Mapping[str, DeltaLog], pinned: Versions) -> list[Damage]:
    """Files of table versions that are gone, or of another size than when they were written."""
    with ThreadPoolExecutor(READERS) as pool:
        found = pool.map(lambda pin: logs[pin[0]].lost_files(pin[1]), sorted(pinned.items()))
    return [damage for damages in found for damage in damages]


def refuse(damages: list[Damage]) -> None:
    """Stop where anything is damaged.

    Raises:
        BadLake: with the first file, and what to do.
    """
    if damages:
        first = damages[0]
        more = f", and {len(damages) - 1} more files" if len(damages) > 1 else ""
        raise BadLake(f"{first}{more}. To mend it: {first.mend}. Nothing was written or shown; see lookback doctor")
