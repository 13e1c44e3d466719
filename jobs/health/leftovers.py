"""What faults leave behind, and what to do about it: pure findings over collected facts."""

from collections.abc import Mapping, Sequence

from jobs.delta_log import GONE, Damage
from jobs.health.doctor import GB, Finding

MOST_TOLD = 5  # damaged files that one line names
LEAST_SPILL = 1 << 30  # bytes without which a shuffle is not begun
MANY_ORPHANS = 0.1  # share of the tables' bytes from which what killed writers left is told


def log_finding(damages: Sequence[Damage], tables: int) -> Finding:
    """Logs of tables, which say what a table holds."""
    if damages:
        return Finding("fail", "logs", _told(damages), _mends(damages))
    return Finding("pass", "logs", f"{tables} table logs, every entry there and whole")


def files_finding(damages: Mapping[str, Sequence[Damage]], newest: str | None, versions: int) -> Finding:
    """Data files of live releases, by release; where only the newest is struck, its parent can be shown instead."""
    struck = [release for release, found in damages.items() if found]
    if not struck:
        return Finding("pass", "tables", f"{versions} table versions of the releases, every file there and whole")
    found = list(dict.fromkeys(damage for release in struck for damage in damages[release]))
    mend = _mends(found)
    if struck == [newest] and len(damages) > 1:
        mend += "; or show the release before it: lookback release rollback"
    return Finding("fail", "tables", f"{_told(found)} (named by {', '.join(struck)})", mend)


def without_outlived(
    damages: Mapping[str, Sequence[Damage]], replaced: Mapping[str, float], before: float
) -> dict[str, Sequence[Damage]]:
    """Damages of releases, newest first, but for the oldest ones that upkeep took under a smaller `releases.keep`.

    Args:
        damages: by release.
        replaced: seconds since the epoch at which another release came in a release's place.
        before: what was replaced earlier might be removed.
    """
    kept = dict(damages)
    for release in reversed(list(damages)):
        found = damages[release]
        if not found or replaced.get(release, before) >= before or any(damage.what != GONE for damage in found):
            break
        del kept[release]
    return kept


def outlived_finding(releases: Sequence[str]) -> Finding:
    """Live releases, by the setting, whose files are gone since they were replaced longer ago than files are kept."""
    text = (
        f"{', '.join(releases)}: no longer readable, some files are gone. They were replaced longer ago than "
        "releases.retention_days, and where releases.keep was smaller then, upkeep took them"
    )
    return Finding("warn", "live", text, "if it never was smaller, restore them from a backup")


def contents_finding(expected: Mapping[str, str], found: Mapping[str, str], run_id: str) -> Finding:
    """Rows and digests of a release's views as published and as read now, in words, by view."""
    other = [f"{name}: {found.get(name, 'cannot be read')}, not {told}" for name, told in expected.items()
             if found.get(name) != told]  # fmt: skip
    if other:
        return Finding(
            "fail", "contents", f"{run_id} is not what was published: {'; '.join(other)}", "restore it from a backup"
        )
    return Finding("pass", "contents", f"{run_id}: {len(expected)} views hold what was published")


def orphans_finding(orphans: int, size: int, whole: int) -> Finding:
    """Data files that no log names: what killed writers left."""
    text = f"{orphans:,} data files that no log names, {size / GB:.2f} GB, as killed writers leave them"
    if orphans and size > MANY_ORPHANS * whole:
        return Finding("warn", "left over", text, "lookback maintain")
    return Finding("pass", "left over", text)


def resume_finding(refusal: str | None) -> Finding:
    """Whether the open night could go on with these settings, this code and these models."""
    if refusal is None:
        return Finding("pass", "resume", "settings, code and models are those of the open night, or none is open")
    why, _, mend = refusal.partition(". ")
    return Finding("warn", "resume", why, mend or None)


def spill_finding(place: str, free: int) -> Finding:
    """Free bytes where Spark puts what memory does not hold."""
    text = f"spark.local.dir on {place}: {free / GB:.1f} GB free"
    if free < LEAST_SPILL:
        return Finding("fail", "spill", text, "free space there, or name another folder in SPARK_LOCAL_DIRS")
    return Finding("pass", "spill", text)


def _told(damages: Sequence[Damage]) -> str:
    more = f", and {len(damages) - MOST_TOLD:,} more" if len(damages) > MOST_TOLD else ""
    return "; ".join(str(damage) for damage in damages[:MOST_TOLD]) + more


def _mends(damages: Sequence[Damage]) -> str:
    return "; ".join(dict.fromkeys(damage.mend for damage in damages))
