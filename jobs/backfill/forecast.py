"""What a back-fill would look at, copy and cost; nothing is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conf.settings import Settings
from jobs.backfill.archive import Archive, frozen_now, released
from jobs.backfill.running import chosen_inspector
from jobs.pace import told_by
from jobs.session import open_session
from jobs.tables import Tables

EVERY_PART = ("decode",)  # what every look goes through, whatever parts follow


@dataclass(frozen=True)
class Forecast:
    """What a back-fill would be.

    Attributes:
        version: of the inspector in the registry.
        release: whose documents it would go through.
        contents: how many it would look at.
        first: which come first.
        looking: parts that look.
        copied: parts whose answers are copied from the inspector that saw most.
        seconds: of the whole with all cores at work, by the worker seconds of the nights; null where none tell.
    """

    version: str
    release: str
    contents: int
    first: str
    looking: tuple[str, ...]
    copied: tuple[str, ...]
    seconds: float | None

    def nights(self, hours: float) -> int | None:
        """Nights of so many hours that it would take."""
        return None if self.seconds is None else -int(-self.seconds // (3_600 * hours))


def forecast(settings: Settings, version: str | None, limit: int | None) -> Forecast:
    """The forecast for a version, or the challenger.

    Raises:
        BadLake: nothing is released yet.
        BadModel: there is no such version, or no challenger.
    """
    model = chosen_inspector(settings, version)
    tables = Tables(open_session(settings), settings.tables)
    shown = released(tables)
    frozen = frozen_now(tables, settings, model, limit=limit, slices=settings.how.slices.documents)
    archive = Archive.of("plan", shown.night, frozen, settings, tables)
    contents, copying = archive.waiting().count(), archive.copying
    looking = copying.task.settings.parts if copying else archive.task.settings.parts
    looked = sum(night.looked for night in told_by(tables, shown.lineage))
    looks = tables.read("runs").where("state = 'done' AND step = 'inspect'").select("run_id", "step", "state", "stages")
    runs = [row.asDict() for row in looks.collect() if row.run_id in shown.lineage]
    each = seconds_each(runs, looked, looking)
    cores = tables.spark.sparkContext.defaultParallelism
    return Forecast(
        version=model.version,
        release=shown.run_id,
        contents=contents,
        first=settings.what.order.first,
        looking=looking,
        copied=copying.copied if copying else (),
        seconds=None if each is None else contents * each / cores,
    )


def seconds_each(runs: Iterable[Mapping[str, Any]], looked: int, parts: Iterable[str]) -> float | None:
    """Worker seconds that these parts took for a document, in nights that looked at so many; null where none did."""
    counted = {*EVERY_PART, *parts}
    stages = [row["stages"] for row in runs if row["state"] == "done" and row["step"] == "inspect" and row["stages"]]
    if not stages or not looked:
        return None
    seconds: float = sum(seconds for told in stages for stage, seconds in told.items() if stage in counted)
    return seconds / looked
