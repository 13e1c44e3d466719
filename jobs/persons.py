"""Who stands behind an account, as far as the exchange knows."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.facts import holding


def persons(accounts: DataFrame) -> DataFrame:
    """account_id and `person`: the person of the account that it became part of, else that account itself."""
    held = holding(accounts, "account_id").select("account_id", "person_id", "merged_into")
    spark = accounts.sparkSession
    merged = held.where(F.col("merged_into").isNotNull()).select("account_id", "merged_into").collect()
    into = {row.account_id: row.merged_into for row in merged}
    heirs = [(account, _last(account, into)) for account in sorted(into)]
    last = spark.createDataFrame(heirs, "account_id string, heir string")
    named = held.select(F.col("account_id").alias("heir"), "person_id")
    behind = held.select("account_id").join(F.broadcast(last), "account_id", "left")
    behind = behind.withColumn("heir", F.coalesce("heir", "account_id")).join(named, "heir", "left")
    return behind.select("account_id", F.coalesce("person_id", "heir").alias("person"))


def _last(account: str, into: dict[str, str]) -> str:
    """The end of a chain of mergers; the smallest account of a circle."""
    seen: list[str] = []
    while account in into:
        if account in seen:
            return min(seen[seen.index(account) :])
        seen.append(account)
        account = into[account]
    return account
