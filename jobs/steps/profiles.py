"""The step `profile`: every account's risk tonight, and its history with two clocks."""

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import cast

import pyarrow as pa
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from jobs.facts import holding, verdicts
from jobs.linking.persons import persons
from jobs.run import Run
from jobs.scoring.standings import standings
from jobs.scoring.transaction_patterns import find_patterns
from schemas.risk import RISK_PROFILE_HISTORY, RISK_PROFILES
from schemas.table import Table
from udfs.judging.account_rows import Clerk

UNSTORED = ("account_id", "run_id", "night")


def main(run: Run) -> None:
    """Write the night's profiles, and a new version of each history that changed."""
    what = run.settings.what
    answers = judge(gathered(run), Clerk(what.profile, what.score.prevalence, run.night)).persist()
    try:
        versions = answers.select("account_id", F.explode("history").alias("version"))
        run.write_all(
            {
                "risk_profiles": answers.select("account_id", "profile.*"),
                "risk_profile_history": versions.select("account_id", "version.*"),
            }
        )
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
        _as_struct(find_patterns(transactions, persons(run.read("accounts")), run.settings.what.profile), "patterns"),
    )
    beside = (
        _verdict(labels),
        earlier.select("account_id", F.col("verdict.verdict").alias("verdict_before")),
        run.before("risk_profiles").select("account_id", F.struct("base_log_odds", "components").alias("before")),
        _as_struct(newest_version(run.before("risk_profile_history")), "known"),
    )
    parts = [*(part.withColumn("_here", F.lit(True)) for part in here), *beside]
    whole = _united(parts)
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
    """Per scored document: its champion score now and in the parent release, with its campaign in each."""
    fresh = run.read("labels").where(F.col("run_id") == run.run_id)
    ties = standings(run.read("clusters"), run.read("campaigns"))
    earlier = standings(run.before("clusters"), run.before("campaigns"))
    judged = _judged(fresh, "campaign", "campaign_id", "campaign_labelled")
    by_campaign = ties.withColumn("campaign_id", F.col("campaign.campaign_id")).join(judged, "campaign_id", "left")
    parts = (
        run.read("documents").select("doc_id", "account_id", "submitted_at"),
        _champion(run.read("scores"), "_now"),
        _champion(run.before("scores"), "_before"),
        by_campaign.select("doc_id", F.col("campaign").alias("_tie"), "knowable_at", "campaign_labelled"),
        earlier.select("doc_id", F.col("campaign").alias("_tie_before")),
        _judged(fresh, "document", "doc_id", "labelled"),
    )
    whole = _united(parts)
    columns = [name for name in whole.columns if name != "doc_id"]
    documents = whole.groupBy("doc_id").agg(*(F.first(name, ignorenulls=True).alias(name) for name in columns))
    scored = documents.where("account_id IS NOT NULL AND (_now IS NOT NULL OR _before IS NOT NULL)")
    return scored.select(
        *("doc_id", "account_id", "submitted_at", "knowable_at"),
        _with_standing("_now", "_tie").alias("now"),
        _with_standing("_before", "_tie_before").alias("before"),
        *(F.coalesce(name, F.lit(False)).alias(name) for name in ("labelled", "campaign_labelled")),
    )


def newest_version(history: DataFrame) -> DataFrame:
    """The rows of each account's newest known version."""
    newest = F.max("known_at").over(Window.partitionBy("account_id"))
    return history.withColumn("_newest", newest).where(F.col("known_at") == F.col("_newest")).drop("_newest")


def _champion(scores: DataFrame, name: str) -> DataFrame:
    """Champion scores, each as one struct."""
    columns = ("risk", "scorer", "inspector", "reasons", "campaign_id")
    return scores.where(F.col("role") == "champion").select("doc_id", F.struct(*columns).alias(name))


def _with_standing(score: str, tie: str) -> Column:
    """A score with its place in a campaign, which stands only where the score heeded it."""
    standing = F.when(F.col(f"{score}.campaign_id").isNotNull(), F.col(tie)).alias("standing")
    return F.when(F.col(score).isNotNull(), F.struct(f"{score}.*", standing))


def _united(parts: Iterable[DataFrame]) -> DataFrame:
    """Frames of different columns as one, absent columns null: one shuffle then does what many joins would."""
    return reduce(lambda left, right: left.unionByName(right, allowMissingColumns=True), parts)


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
