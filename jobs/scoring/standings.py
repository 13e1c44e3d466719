"""Where each document stands in its campaign."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def standings(clusters: DataFrame, campaigns: DataFrame) -> DataFrame:
    """doc_id, knowable_at, and `campaign`: a struct with the names of `Standing`."""
    facts = campaigns.select("campaign_id", "documents", "accounts", "cohesion", "weakest_tie", "knowable_at")
    joined = clusters.select("doc_id", "campaign_id", "tie", "kinds").join(facts, "campaign_id")
    standing = F.struct("campaign_id", "documents", "accounts", "cohesion", "weakest_tie", "tie", "kinds")
    return joined.select("doc_id", "knowable_at", standing.alias("campaign"))
