"""Rows of a training set as examples: what was seen, what it is, and how many documents it stands for."""

import zlib
from collections.abc import Sequence

from jobs.evaluation.scorer_material import Example
from jobs.feed import ABSTAINS, BONA_FIDE, FORGED, SIGNAL, Row
from schemas.words import EVIDENCE_FAMILIES

LAKE = "labels of this lake"  # as `risk_basis` says it
UNNAMED = "unnamed"  # the family of a forgery whose label says none: fusion learns from it, no head does
SAMPLES = ("random_sample", "")  # reviews that say something of all bona fide documents; "": the reason is not said
KEPT_BACK = 4  # one group of so many never trains: thresholds and figures are made of them


def examples_of(rows: Sequence[Row]) -> list[Example]:
    """Examples of the rows of a training set, in their order."""
    return [_example(row) for row in rows]


def bona_fide_sample(rows: Sequence[Row]) -> list[Row]:
    """Rows of documents that were cleared and not picked for looking bad: those are not as bona fide ones are."""
    return [row for row in rows if row["label"] == BONA_FIDE and row["reviewed_because"] in SAMPLES]


def is_kept_back(row: Row) -> bool:
    """Whether a row's group never trains."""
    return zlib.crc32(f"kept back {row['group']}".encode()) % KEPT_BACK == 0


def _example(row: Row) -> Example:
    return Example(
        group=row["group"],
        family=(row["family"] or UNNAMED) if row["label"] == FORGED else None,
        signals={name.removeprefix(SIGNAL): value for name, value in row.items() if name.startswith(SIGNAL)},
        abstained=frozenset(family for family in EVIDENCE_FAMILIES if row[ABSTAINS + family]),
        weight=row["weight"],
        segment=(row["doc_type"], row["width"], row["codec"]),
    )
