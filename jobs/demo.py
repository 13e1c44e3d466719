"""The demo: a lake of specimens, two whole nights, and what they found."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from conf.settings import Settings
from jobs import machine
from jobs.demo_lake import clear, local
from jobs.night import Ask, run_night
from jobs.run import Progress
from udfs.specimens.lake import LakePlan, deliver, plan_lake

NIGHTS = 2
DRAW = "draw"  # what precedes a night here: specimens come from nowhere else


Watch = Callable[[str], AbstractContextManager[Progress]]


def run_demo(settings: Settings, *, documents: int, seed: int, watch: Watch) -> None:
    """Write the lake and run both nights.

    Args:
        settings: of the demo's lake.
        documents: specimen documents over both nights, besides some bad rows.
        seed: another seed, another lake.
        watch: opens, for a title, what is told (step, done, total).

    Raises:
        BadLake: the folder is there and no demo made it.
        JobError: a night failed; what was committed stays.
    """
    lake = local(settings.lake)
    clear(lake)
    plan = plan_lake(documents, seed, nights=NIGHTS)
    for night in range(NIGHTS):
        day = plan.night_date(night)
        with watch(str(day)) as progress:
            deliver_night(plan, lake, night, progress)
            run_night(settings, Ask(day, progress=progress))


def deliver_night(plan: LakePlan, lake: Path, night: int, progress: Progress) -> None:
    """Draw one night's specimens and put them into the lake."""
    progress(DRAW, 0, 0)
    deliver(plan, lake, night, workers=machine.cores(), progress=lambda done, total: progress(DRAW, done, total))
    progress(DRAW, 1, 1)
