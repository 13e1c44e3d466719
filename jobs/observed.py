"""Which observation of a content counts, where several inspectors looked at it."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

BY_BACKFILL = "backfill-"  # how the runs are named in which an inspector looks ahead of its promotion


def counting(observations: DataFrame, champion: str | None, before: Sequence[str] = ()) -> DataFrame:
    """One observation a content: the champion's, else the newest of a promoted inspector by night, run and inspector.

    Promoted is who was champion of an earlier night, or looked in one; others count where none of them looked. After a
    rollback the newest is the withdrawn inspector's; it counts only for what the champion never saw.

    Args:
        observations: rows of the table.
        champion: fingerprint of the inspector of this night; null: not recorded.
        before: those of earlier nights, as far as they are recorded: one may have found its whole archive back-filled.
    """
    own = F.col("inspector").eqNullSafe(F.lit(champion))
    promoted_by = ~F.col("run_id").startswith(BY_BACKFILL) | F.col("inspector").isin(*before)
    promoted = observations.where(promoted_by).select("inspector").distinct().withColumn("_promoted", F.lit(1))
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
