"""Who stands behind an account, as far as the exchange knows."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.facts import holding


def persons(accounts: DataFrame) -> DataFrame:
    """account_id and `person`: the person of the account that it became part of, else that account itself."""
    held = holding(accounts, "account_id").select("account_id", "person_id", "merged_into")
    merged = held.where(F.col("merged_into").isNotNull()).select("account_id", "merged_into").collect()
    own = held.select("account_id", F.coalesce("person_id", "account_id").alias("person"))
    if not merged:
        return own
    into = {row.account_id: row.merged_into for row in merged}
    pairs = [(account, last_account(account, into)) for account in sorted(into)]
    heirs = F.broadcast(accounts.sparkSession.createDataFrame(pairs, "account_id string, heir string"))
    behind = heirs.join(own.withColumnRenamed("account_id", "heir"), "heir", "left")
    inherited = behind.select("account_id", F.coalesce("person", "heir").alias("inherited"))
    return own.join(F.broadcast(inherited), "account_id", "left").select(
        "account_id", F.coalesce("inherited", "person").alias("person")
    )


def last_account(account: str, into: dict[str, str]) -> str:
    """The end of a chain of mergers; the smallest account of a circle."""
    seen: list[str] = []
    while account in into:
        if account in seen:
            return min(seen[seen.index(account) :])
        seen.append(account)
        account = into[account]
    return account
