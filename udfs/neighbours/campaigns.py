"""Campaigns of tied documents, as plain frames: from live ties to memberships, figures and events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from udfs.neighbours.components import group
from udfs.neighbours.lineage import Event, Lineage, Members
from udfs.neighbours.ties import TIE_DECIMALS, together

KNOWABLE_AT_DOCUMENT = 3  # a pair may be an accident, a third one is a source


@dataclass(frozen=True)
class Bounds:
    """What makes a campaign: documents, accounts, and the tie below which nothing fuses."""

    documents: int
    accounts: int
    tie: float


def pair_ties(ties: pd.DataFrame) -> pd.DataFrame:
    """One row a pair (left_doc, right_doc, tie, kinds) from one row a pair and kind (.., kind, tie)."""
    ordered = ties.sort_values(["left_doc", "right_doc", "kind"], ignore_index=True)
    if ordered.empty:
        return pd.DataFrame({"left_doc": [], "right_doc": [], "tie": [], "kinds": []})
    grouped = ordered.groupby(["left_doc", "right_doc"], sort=True)
    return grouped.agg(tie=("tie", lambda values: together(list(values))), kinds=("kind", tuple)).reset_index()


def find_groups(pairs: pd.DataFrame, accounts: Mapping[str, str], bounds: Bounds) -> tuple[Members, ...]:
    """Documents that make campaigns: a pure function of the live pairs and of who owns the documents."""
    fusing = pairs[pairs["tie"] >= bounds.tie]
    grouping = group(fusing[["left_doc", "right_doc", "tie"]], least_documents=bounds.documents)
    return tuple(
        frozenset(members)
        for members in grouping.groups
        if len(members) >= bounds.documents and len({accounts[doc] for doc in members}) >= bounds.accounts
    )


def cluster_rows(
    lineage: Lineage, pairs: pd.DataFrame, documents: pd.DataFrame, joined: Mapping[tuple[str, str], date]
) -> pd.DataFrame:
    """One row a document in a campaign; `documents` is indexed by doc_id, `joined` names the nights, by (id, doc)."""
    ends = _by_end(pairs, lineage)
    strongest = ends.groupby("doc_id")["tie"].max()
    kinds = ends.groupby("doc_id")["kinds"].agg(lambda lists: sorted({kind for row in lists for kind in row}))
    rows = [
        (doc, documents.at[doc, "account_id"], name, joined[name, doc], float(strongest[doc]), kinds[doc])
        for name, members in lineage.members.items()
        for doc in sorted(members)
    ]
    return pd.DataFrame(rows, columns=["doc_id", "account_id", "campaign_id", "joined", "tie", "kinds"])


def campaign_rows(
    lineage: Lineage, pairs: pd.DataFrame, documents: pd.DataFrame, born: Mapping[str, date]
) -> pd.DataFrame:
    """One row a campaign; `documents` is indexed by doc_id, with account_id, design, submitted_at in microseconds."""
    home = _home(lineage)
    inside = pairs[_inside(pairs, home)].assign(campaign=lambda rows: rows["left_doc"].map(home))
    by_campaign = dict(list(inside.groupby("campaign", sort=True)))
    rows = [
        _campaign(name, by_campaign[name], documents.loc[sorted(members)], born[name])
        for name, members in lineage.members.items()
    ]
    return pd.DataFrame(rows, columns=CAMPAIGN_COLUMNS)


def event_rows(events: Iterable[Event]) -> pd.DataFrame:
    """One row a change."""
    rows = [
        (e.campaign_id, e.event, e.cause, e.documents, list(e.joined), list(e.left), list(e.others)) for e in events
    ]
    return pd.DataFrame(rows, columns=["campaign_id", "event", "cause", "documents", "joined", "left", "others"])


CAMPAIGN_COLUMNS = [
    "campaign_id", "born", "documents", "accounts", "cohesion", "weakest_tie", "kinds", "design",
    "first_submitted_at", "knowable_at",
]  # fmt: skip


def _campaign(name: str, pairs: pd.DataFrame, members: pd.DataFrame, born: date) -> tuple[object, ...]:
    """One campaign's figures from its inner pairs and its documents."""
    count = len(members)
    submitted: list[int] = sorted(members["submitted_at"])
    frequency = pd.Series([kind for kinds in pairs["kinds"] for kind in kinds]).value_counts()
    designs = members["design"].dropna().value_counts()
    return (
        name,
        born,
        count,
        members["account_id"].nunique(),
        round(len(pairs) / (count * (count - 1) / 2), TIE_DECIMALS),
        float(_holding(pairs)),
        sorted(frequency.index, key=lambda kind: (-frequency[kind], kind)),
        min(designs.index, key=lambda design: (-designs[design], design), default=None),
        submitted[0],
        submitted[KNOWABLE_AT_DOCUMENT - 1] if count >= KNOWABLE_AT_DOCUMENT else None,
    )


def _holding(pairs: pd.DataFrame) -> float:
    """The weakest tie of the strongest tree that holds the documents together."""
    head: dict[str, str] = {}

    def root(doc: str) -> str:
        while head.get(doc, doc) != doc:
            doc = head[doc]
        return doc

    weakest = 1.0
    ordered = pairs.sort_values(["tie", "left_doc", "right_doc"], ascending=[False, True, True])
    for left, right, tie in zip(ordered["left_doc"], ordered["right_doc"], ordered["tie"], strict=True):
        if root(left) != root(right):
            head[root(right)] = root(left)
            weakest = float(tie)
    return weakest


def _home(lineage: Lineage) -> dict[str, str]:
    """Campaign of every document that is in one."""
    return {doc: name for name, members in lineage.members.items() for doc in members}


def _inside(pairs: pd.DataFrame, home: Mapping[str, str]) -> "pd.Series[bool]":
    """Which pairs lie inside one campaign."""
    left = pairs["left_doc"].map(home)
    return left.notna() & (left == pairs["right_doc"].map(home))


def _by_end(pairs: pd.DataFrame, lineage: Lineage) -> pd.DataFrame:
    """Inner pairs once for each of their ends: doc_id, tie, kinds."""
    inside = pairs[_inside(pairs, _home(lineage))]
    sides = [inside[[side, "tie", "kinds"]].rename(columns={side: "doc_id"}) for side in ("left_doc", "right_doc")]
    return pd.concat(sides, ignore_index=True)
