"""How rare a contradiction is within its design: what an issuer's honest cards show is its habit."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from udfs.judging.heads import LEAST_DOCUMENTS


def with_rarity(
    contradictions: DataFrame, documents: DataFrame, design_members: DataFrame, clusters: DataFrame
) -> DataFrame:
    """Contradictions with `shown` of `others` and `frequency`, null with fewer than 20 others.

    Counted over the other submissions' documents of the design, members of campaigns left out of the count: a
    campaign must not become its own habit, nor a document speak for itself.

    Args:
        contradictions: submission_id, kind, doc_ids and more.
        documents: doc_id, submission_id and sha256.
        design_members: sha256 and design.
        clusters: doc_id of campaign members.
    """
    placed = documents.join(design_members.select("sha256", "design"), "sha256").select(
        "doc_id", "submission_id", "design"
    )
    counted = placed.join(clusters.select("doc_id"), "doc_id", "left_anti")
    concerned = contradictions.select("submission_id", "kind", F.explode("doc_ids").alias("doc_id")).distinct()
    shown = concerned.join(counted.select("doc_id", "design"), "doc_id")
    # The design of the first document that has one: the front of a card, as a rule.
    designs = concerned.join(placed.select("doc_id", "design"), "doc_id").groupBy("submission_id", "kind")
    design = designs.agg(F.min_by("design", "doc_id").alias("design"))
    of_kind = shown.groupBy("design", "kind").agg(F.count("*").alias("_shown"))
    own_of_kind = shown.groupBy("submission_id", "design", "kind").agg(F.count("*").alias("_own_shown"))
    of_design = counted.groupBy("design").agg(F.count("*").alias("_documents"))
    own = counted.groupBy("submission_id", "design").agg(F.count("*").alias("_own"))
    joined = (
        contradictions.join(design, ["submission_id", "kind"], "left")
        .join(of_kind, ["design", "kind"], "left")
        .join(own_of_kind, ["submission_id", "design", "kind"], "left")
        .join(of_design, "design", "left")
        .join(own, ["submission_id", "design"], "left")
        .fillna(0, subset=["_shown", "_own_shown", "_documents", "_own"])
    )
    others, shows = F.col("_documents") - F.col("_own"), F.col("_shown") - F.col("_own_shown")
    told = others >= LEAST_DOCUMENTS
    return joined.select(
        *contradictions.columns,
        F.when(told, shows).alias("shown"),
        F.when(told, others).alias("others"),
        F.when(told, shows / others).alias("frequency"),
    )
