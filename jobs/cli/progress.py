"""Shows how far a night is: a bar on a terminal, one line a step and one a minute elsewhere."""

import time
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from conf.wording import duration
from jobs.cli.output import ERRORS
from jobs.pipeline import PIPELINE

QUIET_SECONDS = 60.0
NAMES = tuple(step.name for step in PIPELINE)


class NightProgress:
    """A reporter of (step, done, total); use it as a context."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            console=ERRORS,
            disable=not ERRORS.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}
        self._began: dict[str, float] = {}
        self._told = 0.0

    def __enter__(self) -> "NightProgress":
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.__exit__(kind, error, trace)

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take in how far a step is; (0, 0) begins it, (1, 1) ends it."""
        now = time.monotonic()
        began = self._began.setdefault(step, now)
        if ERRORS.is_terminal:
            self._show(step, done, total, note=self._pace(done, total, now - began))
        elif (done, total) == (1, 1):
            ERRORS.print(f"{self._where(step)}  done  {now - began:.1f} s")
        elif total > 1 and now - self._told > QUIET_SECONDS:
            self._told = now
            ERRORS.print(f"{self._where(step)}  {done:,} of {total:,} documents{self._pace(done, total, now - began)}")

    def _show(self, step: str, done: int, total: int, *, note: str) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._bar.add_task(self._where(step), total=None, note="")
        ended = (done, total) == (1, 1)
        self._bar.update(
            self._tasks[step],
            total=1 if ended else total or None,
            completed=1 if ended else done,
            note="done" if ended else note,
        )

    def _where(self, step: str) -> str:
        place = f"{NAMES.index(step) + 1}/{len(NAMES)}" if step in NAMES else "  "
        return f"{self._title}  {place} {step:<8}"

    @staticmethod
    def _pace(done: int, total: int, seconds: float) -> str:
        if done <= 0 or seconds <= 0 or total <= 1:
            return ""
        rate = done / seconds
        left = (total - done) / rate
        return f", {rate:.0f}/s, {duration(left)} left"
