"""Links that hold: the newest generation of each pair and kind, where it has not ended."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

PAIR = ("left_doc", "right_doc", "kind")


def newest_links(links: DataFrame) -> DataFrame:
    """One row a pair and kind, with `print` (what was compared) and `generation` taken from its fingerprint.

    A fingerprint reads PRINT.GENERATION. A tie that ends is a row of the next generation with similarity zero.
    """
    parts = F.split("fingerprint", r"\.")
    split = links.withColumns({"print": parts.getItem(0), "generation": parts.getItem(1).cast("int")})
    place = F.row_number().over(Window.partitionBy(*PAIR).orderBy(F.desc("generation")))
    return split.withColumn("_place", place).where(F.col("_place") == 1).drop("_place")


def live_links(links: DataFrame) -> DataFrame:
    """The newest rows that still hold."""
    return newest_links(links).where(holds())


def holds() -> Column:
    """Whether a newest row is a tie and not the end of one."""
    return F.col("similarity") > 0


def fingerprint(print_: Column, generation: Column) -> Column:
    """A link's fingerprint from what was compared and how often the pair's tie has changed."""
    return F.concat_ws(".", print_, generation.cast("string"))
