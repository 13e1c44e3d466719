"""What link compares: documents with the person behind them, and contents with one look at each."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.persons import persons


def subjects(documents: DataFrame, accounts: DataFrame) -> DataFrame:
    """Documents with `person`: who stands behind the account, the account itself where nothing is known."""
    columns = ("doc_id", "submission_id", "account_id", "sha256", "doc_type", "submitted_at")
    joined = documents.select(*columns).join(persons(accounts), "account_id", "left")
    return joined.withColumn("person", F.coalesce("person", "account_id"))


def contents(documents: DataFrame, observations: DataFrame, vectors: DataFrame, plates: DataFrame) -> DataFrame:
    """One row a content: sha256, selfie, pdq, pdq_quality, design_vector, portrait, luma and a print of each.

    Several inspectors may have looked at one content: the newest run's look counts, then the larger fingerprint.
    """
    shown = documents.groupBy("sha256").agg(F.bool_or(F.col("doc_type") == "selfie").alias("selfie"))
    looked = newest(observations, "inspector", "sha256").select(
        "sha256",
        F.coalesce("card.found", F.lit(False)).alias("found"),
        F.col("copy.pdq").alias("pdq"),
        F.col("copy.quality").alias("pdq_quality"),
        F.col("parts")["copy"].alias("copy_print"),
    )
    plated = newest(plates, "fingerprint", "sha256").select("sha256", "luma", F.col("fingerprint").alias("plate_print"))
    frame = shown.join(looked, "sha256").join(plated, "sha256", "left")
    for kind, name in (("design", "design_vector"), ("portrait", "portrait")):
        of_kind = newest(vectors.where(F.col("kind") == kind), "fingerprint", "sha256")
        named = of_kind.select("sha256", F.col("vector").alias(name), F.col("fingerprint").alias(f"{kind}_print"))
        frame = frame.join(named, "sha256", "left")
    shows = F.col("found") & ~F.coalesce("selfie", F.lit(False))
    return frame.withColumns({name: F.when(shows, F.col(name)) for name in ("design_vector", "luma")})


def newest(frame: DataFrame, fingerprint: str, *key: str) -> DataFrame:
    """One row of each key: of the newest run, then with the largest fingerprint."""
    return first_of(frame, key, F.desc("night"), F.desc("run_id"), F.desc(fingerprint))


def first_of(frame: DataFrame, key: tuple[str, ...], *order: Column) -> DataFrame:
    """The first row of each key in an order that leaves no ties."""
    place = F.row_number().over(Window.partitionBy(*key).orderBy(*order))
    return frame.withColumn("_first", place).where(F.col("_first") == 1).drop("_first")
