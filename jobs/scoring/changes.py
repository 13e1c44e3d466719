"""What changed between two releases' scores, and why."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from schemas.words import EVIDENCE_FAMILIES

COMPARED = ("risk", "campaign_id", "scorer", "inspector", *EVIDENCE_FAMILIES)


def changes(before: DataFrame, now: DataFrame, judged: DataFrame, least: float) -> DataFrame:
    """doc_id, role, before, after, cause of each document whose risk differs by at least `least`.

    Args:
        before: scores of the parent release.
        now: scores of tonight.
        judged: doc_id of documents that a reviewer judged tonight.
        least: smallest difference that counts.
    """
    key = ("doc_id", "role")
    was = before.select(*key, F.struct(*COMPARED).alias("was"))
    new = now.select(*key, F.struct(*COMPARED).alias("new"))
    marked = judged.withColumn("labelled", F.lit(True))
    joined = was.join(new, list(key), "full").join(marked, "doc_id", "left")
    moved = F.abs(F.col("was.risk") - F.col("new.risk")) >= least
    only_one = F.col("was").isNull() | F.col("new").isNull()
    same_model = F.col("was.scorer").eqNullSafe(F.col("new.scorer")) & F.col("was.inspector").eqNullSafe(
        F.col("new.inspector")
    )
    same_evidence = F.lit(True)
    for family in EVIDENCE_FAMILIES:
        same_evidence &= F.col(f"was.{family}").eqNullSafe(F.col(f"new.{family}"))
    cause = (
        F.when(F.col("was").isNull(), "new_document")
        .when(F.col("new").isNull(), "no_longer_scored")
        .when(F.col("labelled"), "new_label")
        .when(~same_model, "new_model")
        .when(~same_evidence, "new_evidence")
        .otherwise("new_cluster")
    )
    kept = joined.where(only_one | moved)
    return kept.select(*key, F.col("was.risk").alias("before"), F.col("new.risk").alias("after"), cause.alias("cause"))
