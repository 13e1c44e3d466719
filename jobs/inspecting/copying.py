"""Copies what unchanged parts said of a content, so that only the others look again."""

from collections.abc import Mapping
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.observations import PARTS
from udfs.parts import inspector_fingerprint, part_fingerprints, parts_to_look
from udfs.task import InspectTask


@dataclass(frozen=True)
class Copying:
    """From whom to copy, and what.

    Attributes:
        source: fingerprint of the inspector whose observations are copied from.
        copied: parts whose answers are copied.
        inspector: fingerprint of the inspector that looks.
        prints: fingerprints of all its parts.
        task: the inspection by the parts that have to look.
    """

    source: str
    copied: tuple[str, ...]
    inspector: str
    prints: Mapping[str, str]
    task: InspectTask

    def whole(self, answers: DataFrame, observed: DataFrame) -> DataFrame:
        """Answers of the parts that looked, with what the source's observations say of the others."""
        told = [name for name in PARTS if name in self.copied]
        old = observed.where(F.col("inspector") == self.source).select(
            "sha256", F.struct(*told, F.col("skipped").alias("_skipped")).alias("_old")
        )
        joined = answers.join(old, "sha256")
        of_copied = F.map_filter(
            "_old._skipped", lambda part, _: F.split_part(part, F.lit("."), F.lit(1)).isin(*self.copied)
        )
        skipped = F.map_concat(F.coalesce("skipped", _no_words()), F.coalesce(of_copied, _no_words()))
        made = {name: F.col(f"_old.{name}") for name in told} | {
            "skipped": F.map_from_entries(F.array_sort(F.map_entries(skipped))),
            "inspector": F.lit(self.inspector),
            "parts": _words(self.prints),
        }
        return joined.withColumns(made).select(*answers.columns)


def copying(task: InspectTask, observed: DataFrame) -> Copying | None:
    """What may be copied from the inspector that saw most contents; null where nothing is, or all has to look."""
    ours, mine = part_fingerprints(task), inspector_fingerprint(task)
    others = observed.where(F.col("inspector") != mine).groupBy("inspector")
    counted = others.agg(F.count("*").alias("contents"), F.first("parts").alias("parts"))
    most = counted.orderBy(F.desc("contents"), "inspector").head()
    if most is None:
        return None
    looking = parts_to_look(ours, most["parts"])
    copied = tuple(name for name in ours if name not in looking)
    if not copied:
        return None
    reduced = task.model_copy(update={"settings": task.settings.model_copy(update={"parts": looking})})
    return Copying(most["inspector"], copied, mine, ours, reduced)


def _no_words() -> Column:
    return F.create_map().cast("map<string, string>")


def _words(words: Mapping[str, str]) -> Column:
    """A literal map, ordered by key as workers' answers are."""
    return F.create_map(*(F.lit(text) for pair in sorted(words.items()) for text in pair))
