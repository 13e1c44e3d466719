"""Groups tied documents into campaigns whose ids survive nights."""

import json
from collections.abc import Mapping
from datetime import date

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import ClusterSettings
from jobs.linking.live import live_links
from jobs.linking.subjects import subjects
from jobs.run import STAMPED, Run
from schemas import TABLES
from udfs.neighbours.campaigns import Bounds, campaign_rows, cluster_rows, event_rows, find_groups, pair_ties
from udfs.neighbours.lineage import Former, Lineage, inherit
from udfs.neighbours.ties import FUSING, tie

INSTANTS = ("first_submitted_at", "knowable_at")


def main(run: Run) -> None:
    """Write the night's campaigns, their members, and every change since the parent release."""
    links = tying(run.read("links"), run.read("documents")).persist()
    try:
        pairs = tied_pairs(links)
        documents = tied_documents(
            links, subjects(run.read("documents"), run.read("accounts")), run.read("design_members")
        )
    finally:
        links.unpersist()
    owners = dict(zip(documents.index.astype(str), documents["person"].astype(str), strict=True))
    groups = find_groups(pairs, owners, bounds_of(run.settings.what.cluster))
    members = run.before("clusters").select("campaign_id", "doc_id", "joined").collect()
    since = {(row.campaign_id, row.doc_id): row.joined for row in members}
    before = former_campaigns(since, run.before("campaigns"))
    used = {row.campaign_id for row in run.before("cluster_events").select("campaign_id").distinct().collect()}
    lineage = inherit(groups, before, night=run.night, used=used)
    born = {name: before[name].born if name in before else run.night for name in lineage.members}
    rows = {
        "clusters": cluster_rows(lineage, pairs, documents, joined(lineage, since, run.night)),
        "campaigns": campaign_rows(lineage, pairs, documents, born),
        "cluster_events": event_rows(lineage.events),
    }
    run.write_all({name: declared(run, name, frame) for name, frame in rows.items()})


def tying(links: DataFrame, documents: DataFrame) -> DataFrame:
    """Live links of kinds that fuse, both of whose documents are there."""
    live = live_links(links).where(F.col("kind").isin(*FUSING))
    known = documents.select("doc_id")
    for end in ("left_doc", "right_doc"):
        live = live.join(known.withColumnRenamed("doc_id", end), end, "left_semi")
    return live.select("left_doc", "right_doc", "kind", "similarity", "evidence")


def tied_pairs(links: DataFrame) -> pd.DataFrame:
    """One row a pair with its tie, on the driver: of an archive only what is tied, never all documents."""
    rows = [
        (row.left_doc, row.right_doc, row.kind, tie(row.kind, row.similarity, _threshold(row.evidence)))
        for row in links.collect()
    ]
    return pair_ties(pd.DataFrame(rows, columns=["left_doc", "right_doc", "kind", "tie"]))


def tied_documents(links: DataFrame, docs: DataFrame, members: DataFrame) -> pd.DataFrame:
    """Tied documents by doc_id: account_id, person, design, submitted_at in microseconds since 1970."""
    ends = links.select(F.explode(F.array("left_doc", "right_doc")).alias("doc_id")).distinct()
    shown = docs.join(ends, "doc_id", "left_semi").join(members.select("sha256", "design"), "sha256", "left")
    micros = F.unix_micros("submitted_at").alias("submitted_at")
    rows = shown.select("doc_id", "account_id", "person", "design", micros).orderBy("doc_id").collect()
    frame = pd.DataFrame(rows, columns=["doc_id", "account_id", "person", "design", "submitted_at"], dtype=object)
    return frame.set_index("doc_id")


def bounds_of(settings: ClusterSettings) -> Bounds:
    """What makes a campaign."""
    return Bounds(settings.min_documents, settings.min_accounts, settings.min_tie)


def former_campaigns(since: Mapping[tuple[str, str], date], campaigns: DataFrame) -> dict[str, Former]:
    """The parent release's campaigns by id."""
    members: dict[str, set[str]] = {}
    for name, doc in since:
        members.setdefault(name, set()).add(doc)
    born = {row.campaign_id: row.born for row in campaigns.select("campaign_id", "born").collect()}
    return {name: Former(born[name], frozenset(docs)) for name, docs in sorted(members.items())}


def joined(lineage: Lineage, since: Mapping[tuple[str, str], date], night: date) -> dict[tuple[str, str], date]:
    """The night that each document was first in its campaign without a break."""
    places = ((name, doc) for name, members in lineage.members.items() for doc in members)
    return {place: since.get(place, night) for place in places}


def declared(run: Run, name: str, frame: pd.DataFrame) -> DataFrame:
    """A plain frame as Spark's, with the table's own types; instants come in microseconds."""
    columns = [column for column in TABLES[name].columns if column.name not in STAMPED]
    ddl = ", ".join(f"`{c.name}` {'bigint' if c.name in INSTANTS else c.type}" for c in columns)
    rows = list(frame[[column.name for column in columns]].astype(object).itertuples(index=False, name=None))
    instants = {column.name: F.timestamp_micros(column.name) for column in columns if column.name in INSTANTS}
    return run.spark.createDataFrame(rows, ddl).withColumns(instants)


def _threshold(evidence: str | None) -> float:
    """The threshold that the link was found with; zero for kinds without one."""
    return float(json.loads(evidence or "{}").get("threshold", 0.0))
