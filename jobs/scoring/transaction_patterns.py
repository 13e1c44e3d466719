"""Transaction patterns by Spark windows: structuring, pass-through, shared withdrawal address.

Each follows a red flag of FATF's report on virtual assets (September 2020): small deposits under a reporting
threshold, funds that leave again at once, and one address used by persons who do not seem to know each other.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from conf.settings import ProfileSettings
from udfs.judging.transactions import NEAR_LIMIT, PASSED_SHARE, STRUCTURED_DEPOSITS

SECOND = 1_000_000  # microseconds
CASELESS = "^(?i)(0x|bc1|tb1|ltc1)"


def find_patterns(transactions: DataFrame, persons: DataFrame, settings: ProfileSettings) -> DataFrame:
    """Patterns of every account: account_id, name, fired_at, transactions (sorted ids), others.

    Args:
        transactions: one row a transaction that holds.
        persons: account_id and `person`: who stands behind it, mergers followed.
        settings: limits and windows.
    """
    timed = transactions.withColumn("_at", F.unix_micros("valid_from"))
    found = (
        structuring(timed, settings)
        .unionByName(pass_through(timed, settings))
        .unionByName(shared_withdrawal_address(timed, persons, settings))
    )
    return found.select("account_id", "name", "fired_at", "transactions", "others")


def structuring(timed: DataFrame, settings: ProfileSettings) -> DataFrame:
    """Three or more deposits of 80 to 100 % of the limit within the window, in one currency."""
    span = settings.structuring_window_days * 86_400 * SECOND
    value = F.col("fiat_value").cast("double")
    limit = settings.structuring_limit
    near = timed.where((F.col("direction") == "in") & (value >= NEAR_LIMIT * limit) & (value < limit))
    line = Window.partitionBy("account_id", "fiat_currency").orderBy("_at")
    counted = near.withColumn("_fired", F.count("*").over(line.rangeBetween(-span, 0)) >= STRUCTURED_DEPOSITS)
    # A row takes part where a later one within the window fired.
    part = F.max("_fired").over(line.rangeBetween(0, span))
    fired_at = F.when(F.col("_fired"), F.col("valid_from"))
    return _one_row(counted.withColumn("_part", part), "structuring", fired_at)


def pass_through(timed: DataFrame, settings: ProfileSettings) -> DataFrame:
    """Of what came in of one asset within the hours after a deposit, at least 80 % left within the same hours."""
    span = settings.pass_through_hours * 3_600 * SECOND
    line = Window.partitionBy("account_id", "asset").orderBy("_at")
    after = line.rangeBetween(0, span)
    inward, outward = F.col("direction") == "in", F.col("direction") == "out"
    flows = timed.withColumns(
        {
            "_in": F.sum(F.when(inward, F.col("amount"))).over(after).cast("double"),
            "_out": F.sum(F.when(outward, F.col("amount"))).over(after).cast("double"),
            "_left_at": F.max(F.when(outward, F.col("valid_from"))).over(after),
        }
    )
    enough = F.col("_out") >= PASSED_SHARE * F.col("_in")
    fired = flows.withColumn("_fired", inward & (F.col("amount") > 0) & F.coalesce(enough, F.lit(False)))
    part = F.max("_fired").over(line.rangeBetween(-span, 0))
    return _one_row(fired.withColumn("_part", part), "pass_through", F.when(F.col("_fired"), F.col("_left_at")))


def shared_withdrawal_address(timed: DataFrame, persons: DataFrame, settings: ProfileSettings) -> DataFrame:
    """Withdrawals to one address from accounts of at least so many persons."""
    least = settings.shared_address_accounts
    used = (
        timed.where(F.col("direction") == "out")
        .withColumn("_address", _canonical(F.col("counterparty")))
        .where(F.col("_address").isNotNull())
        .join(persons.select("account_id", "person"), "account_id", "left")
        .withColumn("_person", F.coalesce("person", "account_id"))
    )
    first = used.groupBy("_address", "_person").agg(F.min("valid_from").alias("_first"))
    order = Window.partitionBy("_address").orderBy("_first", "_person")
    nth = first.withColumn("_nth", F.row_number().over(order)).where(F.col("_nth") == least)
    shared = used.join(nth.select("_address", F.col("_first").alias("_shared_at")), "_address")
    holders = shared.groupBy("_address").agg(F.collect_set(F.struct("account_id", "_person")).alias("_holders"))
    strangers = F.size(F.filter("_holders", lambda holder: holder["_person"] != F.col("_person")))
    told = shared.join(holders, "_address").withColumn("_others", strangers)
    since = F.greatest("_shared_at", "valid_from")
    return _one_row(told.withColumn("_part", F.lit(True)), "shared_withdrawal_address", since, F.max("_others"))


def _one_row(rows: DataFrame, name: str, fired_at: Column, others: Column | None = None) -> DataFrame:
    """One row an account: first time it fired, and the ids of all rows that took part."""
    taking = rows.where("_part").withColumn("_since", fired_at)
    return taking.groupBy("account_id").agg(
        F.lit(name).alias("name"),
        F.min("_since").alias("fired_at"),
        F.array_sort(F.collect_set("transaction_id")).alias("transactions"),
        (others if others is not None else F.lit(0)).cast("int").alias("others"),
    )


def _canonical(address: Column) -> Column:
    """The same rule as `canonical_address`, as a column."""
    trimmed = F.trim(address)
    folded = F.when(trimmed.rlike(CASELESS), F.lower(trimmed)).otherwise(trimmed)
    return F.when(trimmed != "", folded)
