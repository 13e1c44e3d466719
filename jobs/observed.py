"""Which observation of a content counts, where several inspectors looked at it."""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

BY_BACKFILL = "backfill-"  # how the runs are named in which an inspector looks ahead of its promotion


def counting(observations: DataFrame, champion: str | None) -> DataFrame:
    """One observation a content: the champion's, else the newest of a promoted inspector by night, run and inspector.

    Promoted is who has looked in a night; who did only in back-fills counts where nobody else looked. After a rollback
    the newest is the withdrawn inspector's; it counts only for what the champion never saw.
    """
    own = F.col("inspector").eqNullSafe(F.lit(champion))
    in_a_night = observations.where(~F.col("run_id").startswith(BY_BACKFILL))
    promoted = in_a_night.select("inspector").distinct().withColumn("_promoted", F.lit(1))
    order = Window.partitionBy("sha256").orderBy(
        own.desc(), F.desc_nulls_last("_promoted"), *(F.desc(name) for name in ("night", "run_id", "inspector"))
    )
    known = observations.join(F.broadcast(promoted), "inspector", "left")
    placed = known.withColumn("_place", F.row_number().over(order))
    return placed.where(F.col("_place") == 1).select(*observations.columns)


def made_by(looked: DataFrame, rows: DataFrame, part: str) -> DataFrame:
    """Rows of fields, vectors or plates that the counting observations' part made.

    Args:
        looked: what `counting` gives.
        rows: sha256, fingerprint and more.
        part: name of the part, as in `parts`.
    """
    prints = looked.select("sha256", F.col("parts")[part].alias("fingerprint"))
    return rows.join(prints, ["sha256", "fingerprint"], "left_semi")
