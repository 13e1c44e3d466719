"""Account risk with two clocks: what was true at an instant, as known on a date."""

from datetime import date, datetime

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from schemas.risk import PROFILE, RISK_PROFILE_HISTORY

HEAD = ("account_id", "known_at", "valid_from", "valid_to")
COLUMNS = (*HEAD, *(column.name for column in PROFILE))


def profile_as_of(history: DataFrame, valid: datetime, known: date) -> DataFrame:
    """Profiles that held at `valid`, as known after the night `known`; at most one row an account."""
    published = history.where(F.col("known_at") <= F.lit(known))
    newest = F.max("known_at").over(Window.partitionBy("account_id"))
    version = published.withColumn("_newest", newest).where(F.col("known_at") == F.col("_newest"))
    began, ended = F.col("valid_from") <= F.lit(valid), F.col("valid_to") <= F.lit(valid)
    return version.where(began & ~F.coalesce(ended, F.lit(False))).select(*COLUMNS)


# A date alone stands for its first instant, UTC; without `known`, all that is known counts.
BODY = """
SELECT * EXCEPT (newest, moves, run_id, night)
FROM (
    SELECT *, max(known_at) OVER (PARTITION BY account_id) AS newest
    FROM risk_profile_history
    WHERE known_at <= CAST(profile_as_of.known AS DATE)
)
WHERE known_at = newest
    AND valid_from <= CAST(profile_as_of.valid AS TIMESTAMP)
    AND (valid_to IS NULL OR valid_to > CAST(profile_as_of.valid AS TIMESTAMP))
"""


def profile_as_of_sql() -> str:
    """The statement that defines `profile_as_of(valid, known)` over the view risk_profile_history."""
    types = ", ".join(f"{name} {RISK_PROFILE_HISTORY.column(name).type}" for name in COLUMNS)
    arguments = "valid STRING, known STRING DEFAULT '9999-12-31'"
    return f"CREATE OR REPLACE TEMPORARY FUNCTION profile_as_of({arguments}) RETURNS TABLE ({types}) RETURN {BODY}"


def create_profile_as_of(spark: SparkSession) -> None:
    """Make `SELECT * FROM profile_as_of('2026-03-01', known => '2026-06-01')` work in a session."""
    spark.sql(profile_as_of_sql())
