"""The step `score`: contradictions, and every document's evidence, risk and reasons."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

from conf.settings import ScoreSettings
from jobs.facts import holding, verdicts
from jobs.observed import counting
from jobs.run import Run
from jobs.scoring.changes import changes
from jobs.scoring.rarity import with_rarity
from jobs.scoring.standings import standings
from jobs.scoring.submissions import contradictions_of
from jobs.scoring.zones import with_zone_oddness
from schemas.words import ROLES
from udfs.judging.scorer_file import Scorer
from udfs.scorer import INPUTS, open_scorer, score_frame

JUDGEMENT = (
    "role string, risk double, physical double, tampered double, generated double, inconsistent double, "
    "campaign_id string, abstained array<string>, reasons array<string>, risk_basis string, scorer string"
)


def main(run: Run) -> None:
    """Write contradictions, scores and what changed since the parent release."""
    settings = run.settings.what.score
    looked = observed(
        run.read("documents"), counting(run.read("observations"), run.frozen.inspector, run.frozen.champions)
    )
    accounts = holding(run.read("accounts"), "account_id")
    found = contradictions_of(looked, run.read("fields"), accounts, settings.contradictions)
    clusters = run.read("clusters")
    rare = with_rarity(found, run.read("documents"), run.read("design_members"), clusters).persist()
    ties = standings(clusters, run.read("campaigns"))
    measured = with_zone_oddness(looked, looked, run.read("design_members"), clusters)
    scores = score(evidence(measured, rare, ties, run.read("labels")), scorers(run), settings).persist()
    moved = changes(run.before("scores"), scores, tonight(run), settings.change)
    run.write_all({"contradictions": rare.drop("shown", "others"), "scores": scores, "score_changes": moved})
    for frame in (rare, scores):
        frame.unpersist()


def observed(documents: DataFrame, looked: DataFrame) -> DataFrame:
    """Every document with the observation of its content that counts; without one there is nothing to score."""
    parts = looked.select("sha256", "inspector", "parts", "file", "card", "reading", "forensics", "zones")
    return documents.drop("run_id", "night").join(parts, "sha256")


def scorers(run: Run) -> dict[str, Scorer]:
    """The scorer of each role that has one."""
    folders = {role: run.model("scorer", role) for role in ROLES}
    return {role: open_scorer(folder) for role, folder in folders.items() if folder is not None}


def evidence(looked: DataFrame, rare: DataFrame, ties: DataFrame, labels: DataFrame) -> DataFrame:
    """doc_id, account_id, inspector and what the scorer asks for."""
    concern = rare.select(
        F.explode("doc_ids").alias("doc_id"),
        F.struct(
            "kind",
            "confidence",
            "shown",
            "others",
            "fields",
            F.array("left_place", "right_place").alias("places"),
        ).alias("item"),
    )
    listed = concern.groupBy("doc_id").agg(F.array_sort(F.collect_list("item")).alias("contradictions"))
    reviewed = _reviews(labels, "document", "doc_id", "verdict")
    campaigns = _reviews(labels, "campaign", "campaign_id", "campaign_verdict")
    tied = ties.select("doc_id", "campaign", F.col("campaign.campaign_id").alias("campaign_id"))
    return (
        looked.join(listed, "doc_id", "left")
        .join(tied.join(campaigns, "campaign_id", "left").drop("campaign_id"), "doc_id", "left")
        .join(reviewed, "doc_id", "left")
        .select(
            *("doc_id", "account_id", "inspector", "doc_type", "contradictions", "campaign"),
            *("verdict", "verdict_on", "campaign_verdict", "campaign_verdict_on"),
            F.col("card.found").alias("card_found"),
            F.col("card.width_px").alias("card_width"),
            F.col("reading.lines").alias("lines"),
            *("signals", "odd_zone"),
            F.col("file.format").alias("format"),
            F.col("file.jpeg_quality").alias("jpeg_quality"),
        )
    )


def score(asked: DataFrame, by_role: Mapping[str, Scorer], settings: ScoreSettings) -> DataFrame:
    """Scores of every role in one pass over the evidence."""
    judged = asked.select(
        *("doc_id", "account_id", "inspector"), F.explode(_judge(by_role, settings)).alias("judgement")
    )
    return judged.select("doc_id", "account_id", "inspector", "judgement.*")


def tonight(run: Run) -> DataFrame:
    """Documents that a reviewer judged tonight."""
    fresh = run.read("labels").where((F.col("run_id") == run.run_id) & (F.col("target_kind") == "document"))
    return fresh.select(F.col("target_id").alias("doc_id")).distinct()


def _judge(by_role: Mapping[str, Scorer], settings: ScoreSettings) -> Column:
    """The judgements of all roles on a row, as an array of structs."""

    def judge(rows: pd.DataFrame) -> pd.Series:
        frames = {role: score_frame(scorer, rows, settings) for role, scorer in by_role.items()}
        records = [frame.assign(role=role).to_dict("records") for role, frame in frames.items()]
        return pd.Series([list(row) for row in zip(*records, strict=True)], index=rows.index, dtype=object)

    make: Any = pandas_udf  # its stubs want the kind of UDF, which the hints of `judge` give
    judgements: Column = make(judge, f"array<struct<{JUDGEMENT}>>")(F.struct(*INPUTS))
    return judgements


def _reviews(labels: DataFrame, target_kind: str, key: str, name: str) -> DataFrame:
    """Verdicts that hold on targets of a kind, with their dates."""
    on = F.date_format("valid_from", "yyyy-MM-dd").alias(f"{name}_on")
    return verdicts(labels, target_kind).select(F.col("target_id").alias(key), F.col("verdict").alias(name), on)
