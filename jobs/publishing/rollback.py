"""Withdraws the newest release: its parent is what readers see again."""

from datetime import UTC, datetime

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from conf.errors import NightRefused
from conf.settings import Settings
from jobs.lease import Lease
from jobs.publishing.releases import Release, newest, publications
from jobs.tables import Tables


def changed_tiers(tables: Tables, release: Release) -> list[dict[str, object]]:
    """Accounts whose published tier changes when a release is withdrawn; null where there was no profile."""
    now = tables.read("risk_profiles", release.versions["risk_profiles"])
    parent = parent_of(tables, release)
    then = tables.read("risk_profiles", parent.versions["risk_profiles"]) if parent else tables.empty("risk_profiles")
    after = then.select("account_id", F.col("tier").alias("tier_after"), F.col("risk").alias("risk_after"))
    joined = now.select("account_id", "tier", "risk").join(after, "account_id", "full")
    changed = joined.where(~F.col("tier").eqNullSafe(F.col("tier_after"))).orderBy("account_id")
    return [row.asDict() for row in changed.collect()]


def parent_of(tables: Tables, release: Release) -> Release | None:
    """The release that this one followed."""
    found = [row for row in publications(tables) if row.run_id == release.parent and row.event == "published"]
    return found[-1] if found else None


def withdraw(settings: Settings, spark: SparkSession, run_id: str) -> None:
    """Write one row of `releases` that names the versions of this run's parent again.

    Raises:
        NightRefused: this run is not the newest release, as where a night was released meanwhile.
    """
    with Lease(settings.tables, "rollback", settings.how.lease) as lease:
        tables = Tables(spark, settings.tables, lease=lease)
        current = newest(tables)
        if current is None or current.run_id != run_id:
            now = f"{current.run_id} is the newest release" if current else "nothing is released"
            raise NightRefused(f"{run_id} was not withdrawn: {now} now. Look again: lookback release rollback")
        parent = parent_of(tables, current)
        sequence = 1 + max(row.sequence for row in publications(tables))
        row = {
            "sequence": sequence,
            "event": "withdrawn",
            "release": parent.run_id if parent else "",
            "parent": parent.parent if parent else None,
            "lineage": list(parent.lineage) if parent else [],
            "versions": parent.versions if parent else {},
            "rows": parent.rows if parent else {},
            "digests": parent.digests if parent else {},
            "published_at": datetime.now(UTC),
            "run_id": current.run_id,
            "night": parent.night if parent else current.night,
        }
        frame = spark.createDataFrame([row], tables.type_of("releases"))
        tables.append("releases", frame, f"{current.run_id}/rollback/{sequence}")
