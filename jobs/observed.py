"""Which observation of a content counts, where several inspectors looked at it."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def counting(observations: DataFrame, champion: str | None) -> DataFrame:
    """One observation a content: the champion's, else the newest by night, run and inspector.

    After a rollback the newest is the withdrawn inspector's; it counts only for what the champion never saw.
    """
    own = F.col("inspector").eqNullSafe(F.lit(champion))
    order = Window.partitionBy("sha256").orderBy(
        own.desc(), *(F.desc(name) for name in ("night", "run_id", "inspector"))
    )
    placed = observations.withColumn("_place", F.row_number().over(order))
    return placed.where(F.col("_place") == 1).drop("_place")


def made_by(looked: DataFrame, rows: DataFrame, part: str) -> DataFrame:
    """Rows of fields, vectors or plates that the counting observations' part made.

    Args:
        looked: what `counting` gives.
        rows: sha256, fingerprint and more.
        part: name of the part, as in `parts`.
    """
    prints = looked.select("sha256", F.col("parts")[part].alias("fingerprint"))
    return rows.join(prints, ["sha256", "fingerprint"], "left_semi")
