"""From what was seen of labelled documents to the rows of a training set."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from jobs.evaluation.scorer_material import PHYSICAL_WIDTH
from jobs.feed import ABSTAINS, BONA_FIDE, FORGED, SIGNAL
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.abstaining import abstention
from udfs.judging.cells import mappings, number, numbers_by_name, text
from udfs.judging.heads import contradiction_signals
from udfs.judging.segments import segment_of

Row = Mapping[str, Any]

TIES = ("account_id", "campaign_id", "sha256")  # documents that share one of these never stand in two folds
SAMPLED = "random_sample"


def feed_rows(seen: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows of a training set, see `jobs.feed.Feed`, of what `jobs.learning.labelled.seen_targets` gives."""
    return [_feed_row(row, group) for row, group in zip(seen, groups_of(seen), strict=True)]


def groups_of(rows: Sequence[Row]) -> list[str]:
    """A name for each row, the same for all that accounts, campaigns or equal contents tie, directly or by others."""
    if not rows:
        return []
    keys: dict[tuple[str, str], int] = {}
    ends = [
        (place, len(rows) + keys.setdefault((name, str(row[name])), len(keys)))
        for place, row in enumerate(rows)
        for name in TIES
        if row[name] is not None
    ]
    size = len(rows) + len(keys)
    left, right = np.asarray(ends).T
    _, parts = connected_components(coo_array((np.ones(len(ends)), (left, right)), shape=(size, size)), directed=False)
    named: dict[int, str] = {}
    for row, part in sorted(
        zip(rows, parts[: len(rows)].tolist(), strict=True), key=lambda pair: pair[0]["account_id"]
    ):
        named.setdefault(part, str(row["account_id"]))
    return [named[part] for part in parts[: len(rows)].tolist()]


def weight_of(row: Row) -> float:
    """Documents that a label stands for: those that it was drawn from at random, else itself alone."""
    chance = number(row["sampling_probability"])
    return 1 / chance if row["reviewed_because"] == SAMPLED and chance else 1.0


def _feed_row(row: Row, group: str) -> dict[str, Any]:
    contradictions = mappings(row["contradictions"])
    signals = numbers_by_name(row["signals"]) | contradiction_signals(contradictions)
    forged = row["verdict"] == "confirmed"
    return {
        "doc_id": row["target_id"],
        "sha256": row["sha256"],
        "group": group,
        "label": FORGED if forged else BONA_FIDE,
        "family": (text(row["family"]) or "") if forged else "",
        "reviewed_because": text(row["reviewed_because"]) or "",
        "weight": weight_of(row),
        "design": text(row["design"]) or "",
        **segment_of(row)._asdict(),
        **{ABSTAINS + family: abstention(family, row, PHYSICAL_WIDTH) is not None for family in EVIDENCE_FAMILIES},
        **{SIGNAL + name: _finite(value) for name, value in signals.items()},
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None
