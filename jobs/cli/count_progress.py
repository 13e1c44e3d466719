"""Shows how far a long look through files is: a bar on a terminal, one line a minute elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from jobs.cli.output import ERRORS
from jobs.cli.progress import QUIET_SECONDS

if TYPE_CHECKING:
    from jobs.health.night_estimate import Told


@contextmanager
def counted() -> "Iterator[Told]":
    """Give a reporter of (what, done, total) that shows counts, pace and time left on stderr."""
    bar = Progress(
        TextColumn("{task.description:<12}"),
        BarColumn(28),
        MofNCompleteColumn(),
        TextColumn("{task.fields[pace]}"),
        TimeRemainingColumn(compact=True),
        console=ERRORS,
        disable=not ERRORS.is_terminal,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}
    began: dict[str, float] = {}
    told_at = time.monotonic()

    def tell(what: str, done: int, total: int) -> None:
        nonlocal told_at
        now = time.monotonic()
        pace = pace_of(done, now - began.setdefault(what, now))
        if ERRORS.is_terminal:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total, pace="")
            bar.update(tasks[what], completed=done, total=total, pace=pace)
        elif now - told_at > QUIET_SECONDS:
            told_at = now
            ERRORS.print(f"{what} {done:,} of {total:,}{', ' + pace if pace else ''}")

    with bar:
        yield tell


def pace_of(done: int, seconds: float) -> str:
    """How many a second, once that means something."""
    return f"{done / seconds:.1f}/s" if done and seconds > 1 else ""
