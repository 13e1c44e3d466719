"""Which labels of a release teach, and what was seen on their documents."""

from collections.abc import Callable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.facts import holding
from jobs.publishing.releases import Release
from jobs.scoring.rarity import with_rarity
from jobs.scoring.standings import standings
from jobs.scoring.zones import with_zone_oddness
from jobs.steps.score import evidence
from jobs.tables import Tables
from schemas import TABLES

Read = Callable[[str], DataFrame]

TARGET = ("target_kind", "target_id")
REVIEW = ("verdict", "family", "reviewed_because", "sampling_probability")
LEARNED = "learned"
NOT_SEEN = ("not_in_release", "not_observed")  # what becomes of a label whose document cannot be looked at


def of_release(tables: Tables, release: Release) -> Read:
    """The tables of a release, columns that came after it null."""

    def read(name: str) -> DataFrame:
        frame = tables.read(name, release.versions[name])
        in_lineage = F.col("run_id").isin(*release.lineage)
        return frame.where(in_lineage) if TABLES[name].scope == "lineage" else frame

    return read


def judged_targets(labels: DataFrame) -> DataFrame:
    """Every labelled target once: target_kind, target_id, REVIEW of its own newest review, and `outcome`.

    `outcome` is null where the label teaches. Verdicts that were spread along a campaign never teach; where one of
    them came later and says otherwise, the review that it overrules teaches no more either.
    """
    spread = F.coalesce(F.col("reviewed_because") == "propagated", F.lit(False))
    newest = holding(labels, *TARGET).select(*TARGET, F.col("verdict").alias("_newest"))
    own = holding(labels.where(~spread), *TARGET).select(*TARGET, *REVIEW)
    found = labels.select(*TARGET).distinct().join(newest, [*TARGET], "left").join(own, [*TARGET], "left")
    return found.withColumn("outcome", _outcome()).drop("_newest")


def seen_targets(read: Read) -> DataFrame:
    """`judged_targets`, and where the label teaches what was seen of its document: the rows that trainers want.

    Args:
        read: gives labels, documents, scores, observations, contradictions, design_members, clusters and campaigns.
    """
    judged = judged_targets(read("labels"))
    taught = judged.where(F.col("outcome").isNull()).select(F.col("target_id").alias("doc_id"))
    documents, clusters = read("documents"), read("clusters")
    seen_all = _looked(documents, read)
    looked = with_zone_oddness(seen_all.join(taught, "doc_id", "left_semi"), seen_all, read("design_members"), clusters)
    rare = with_rarity(
        read("contradictions").drop("frequency", "run_id", "night"), documents, read("design_members"), clusters
    )
    ties = standings(clusters, read("campaigns"))
    shown = evidence(looked, rare, ties, read("labels")).drop("verdict", "account_id", "campaign")
    placed = (
        looked.select("doc_id", "account_id", "sha256")
        .join(read("design_members").select("sha256", "design"), "sha256", "left")
        .join(clusters.select("doc_id", "campaign_id"), "doc_id", "left")
    )
    seen = shown.join(placed, "doc_id").withColumn("_seen", F.lit(True))
    known = documents.select(F.col("doc_id").alias("target_id"), F.lit(True).alias("_known"))
    absent, unseen = (
        F.when(F.col(name).isNull(), why) for name, why in zip(("_known", "_seen"), NOT_SEEN, strict=True)
    )
    outcome = F.coalesce("outcome", absent, unseen, F.lit(LEARNED))
    joined = judged.join(known, "target_id", "left").join(
        seen.withColumnRenamed("doc_id", "target_id"), "target_id", "left"
    )
    return joined.withColumn("outcome", outcome).drop("_known", "_seen")


def _looked(documents: DataFrame, read: Read) -> DataFrame:
    """Documents with the observation that the champion scored them by."""
    scored = read("scores").where(F.col("role") == "champion").select("doc_id", "inspector")
    parts = read("observations").select("sha256", "inspector", "file", "card", "reading", "forensics", "zones")
    return documents.join(scored, "doc_id").join(parts, ["sha256", "inspector"])


def _outcome() -> Column:
    """Why a target does not teach; null where it does."""
    newest, own = F.col("_newest"), F.col("verdict")
    return (
        F.when(F.col("target_kind") != "document", "not_a_document")
        .when(newest.isNull() | (newest == "undo"), "withdrawn")
        .when(newest == "unsure", "undecided")
        .when(own.isNull() | (own != newest), "propagated")
    )
