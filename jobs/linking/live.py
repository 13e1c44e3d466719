"""Links that hold: the newest generation of each pair and kind, where it has not ended.

A fingerprint reads PRINT.GENERATION: a digest of what was compared and how, and how often the pair's tie has changed.
A tie that ends is a row of the next generation with similarity zero.
"""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

PAIR = ("left_doc", "right_doc", "kind")


def live_links(links: DataFrame) -> DataFrame:
    """left_doc, right_doc, kind, similarity and evidence of what still holds."""
    newest = links.groupBy(*PAIR).agg(F.max(F.struct(generation(), "similarity", "evidence")).alias("newest"))
    return newest.select(*PAIR, "newest.similarity", "newest.evidence").where(F.col("similarity") > 0)


def fingerprint(print_: Column, of: Column) -> Column:
    """A link's fingerprint from what was compared and its generation."""
    return F.concat_ws(".", print_, of.cast("string"))


def print_of() -> Column:
    """What was compared, as `was`."""
    return F.split("fingerprint", r"\.").getItem(0).alias("was")


def generation() -> Column:
    """The generation, as `generation`."""
    return F.split("fingerprint", r"\.").getItem(1).cast("int").alias("generation")
