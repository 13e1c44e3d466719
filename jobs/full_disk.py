"""A full disk is told as such, whoever met it: Delta, a shuffle, the lease, or the store of models."""

import errno
import os
import shutil
import tempfile
from pathlib import Path

from conf.errors import DiskFull
from conf.settings import Settings

FULL = (errno.ENOSPC, errno.EDQUOT)
SAID = (*(os.strerror(number) for number in FULL), "database or disk is full")
LOCAL_DIR = "spark.local.dir"
MB = 1e6


def told_of_full_disk(error: Exception, settings: Settings) -> DiskFull | None:
    """The error for a person, with the disks' names, where something failed for want of room; null for any other."""
    if not for_want_of_room(error):
        return None
    told = "; ".join(f"{what} ({place}): {free / MB:,.1f} MB free" for what, place, free in disks(settings))
    return DiskFull(
        f"a disk is full. The fullest first: {told}. What was committed stands. Make room there, or name another "
        "place (how.places.tables, spark.local.dir, TMPDIR), then run the same command again"
    )


def for_want_of_room(error: BaseException | None) -> bool:
    """Whether an error, or one that it stems from, says that a disk is full."""
    while error is not None:
        if (isinstance(error, OSError) and error.errno in FULL) or any(said in str(error) for said in SAID):
            return True
        error = error.__cause__ or error.__context__
    return False


def disks(settings: Settings) -> list[tuple[str, str, int]]:
    """Where a night writes: what for, the folder, and its free bytes, fullest first."""
    named = os.environ.get("SPARK_LOCAL_DIRS") or settings.how.spark.conf.get(LOCAL_DIR) or tempfile.gettempdir()
    is_placed = settings.how.places.tables or settings.how.places.lake
    folders = [settings.tables] if is_placed and "://" not in settings.tables else []
    places = [("tables", folder) for folder in folders] + [(LOCAL_DIR, place) for place in named.split(",")]
    places += [("temporary files", tempfile.gettempdir())] * (tempfile.gettempdir() not in named.split(","))
    found = [(what, place, shutil.disk_usage(standing(Path(place))).free) for what, place in places]
    return sorted(found, key=lambda entry: entry[2])


def standing(place: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(folder for folder in (place, *place.absolute().parents) if folder.is_dir())
