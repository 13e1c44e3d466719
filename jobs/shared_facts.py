"""Pairs of documents that share a fact: the same bytes, the same document number, a device."""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.facts import holding
from jobs.link_subjects import first_of, newest

REACH = 20  # documents further on that a holder of a shared fact is tied to: linear, and still one component
VISUAL_CONFIDENCE = 0.8  # of a number without check digits
SHORTEST_NUMBER = 5  # shorter ones are page numbers and misreadings
SOURCES = ("mrz", "barcode", "visual")  # the better one first
PAIR_COLUMNS = ("kind", "left_doc", "right_doc", "similarity", "evidence")


def same_file(subjects: DataFrame) -> DataFrame:
    """Documents of different submissions with the same bytes."""
    pairs = paired(subjects.select("sha256", "doc_id"), ("sha256",))
    return _as_links(pairs, "same_file", F.lit(1.0), F.struct(F.lit("same bytes").alias("shared")))


def numbers(fields: DataFrame) -> DataFrame:
    """One row a content: number, confidence, number_source, issuing_state, number_print of the best reading."""
    read = newest(fields.where(F.col("position") == 0), "fingerprint", "sha256", "source", "name")
    rank = F.array_position(F.array(*map(F.lit, SOURCES)), F.col("source"))
    value = F.upper(F.regexp_replace("value", "[^A-Za-z0-9]", ""))
    usable = read.where(F.col("source").isin(*SOURCES)).withColumns({"value": value, "rank": rank})
    number = first_of(
        usable.where(
            (F.col("name") == "number")
            & (F.length("value") >= SHORTEST_NUMBER)
            & (F.col("confidence") >= VISUAL_CONFIDENCE)
        ),
        ("sha256",),
        F.asc("rank"),
        F.desc("confidence"),
        F.asc("value"),
    )
    state = first_of(usable.where(F.col("name") == "issuing_state"), ("sha256",), F.asc("rank"), F.asc("value"))
    return number.select(
        "sha256",
        F.col("value").alias("number"),
        "confidence",
        F.col("source").alias("number_source"),
        F.col("fingerprint").alias("number_print"),
    ).join(state.select("sha256", F.col("value").alias("issuing_state")), "sha256", "left")


def same_number(subjects: DataFrame, read: DataFrame) -> DataFrame:
    """Documents that bear one number, of one type and issuing state as far as both are known."""
    held = subjects.select("doc_id", "sha256", "doc_type").join(read, "sha256")
    pairs = paired(
        held.select("doc_id", "number", "doc_type", "issuing_state", "confidence", "number_source"), ("number",)
    )
    fit = [
        F.coalesce(F.col(f"left.{name}") == F.col(f"right.{name}"), F.lit(True))
        for name in ("doc_type", "issuing_state")
    ]
    shown = F.struct(
        F.sort_array(F.array("left.number_source", "right.number_source")).alias("sources"),
        F.lit(VISUAL_CONFIDENCE).alias("threshold"),
    )
    similarity = F.round(F.least("left.confidence", "right.confidence"), 4)
    return _as_links(pairs.where(fit[0] & fit[1]), "same_number", similarity, shown)


def shared_device(subjects: DataFrame, account_signals: DataFrame) -> DataFrame:
    """First documents of accounts that one device was seen on."""
    seen = holding(account_signals.where(F.col("kind") == "device"), "account_id", "device_id")
    first = first_of(subjects, ("account_id",), F.asc("submitted_at"), F.asc("doc_id"))
    held = seen.where(F.col("device_id").isNotNull()).select("account_id", "device_id")
    users = F.count(F.lit(1)).over(Window.partitionBy("device_id"))
    on_device = first.select("account_id", "doc_id").join(held.withColumn("users", users), "account_id")
    pairs = paired(on_device.select("doc_id", "device_id", "users"), ("device_id",))
    both = pairs.groupBy(F.col("left.doc_id").alias("left_doc"), F.col("right.doc_id").alias("right_doc"))
    together = both.agg(F.count(F.lit(1)).alias("devices"), F.min("left.users").alias("accounts"))
    shown = F.to_json(F.struct("devices", "accounts"))
    columns = (F.lit("shared_device").alias("kind"), "left_doc", "right_doc", F.col("devices").cast("double"), shown)
    return together.select(*columns).toDF(*PAIR_COLUMNS)


def paired(frame: DataFrame, key: tuple[str, ...]) -> DataFrame:
    """Structs `left` and `right` of documents with an equal key, left the smaller id, at most `REACH` places apart."""
    known = frame.dropna(subset=list(key))
    placed = known.withColumn("_place", F.row_number().over(Window.partitionBy(*key).orderBy("doc_id")))
    whole = F.struct(*frame.columns)
    left = placed.select(*key, whole.alias("left"), F.explode(_next_places()).alias("_place"))
    return left.join(placed.select(*key, whole.alias("right"), "_place"), [*key, "_place"])


def _next_places() -> Column:
    """The places after this one."""
    return F.sequence(F.col("_place") + 1, F.col("_place") + REACH)


def _as_links(pairs: DataFrame, kind: str, similarity: Column, shown: Column) -> DataFrame:
    """Pairs in the shape that all kinds share."""
    columns = (F.lit(kind), F.col("left.doc_id"), F.col("right.doc_id"), similarity, F.to_json(shown))
    return pairs.select(*columns).toDF(*PAIR_COLUMNS)
