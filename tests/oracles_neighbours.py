"""Slow and obvious twins of the neighbour search, the grouping and the lineage."""

from collections.abc import Iterable

import numpy as np


def nearest_by_cosine(vectors: np.ndarray, row: int, k: int) -> list[int]:
    """The k nearest rows, the row itself first."""
    scores = [
        (-round(float(np.dot(vectors[row].astype(float), other.astype(float))), 6), at)
        for at, other in enumerate(vectors)
    ]
    return [at for _, at in sorted(scores)[:k]]


def bits_between(left: str, right: str) -> int:
    """Differing bits of two hashes in hex."""
    return (int(left, 16) ^ int(right, 16)).bit_count()


def components(pairs: Iterable[tuple[str, str]]) -> set[frozenset[str]]:
    """Connected components by merging sets."""
    groups: list[set[str]] = []
    for pair in pairs:
        touched = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in touched] + [set(pair).union(*touched)]
    return {frozenset(group) for group in groups}


def replayed(members: dict[str, frozenset[str]], events: Iterable[object]) -> dict[str, frozenset[str]]:
    """The campaigns after a night, from those before it and its events alone."""
    after = {name: set(group) for name, group in members.items()}
    for event in events:
        group = after.setdefault(event.campaign_id, set())
        group |= set(event.joined)
        group -= set(event.left)
    return {name: frozenset(group) for name, group in after.items() if group}
