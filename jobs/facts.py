"""Input facts: which statement holds."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def holding(facts: DataFrame, *key: str) -> DataFrame:
    """The newest known row of each key; none where that row retracts.

    Newest by the night that took it in, then by its valid time; file and row decide between equals.
    """
    newest = Window.partitionBy(*key).orderBy(F.desc("known_at"), F.desc("valid_from"), F.desc("file"), F.desc("row"))
    ranked = facts.withColumn("_place", F.row_number().over(newest))
    return ranked.where((F.col("_place") == 1) & ~F.coalesce("retracts", F.lit(False))).drop("_place")


def verdicts(labels: DataFrame, target_kind: str) -> DataFrame:
    """Verdicts that hold on one kind of target: target_id, verdict, valid_from; an undone or unsure one is none.

    The newest review of a target holds, whoever wrote it.
    """
    held = holding(labels.where(F.col("target_kind") == target_kind), "target_id")
    decided = held.where(F.col("verdict").isin("confirmed", "cleared"))
    return decided.select("target_id", "verdict", "valid_from")
