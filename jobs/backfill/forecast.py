"""What a back-fill would look at, copy and cost; nothing is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conf.settings import Settings
from jobs.backfill.archive import Archive, frozen_now, released
from jobs.backfill.running import chosen_inspector
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
    looks = tables.read("runs").where("state = 'done' AND step = 'inspect'").select("run_id", "stages", "contents")
    each = seconds_each([row.asDict() for row in looks.collect() if row.run_id in shown.lineage], looking)
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


def seconds_each(looks: Iterable[Mapping[str, Any]], parts: Iterable[str]) -> float | None:
    """Worker seconds that these parts took for a content, by stages and contents of looks; null where none tell."""
    counted = {*EVERY_PART, *parts}
    telling = [look for look in looks if look["stages"] and look["contents"]]
    contents = sum(look["contents"] for look in telling)
    seconds: float = sum(spent for look in telling for stage, spent in look["stages"].items() if stage in counted)
    return seconds / contents if contents else None
