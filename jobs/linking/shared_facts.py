"""Pairs of documents that share a fact: the same bytes, the same document number, a device."""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.facts import holding
from jobs.observed import made_by

REACH = 20  # documents further on that a holder of a shared fact is tied to: linear, and still one component
VISUAL_CONFIDENCE = 0.8  # of a number without check digits
SHORTEST_NUMBER = 5  # shorter ones are page numbers and misreadings
SOURCES = ("visual", "barcode", "mrz")  # the better one last
PAIR_COLUMNS = ("kind", "left_doc", "right_doc", "similarity", "evidence")


def shared_facts(subjects: DataFrame, read: DataFrame, account_signals: DataFrame) -> DataFrame:
    """Pairs of all three kinds."""
    kinds = (same_file(subjects), same_number(subjects, read), shared_device(subjects, account_signals))
    return reduce(DataFrame.unionByName, kinds)


def same_file(subjects: DataFrame) -> DataFrame:
    """Documents with the same bytes."""
    pairs = _paired(subjects.select("sha256", "doc_id"), "sha256")
    return _as_links(pairs, "same_file", F.lit(1.0), F.struct(F.lit("same bytes").alias("shared")))


def numbers(fields: DataFrame, looked: DataFrame) -> DataFrame:
    """One row a content: number, confidence, number_source, issuing_state and number_print of the best reading.

    MRZ goes before barcode before visual zone, all of the observation that counts, which `looked` has.
    """
    value = F.upper(F.regexp_replace("value", "[^A-Za-z0-9]", ""))
    rank = F.array_position(F.array(*map(F.lit, SOURCES)), F.col("source"))
    usable = made_by(looked, fields, "reading").where(F.col("source").isin(*SOURCES) & (F.col("position") == 0))
    usable = usable.withColumns({"value": value, "rank": rank})
    sure = (F.length("value") >= SHORTEST_NUMBER) & (F.col("confidence") >= VISUAL_CONFIDENCE)
    reading = F.struct("rank", "confidence", "value", "source", "fingerprint")
    best = usable.groupBy("sha256").agg(
        F.max(F.when((F.col("name") == "number") & sure, reading)).alias("best"),
        F.max(F.when(F.col("name") == "issuing_state", reading)).alias("state"),
    )
    return best.where(F.col("best").isNotNull()).select(
        "sha256",
        F.col("best.value").alias("number"),
        F.col("best.confidence").alias("confidence"),
        F.col("best.source").alias("number_source"),
        F.col("best.fingerprint").alias("number_print"),
        F.col("state.value").alias("issuing_state"),
    )


def same_number(subjects: DataFrame, read: DataFrame) -> DataFrame:
    """Documents that bear one number, of one type and issuing state as far as both are known."""
    held = subjects.select("doc_id", "sha256", "doc_type").join(read, "sha256")
    columns = ("doc_id", "number", "doc_type", "issuing_state", "confidence", "number_source")
    pairs = _paired(held.select(*columns), "number")
    agree = [
        F.coalesce(F.col(f"left.{name}") == F.col(f"right.{name}"), F.lit(True))
        for name in ("doc_type", "issuing_state")
    ]
    sources = F.sort_array(F.array("left.number_source", "right.number_source"))
    shown = F.struct(sources.alias("sources"), F.lit(VISUAL_CONFIDENCE).alias("threshold"))
    similarity = F.round(F.least("left.confidence", "right.confidence"), 4)
    return _as_links(pairs.where(agree[0] & agree[1]), "same_number", similarity, shown)


def shared_device(subjects: DataFrame, account_signals: DataFrame) -> DataFrame:
    """First documents of accounts that one device was seen on."""
    seen = holding(account_signals.where(F.col("kind") == "device"), "account_id", "device_id")
    held = seen.where(F.col("device_id").isNotNull()).select("account_id", "device_id")
    first = subjects.groupBy("account_id").agg(F.min(F.struct("submitted_at", "doc_id")).alias("first"))
    on_device = held.join(first, "account_id").select("device_id", F.col("first.doc_id").alias("doc_id"))
    pairs = _paired(on_device, "device_id")
    together = pairs.groupBy(F.col("left.doc_id").alias("left_doc"), F.col("right.doc_id").alias("right_doc"))
    counted = together.agg(F.count(F.lit(1)).alias("devices"), F.min("sharers").alias("accounts"))
    shown = F.to_json(F.struct("devices", "accounts"))
    columns = (F.lit("shared_device"), F.col("left_doc"), F.col("right_doc"), F.col("devices").cast("double"), shown)
    return counted.select(*columns).toDF(*PAIR_COLUMNS)


def _paired(frame: DataFrame, key: str) -> DataFrame:
    """Structs `left` and `right` of documents with an equal key, left the smaller id, at most `REACH` places apart.

    `sharers` counts the documents with that key.
    """
    rest = [name for name in frame.columns if name not in {key, "doc_id"}]
    groups = (
        frame.dropna(subset=[key])
        .groupBy(key)
        .agg(F.sort_array(F.collect_set(F.struct("doc_id", *rest))).alias("docs"))
    )
    shared = groups.where(F.size("docs") > 1)
    placed = shared.select("docs", F.size("docs").alias("sharers"), F.posexplode("docs").alias("place", "left"))
    nearby = F.slice("docs", F.col("place") + 2, F.lit(REACH))
    return placed.select("left", F.explode(nearby).alias("right"), "sharers")


def _as_links(pairs: DataFrame, kind: str, similarity: Column, shown: Column) -> DataFrame:
    """Pairs in the shape that all kinds share."""
    columns = (F.lit(kind), F.col("left.doc_id"), F.col("right.doc_id"), similarity, F.to_json(shown))
    return pairs.select(*columns).toDF(*PAIR_COLUMNS)
