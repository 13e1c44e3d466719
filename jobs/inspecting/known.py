"""What is known of documents before any is looked at: which contents wait, and which were refused."""

import hashlib
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

ADDRESS_REASONS = ("missing", "unreadable", "outside_root", "digest_mismatch")
SAID_BY_INGEST = {"account_id": "string", "channel": "string", "submitted_at": "timestamp"}  # else in documents
NO_BYTES = hashlib.sha256(b"").hexdigest()


def of_address() -> Column:
    """Whether a refusal tells of the address that was tried, not of the content that its document claims."""
    other_bytes = (F.col("reason") == "empty") & (F.col("sha256") != NO_BYTES)
    return F.col("reason").isin(*ADDRESS_REASONS) | other_bytes


@dataclass(frozen=True)
class Known:
    """What is known before a look.

    Attributes:
        documents: documents to look at, each with its `place` in the order.
        observed: observations as of the opening.
        refused: rejections by inspectors as of the parent release.
        inspector: fingerprint of the inspector that is to look.
    """

    documents: DataFrame
    observed: DataFrame
    refused: DataFrame
    inspector: str

    def bad(self) -> DataFrame:
        """Contents whose bytes this inspector has refused: sha256, reason, detail."""
        mine = self.refused.where((F.col("inspector") == self.inspector) & ~of_address())
        return mine.groupBy("sha256").agg(F.min("reason").alias("reason"), F.min("detail").alias("detail"))

    def refusals(self) -> DataFrame:
        """Rejections of documents that wait, and whose bytes this inspector has refused before."""
        waiting = self.documents.join(self.bad(), "sha256").join(self.seen(), "sha256", "left_anti")
        return rejections(self.without_refused(waiting), self.inspector)

    def without_refused(self, documents: DataFrame) -> DataFrame:
        """Documents without those that this inspector refused by the parent release: it refuses once."""
        mine = self.refused.where(F.col("inspector") == self.inspector).select("doc_id").distinct()
        return documents.join(mine, "doc_id", "left_anti")

    def seen(self) -> DataFrame:
        """Contents that some inspector could look at: they stay scored by what it saw."""
        return self.observed.select("sha256").distinct()

    def waiting(self, limit: int | None) -> DataFrame:
        """Contents to look at: sha256, uri, rank from 0, seen: new ones, then seen ones, then refused ones.

        Within each the order of the documents' places holds, and of equal places that of the digests. A document that
        this inspector refused lends its address no more; one that another refused lends it last.
        """
        mine = F.max(F.col("inspector") == self.inspector).alias("mine")
        tried = self.documents.join(self.refused.groupBy("doc_id").agg(mine), "doc_id", "left")
        contents = (
            tried.where(~F.coalesce("mine", F.lit(False)))
            .groupBy("sha256")
            .agg(
                F.min_by("uri", F.struct(F.col("mine").isNotNull(), "submitted_at", "doc_id")).alias("uri"),
                F.min("place").alias("place"),
                F.bool_and(F.col("mine").isNotNull()).alias("refused"),
            )
        )
        done = self.observed.where(F.col("inspector") == self.inspector).select("sha256")
        waiting = contents.join(done, "sha256", "left_anti").join(self.bad(), "sha256", "left_anti")
        looked = waiting.join(self.seen().withColumn("seen", F.lit(True)), "sha256", "left")
        seen = F.coalesce("seen", F.lit(False))
        turn = F.when(seen, 1).when(F.col("refused"), 2).otherwise(0)
        rank = F.row_number().over(Window.orderBy(turn, "place", "sha256")) - 1
        ranked = looked.select("sha256", "uri", rank.alias("rank"), seen.alias("seen"))
        return ranked if limit is None else ranked.where(F.col("rank") < limit)


def rejections(documents: DataFrame, inspector: str | None) -> DataFrame:
    """Rows of `rejected` for documents with their reason."""
    by = F.col("inspector") if inspector is None else F.lit(inspector)
    return documents.select(
        F.lit("manifests").alias("source"),
        "manifest",
        "row",
        "page",
        "pages",
        "doc_id",
        "sha256",
        F.lit("rejected").alias("outcome"),
        F.lit("inspect").alias("stage"),
        "reason",
        "detail",
        by.alias("inspector"),
        *(F.lit(None).cast(kind).alias(name) for name, kind in SAID_BY_INGEST.items()),
    )
