"""What link compares: documents with the person behind them, and contents with one look at each."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.linking.persons import persons
from jobs.observed import made_by

ORDER = ("night", "run_id")


def subjects(documents: DataFrame, accounts: DataFrame) -> DataFrame:
    """Documents with `person`: who stands behind the account, the account itself where nothing is known."""
    columns = ("doc_id", "submission_id", "account_id", "sha256", "doc_type", "submitted_at")
    joined = documents.select(*columns).join(persons(accounts), "account_id", "left")
    return joined.withColumn("person", F.coalesce("person", "account_id"))


def contents(documents: DataFrame, looked: DataFrame, vectors: DataFrame, plates: DataFrame) -> DataFrame:
    """One row a content: sha256, pdq, pdq_quality, design_vector, portrait, luma and the fingerprint of each.

    With them stand `corners` and `portrait_box`: where card and portrait lie in decoded pixels.
    All of one content comes from one observation: `looked` has the one that counts.
    A selfie, and a picture without a card, has neither design nor plate.
    """
    shown = documents.groupBy("sha256").agg(F.bool_or(F.col("doc_type") == "selfie").alias("selfie"))
    look = F.struct(
        "card.found",
        "card.corners",
        "portrait.box",
        "copy.pdq",
        "copy.quality",
        F.col("parts")["copy"].alias("print"),
    )
    plate = F.max(F.struct(*ORDER, "fingerprint", "luma"))
    looks = looked.select("sha256", look.alias("look"))
    plated = made_by(looked, plates, "plate").groupBy("sha256").agg(plate.alias("plate"))
    of_kind = [_vector(kind).alias(kind) for kind in ("design", "portrait")]
    embedded = made_by(looked, vectors, "vectors").groupBy("sha256").agg(*of_kind)
    frame = shown.join(looks, "sha256").join(plated, "sha256", "left").join(embedded, "sha256", "left")
    card = F.coalesce("look.found", F.lit(False)) & ~F.coalesce("selfie", F.lit(False))
    return frame.select(
        "sha256",
        "look.pdq",
        F.col("look.quality").alias("pdq_quality"),
        F.col("look.print").alias("copy_print"),
        F.when(card, F.col("plate.luma")).alias("luma"),
        F.col("plate.fingerprint").alias("plate_print"),
        F.when(card, F.col("design.vector")).alias("design_vector"),
        "look.corners",
        F.col("look.box").alias("portrait_box"),
        F.col("portrait.vector").alias("portrait"),
        F.col("portrait.fingerprint").alias("portrait_print"),
    )


def _vector(kind: str) -> Column:
    """The newest vector of a kind, with its fingerprint."""
    return F.max(F.when(F.col("kind") == kind, F.struct(*ORDER, "fingerprint", "vector")))
