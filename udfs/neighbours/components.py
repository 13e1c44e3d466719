"""Groups of tied documents: connected components after hubs and weak bridges are taken out."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

HUB_TIES = 10  # neighbours from which a document is asked whether they know one another
HUB_DENSITY = 0.1  # share of its neighbours' pairs that are tied, under which it is a hub
GROUP_DENSITY = 0.5  # share of pairs tied from which what a bridge parts is a group of its own
BRIDGE_MARGIN = 0.05  # by which a bridge must be weaker than the typical tie inside


@dataclass(frozen=True)
class Grouping:
    """Who belongs together.

    Attributes:
        groups: each a sorted tuple of documents, the groups in order of their first.
        cut: ties (left, right) that were not allowed to fuse, with their reason, sorted.
    """

    groups: tuple[tuple[str, ...], ...]
    cut: tuple[tuple[str, str, str], ...]


def group(ties: pd.DataFrame, *, least_documents: int) -> Grouping:
    """Documents grouped by ties (columns left_doc, right_doc, tie; one row a pair); a pure function of the set."""
    edges = ties.sort_values(["left_doc", "right_doc"], ignore_index=True)
    hubs = _hubs(edges)
    at_hub = edges["left_doc"].isin(hubs) | edges["right_doc"].isin(hubs)
    held = edges[at_hub]
    cut = [(left, right, "hub") for left, right in zip(held["left_doc"], held["right_doc"], strict=True)]
    kept = edges[~at_hub].reset_index(drop=True)
    bridges = _weak_bridges(kept, least_documents)
    cut += [(left, right, "bridge") for left, right in bridges]
    return Grouping(groups=_components(_without(kept, bridges)), cut=tuple(sorted(cut)))


def _components(edges: pd.DataFrame) -> tuple[tuple[str, ...], ...]:
    """Connected components of at least two documents."""
    names, codes = np.unique(edges[["left_doc", "right_doc"]].to_numpy(dtype=str), return_inverse=True)
    if not len(names):
        return ()
    ends = codes.reshape(-1, 2)
    matrix = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(names), len(names)))
    _, labels = connected_components(matrix, directed=False)
    order = np.argsort(labels, kind="stable")
    parts = np.split(names[order], np.flatnonzero(np.diff(labels[order])) + 1)
    return tuple(sorted(tuple(str(name) for name in part) for part in parts))


def _without(edges: pd.DataFrame, pairs: set[tuple[str, str]]) -> pd.DataFrame:
    """The edges that are not among the pairs."""
    kept = [pair not in pairs for pair in zip(edges["left_doc"], edges["right_doc"], strict=True)]
    return edges[np.asarray(kept, dtype=bool)]


def _neighbours(edges: pd.DataFrame) -> dict[str, set[str]]:
    """Every document's tied documents."""
    near: dict[str, set[str]] = {}
    for left, right in zip(edges["left_doc"], edges["right_doc"], strict=True):
        near.setdefault(left, set()).add(right)
        near.setdefault(right, set()).add(left)
    return near


def _hubs(edges: pd.DataFrame) -> set[str]:
    """Documents tied to many that are not tied to one another."""
    near = _neighbours(edges)
    return {name for name, others in near.items() if len(others) >= HUB_TIES and _density(others, near) < HUB_DENSITY}


def _density(members: set[str], near: dict[str, set[str]]) -> float:
    """Share of the members' pairs that are tied."""
    if len(members) < 2:
        return 0.0
    inside = sum(len(near[name] & members) for name in members)
    return inside / (len(members) * (len(members) - 1))


def _weak_bridges(edges: pd.DataFrame, least_documents: int) -> set[tuple[str, str]]:
    """Ties without a common neighbour that join dense groups and are weaker than the ties inside both."""
    near = _neighbours(edges)
    strength = dict(zip(zip(edges["left_doc"], edges["right_doc"], strict=True), edges["tie"], strict=True))
    lonely = {pair for pair in strength if not near[pair[0]] & near[pair[1]]}
    rest = _without(edges, lonely)
    dense = [
        members
        for members in map(set, _components(rest))
        if len(members) >= least_documents and _density(members, near) >= GROUP_DENSITY
    ]
    home = {name: number for number, members in enumerate(dense) for name in members}
    inside: dict[int, list[float]] = {}
    for (left, right), value in strength.items():
        if left in home and home[left] == home.get(right):
            inside.setdefault(home[left], []).append(value)
    typical = {number: float(np.median(values)) for number, values in inside.items()}
    return {
        pair
        for pair in lonely
        if pair[0] in home
        and pair[1] in home
        and home[pair[0]] != home[pair[1]]
        and strength[pair] < min(typical[home[pair[0]]], typical[home[pair[1]]]) - BRIDGE_MARGIN
    }
