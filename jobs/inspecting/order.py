"""In which order contents are looked at: it decides what a limited night sees, and where a deadline cuts."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.archive import First
from conf.settings import ProfileSettings
from jobs.facts import holding
from schemas.words import SIGNAL_KINDS

CLEARED = ("accepted", "approved", "clear", "cleared", "genuine", "ok", "pass", "passed", "valid", "verified")
WARNING_SIGNALS = tuple(kind for kind in SIGNAL_KINDS if kind != "device")  # every account has a device


@dataclass(frozen=True)
class Suspicions:
    """What is known of accounts without a look.

    Attributes:
        signals: rows of account_signals.
        profiles: account_id and risk as of the parent release.
        raised: risk from which an account is a warning.
    """

    signals: DataFrame
    profiles: DataFrame
    raised: float

    @classmethod
    def of(cls, signals: DataFrame, profiles: DataFrame, settings: ProfileSettings) -> "Suspicions":
        """An account is a warning from the risk on at which the lowest tier begins."""
        return cls(signals, profiles, min(settings.tiers.values(), default=1.0))


def with_places(documents: DataFrame, first: First, suspicions: Suspicions) -> DataFrame:
    """Documents with `place`, a struct by which the first to look at sorts lowest.

    Args:
        documents: account_id, submitted_at, decision, vendor_result and more.
        first: which come first.
        suspicions: what makes an account's documents risky.
    """
    at = F.unix_micros("submitted_at")
    if first == "oldest":
        return documents.withColumn("place", F.struct(at.alias("at")))
    if first == "newest":
        return documents.withColumn("place", F.struct((-at).alias("at")))
    warned = suspicions.signals.where(F.col("kind").isin(*WARNING_SIGNALS))
    signalled = holding(warned, "account_id", "kind").select("account_id").distinct().withColumn("_signalled", F.lit(1))
    profiles = suspicions.profiles.select("account_id", F.col("risk").alias("_risk"))
    known = documents.join(signalled, "account_id", "left").join(profiles, "account_id", "left")
    risk = F.coalesce("_risk", F.lit(0.0))
    signs = (
        _doubted("decision") | _doubted("vendor_result"),
        F.col("_signalled").isNotNull(),
        risk >= suspicions.raised,
    )
    warnings = sum((sign.cast("int") for sign in signs), F.lit(0))
    place = F.struct((-warnings).alias("warnings"), (-risk).alias("risk"), (-at).alias("at"))
    return known.withColumn("place", place).select(*documents.columns, "place")


def _doubted(column: str) -> Column:
    """Whether somebody answered then, and did not clear the document."""
    said = F.lower(F.trim(column))
    return F.coalesce((said != "") & ~said.isin(*CLEARED), F.lit(False))
