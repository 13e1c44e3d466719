"""The design bank: which design a content shows, and new designs founded from what shows none."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.cluster.hierarchy import fcluster, linkage

from udfs.neighbours.index import DECIMALS, Vectors, by_cosine

FOUNDING_ROWS = 20_000  # contents that found designs in one night; the rest join them or wait
LINKAGE_ROWS = 3_000  # average linkage holds the square of it
MEDIAN_MOVE = 3.0  # mean grey levels that a median may move before its design gets a new version


@dataclass(frozen=True)
class Bank:
    """Known designs.

    Attributes:
        names: n names, sorted.
        versions: n versions.
        centroids: float32 [n, d], unit.
    """

    names: tuple[str, ...]
    versions: tuple[int, ...]
    centroids: Vectors

    def with_founded(self, founded: "Bank") -> "Bank":
        """Both, by name."""
        names = (*self.names, *founded.names)
        order = sorted(range(len(names)), key=names.__getitem__)
        centroids = [*self.centroids, *founded.centroids]
        versions = (*self.versions, *founded.versions)
        return Bank(
            names=tuple(names[at] for at in order),
            versions=tuple(versions[at] for at in order),
            centroids=np.asarray([centroids[at] for at in order], dtype=np.float32),
        )


EMPTY = Bank((), (), np.zeros((0, 0), np.float32))


def assign(vectors: Vectors, bank: Bank, *, least: float) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Row in the bank [n] of the design nearest to each vector [n, d], -1 below `least`, and the cosine [n]."""
    if not bank.names or not len(vectors):
        return np.full(len(vectors), -1), np.zeros(len(vectors))
    found = by_cosine(bank.centroids, _unit(vectors), k=1)
    cosine = np.clip(found.scores[:, 0], -1.0, 1.0)
    return np.where(cosine >= least, found.rows[:, 0], -1), cosine


def with_designs(contents: pd.DataFrame, bank: Bank, least: float) -> pd.DataFrame:
    """Contents (column design_vector, null where there is none) with the design they show, or null, and its cosine."""
    vectored = contents["design_vector"].notna().to_numpy()
    vectors = np.asarray(contents.loc[vectored, "design_vector"].tolist(), dtype=np.float32)
    rows, cosine = assign(vectors, bank, least=least)
    design = np.full(len(contents), None, dtype=object)
    similarity = np.full(len(contents), np.nan)
    design[vectored] = [bank.names[row] if row >= 0 else None for row in rows.tolist()]
    similarity[vectored] = cosine
    return contents.assign(design=design, similarity=similarity)


def found_designs(digests: Sequence[str], vectors: Vectors, *, least: float, taken: frozenset[str]) -> Bank:
    """New designs of contents that show none: digests sorted, vectors [n, d] in their order.

    Leaders at a close threshold thin the contents, average linkage joins the leaders; a design is named after the
    first content in it.
    """
    unit = _unit(vectors[:FOUNDING_ROWS])
    if not len(unit):
        return EMPTY
    leader_of = _leaders(unit, least=(1.0 + least) / 2.0)
    leaders = np.unique(leader_of)
    group_of_leader = dict(zip(leaders.tolist(), _joined(unit[leaders], least), strict=True))
    groups = np.array([group_of_leader[leader] for leader in leader_of.tolist()])
    founded: dict[str, npt.NDArray[np.float32]] = {}
    for group in sorted(set(groups.tolist()), key=lambda group: int(np.flatnonzero(groups == group)[0])):
        rows = np.flatnonzero(groups == group)
        name = _name(digests[int(rows[0])], taken | founded.keys())
        founded[name] = centroid(unit[rows])
    names = tuple(sorted(founded))
    return Bank(names, (1,) * len(names), np.stack([founded[name] for name in names]))


def centroid(vectors: Vectors) -> npt.NDArray[np.float32]:
    """Mean direction [d] of vectors [n, d], rounded so that the order of the sum does not show."""
    total = np.round(_unit(vectors).astype(np.float64), DECIMALS).sum(axis=0)
    return np.asarray(np.round(total / max(float(np.linalg.norm(total)), 1e-9), DECIMALS), dtype=np.float32)


def moved(old: npt.NDArray[np.float32] | None, new: npt.NDArray[np.float32] | None) -> bool:
    """Whether a median has to be published anew: there was none, or it moved by more than the bound."""
    if new is None:
        return False
    if old is None or old.shape != new.shape:
        return True
    return float(np.mean(np.abs(new.astype(np.float64) - old))) > MEDIAN_MOVE


def _leaders(unit: Vectors, *, least: float) -> npt.NDArray[np.int64]:
    """For each row [n] the first earlier row that it is close to, itself if there is none."""
    leader_of = np.full(len(unit), -1)
    for row in range(len(unit)):
        if leader_of[row] >= 0:
            continue
        close = np.round(unit[row:].astype(np.float64) @ unit[row].astype(np.float64), DECIMALS) >= least
        close[0] = True
        free = leader_of[row:] < 0
        leader_of[row:][close & free] = row
    return leader_of


def _joined(leaders: Vectors, least: float) -> list[int]:
    """Group number of each leader, by average linkage; beyond the square's limit each leader stands alone."""
    if len(leaders) < 2 or len(leaders) > LINKAGE_ROWS:
        return list(range(len(leaders)))
    cosine = np.round(leaders.astype(np.float64) @ leaders.T.astype(np.float64), DECIMALS)
    upper = np.triu_indices(len(leaders), 1)
    tree = linkage(np.maximum(1.0 - cosine[upper], 0.0), method="average")
    return [int(group) for group in fcluster(tree, t=1.0 - least, criterion="distance")]


def _name(digest: str, taken: frozenset[str]) -> str:
    """`G-` and 6 hex digits of the founding content's digest, of its digest where that is taken."""
    while f"G-{digest[:6].upper()}" in taken:
        digest = hashlib.sha256(digest.encode()).hexdigest()
    return f"G-{digest[:6].upper()}"


def _unit(vectors: Vectors) -> Vectors:
    """Vectors [n, d] of length one; zero vectors stay zero."""
    length = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True) if len(vectors) else np.ones((0, 1))
    return np.asarray(vectors / np.maximum(length, 1e-12), dtype=np.float32)
