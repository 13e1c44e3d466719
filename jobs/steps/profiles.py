"""The step `profile`: every account's risk tonight, and its history with two clocks."""

from collections.abc import Iterator
from functools import reduce
from typing import cast

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from jobs.facts import holding, verdicts
from jobs.run import Run
from jobs.standings import standings
from jobs.transaction_patterns import find_patterns
from schemas.risk import RISK_PROFILE_HISTORY, RISK_PROFILES
from schemas.table import Table
from udfs.judging.account_rows import Clerk

UNSTORED = ("account_id", "run_id", "night")


def main(run: Run) -> None:
    """Write the night's profiles, and a new version of each history that changed."""
    what = run.settings.what
    answers = judge(gathered(run), Clerk(what.profile, what.score.prevalence, run.night)).persist()
    try:
        run.write("risk_profiles", answers.select("account_id", "profile.*"))
        versions = answers.select("account_id", F.explode("history").alias("version"))
        run.write("risk_profile_history", versions.select("account_id", "version.*"))
    finally:
        answers.unpersist()


def judge(accounts: DataFrame, clerk: Clerk) -> DataFrame:
    """account_id, profile and history of every gathered account."""
    profile, version = _stored(RISK_PROFILES), _stored(RISK_PROFILE_HISTORY)
    answer = f"account_id string, profile struct<{profile}>, history array<struct<{version}>>"
    schema = to_arrow_schema(cast("StructType", StructType.fromDDL(answer)), timezone="UTC")

    def judge_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_pylist([clerk(row) for row in batch.to_pylist()], schema=schema)

    return accounts.mapInArrow(judge_batches, answer)


def gathered(run: Run) -> DataFrame:
    """One row an account with all that the clerk needs: parts of many kinds, brought together by one shuffle."""
    accounts = holding(run.read("accounts"), "account_id")
    transactions = holding(run.read("transactions"), "transaction_id")
    labels = run.read("labels")
    earlier = _verdict(labels.where(F.col("run_id") != run.run_id))
    here = (
        accounts.select("account_id", "opened_at"),
        run.read("documents").select("account_id").distinct(),
        _as_struct(document_states(run), "documents"),
        _as_struct(_signals(run), "signals"),
        _as_struct(find_patterns(transactions, accounts, run.settings.what.profile), "patterns"),
    )
    beside = (
        _verdict(labels),
        earlier.select("account_id", F.col("verdict.verdict").alias("verdict_before")),
        run.before("risk_profiles").select("account_id", F.struct("base_log_odds", "components").alias("before")),
        _as_struct(newest_version(run.before("risk_profile_history")), "known"),
    )
    parts = [*(part.withColumn("_here", F.lit(True)) for part in here), *beside]
    whole = reduce(lambda left, right: left.unionByName(right, allowMissingColumns=True), parts)
    single = ("_here", "opened_at", "verdict", "verdict_before", "before")
    many = ("documents", "signals", "patterns", "known")
    return (
        whole.groupBy("account_id")
        .agg(
            *(F.first(name, ignorenulls=True).alias(name) for name in single),
            *(F.collect_list(name).alias(name) for name in many),
        )
        .where("_here")
    )


def document_states(run: Run) -> DataFrame:
    """Per document of an account: its champion score now and in the parent release, with its campaign in each."""
    now_ties = standings(run.read("clusters"), run.read("campaigns"))
    was_ties = standings(run.before("clusters"), run.before("campaigns"))
    now = _scored(run.read("scores"), now_ties.drop("knowable_at"), "now")
    was = _scored(run.before("scores"), was_ties.drop("knowable_at"), "before")
    fresh = run.read("labels").where(F.col("run_id") == run.run_id)
    documents = run.read("documents").select("doc_id", "account_id", "submitted_at")
    return (
        documents.join(now.join(was, "doc_id", "full"), "doc_id")
        .join(now_ties.selectExpr("doc_id", "knowable_at", "campaign.campaign_id campaign_id"), "doc_id", "left")
        .join(_judged(fresh, "document", "doc_id", "labelled"), "doc_id", "left")
        .join(_judged(fresh, "campaign", "campaign_id", "campaign_labelled"), "campaign_id", "left")
        .drop("campaign_id")
        .fillna(value=False, subset=["labelled", "campaign_labelled"])
    )


def newest_version(history: DataFrame) -> DataFrame:
    """The rows of each account's newest known version."""
    newest = F.max("known_at").over(Window.partitionBy("account_id"))
    return history.withColumn("_newest", newest).where(F.col("known_at") == F.col("_newest")).drop("_newest")


def _scored(scores: DataFrame, ties: DataFrame, name: str) -> DataFrame:
    """Champion scores as one struct; a campaign stands only where the score heeded it."""
    champion = scores.where(F.col("role") == "champion").join(ties, "doc_id", "left")
    standing = F.when(F.col("campaign_id").isNotNull(), F.col("campaign")).alias("standing")
    return champion.select("doc_id", F.struct("risk", "scorer", "inspector", "reasons", standing).alias(name))


def _signals(run: Run) -> DataFrame:
    """Signals that hold; one without an id of its own is named by what it says."""
    named = run.read("account_signals").withColumn(
        "_key", F.coalesce("signal_id", F.concat_ws("/", "account_id", "kind", "valid_from", "device_id"))
    )
    return holding(named, "_key").select("account_id", "kind", "valid_from", "strength")


def _verdict(labels: DataFrame) -> DataFrame:
    held = verdicts(labels, "account")
    return held.select(F.col("target_id").alias("account_id"), F.struct("verdict", "valid_from").alias("verdict"))


def _judged(labels: DataFrame, target_kind: str, key: str, flag: str) -> DataFrame:
    """Targets of one kind that a reviewer judged tonight."""
    judged = labels.where(F.col("target_kind") == target_kind).select(F.col("target_id").alias(key)).distinct()
    return judged.withColumn(flag, F.lit(True))


def _as_struct(frame: DataFrame, name: str) -> DataFrame:
    """Each row of an account as one struct."""
    columns = [column for column in frame.columns if column != "account_id"]
    return frame.select("account_id", F.struct(*columns).alias(name))


def _stored(table: Table) -> str:
    """The columns that the clerk fills, as members of a struct."""
    return ", ".join(f"{column.name}: {column.type}" for column in table.columns if column.name not in UNSTORED)
