"""What a story asks of the released views: rows by value, counts, ids that look alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from conf.errors import JobError
from jobs.facts import holding
from jobs.linking.live import live_links

Row = Mapping[str, Any]
Where = Mapping[str, Sequence[object]]

NEAR_IDS = 3


class NotFound(JobError):
    """The release knows no such id."""


@dataclass(frozen=True)
class Wanted:
    """Which rows of a view.

    Attributes:
        columns: those wanted; none: all.
        where: a row's value must be among those named, for each column named.
        order: columns to sort by; a leading `-` means falling.
        limit: rows at most.
    """

    columns: tuple[str, ...] = ()
    where: Where = field(default_factory=dict)
    order: tuple[str, ...] = ()
    limit: int | None = None


class Released(Protocol):
    """The released views, as stories read them."""

    def rows(self, view: str, wanted: Wanted) -> list[dict[str, Any]]:
        """Rows as plain dicts: times aware and in UTC, maps as dicts."""

    def counts(self, view: str, column: str, where: Where) -> dict[str, int]:
        """How many rows have each value of a column, by value."""

    def near(self, view: str, column: str, text: str) -> list[str]:
        """The values of a column that are spelled most like a text, nearest first."""


def of(**where: object) -> Where:
    """Where each named column has one value, or one of a list of values."""
    return {name: list(value) if isinstance(value, list | tuple | set) else [value] for name, value in where.items()}


def rows_of(released: Released, view: str, *columns: str, **where: object) -> list[dict[str, Any]]:
    """Rows of a view by equality; a column that is asked to be among no values gives no rows, and asks nothing."""
    wanted = of(**where)
    if any(not values for values in wanted.values()):
        return []
    return released.rows(view, Wanted(columns, wanted))


NAMED = {
    "document": ("documents", "doc_id"),
    "account": ("risk_profiles", "account_id"),
    "campaign": ("campaigns", "campaign_id"),
}


def not_found(released: Released, view: str, column: str, text: str) -> NotFound:
    """The error for an id that the release does not know, with those that are spelled alike."""
    alike = released.near(view, column, text)
    what = column.removesuffix("_id").replace("doc", "document")
    hint = f"Near it: {', '.join(alike)}" if alike else f"There is no {what} at all"
    for other, (elsewhere, key) in NAMED.items():
        if key != column and rows_of(released, elsewhere, key, **{key: text}):
            hint = f"That names another thing: lookback {other} {text}"
    return NotFound(f"no {what} {text!r} in the release. {hint}")


# What holds of a table that is appended to; the other views are as they are to be read.
HOLDING: Mapping[str, Callable[[DataFrame], DataFrame]] = {
    "links": live_links,
    "accounts": lambda frame: holding(frame, "account_id"),
    "transactions": lambda frame: holding(frame, "transaction_id"),
}


class SparkReleased:
    """The views that are open in a session.

    Args:
        spark: the session, released views open.
    """

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark

    def rows(self, view: str, wanted: Wanted) -> list[dict[str, Any]]:
        """See `Released`."""
        frame = self._where(view, wanted.where)
        if wanted.columns:
            frame = frame.select(*wanted.columns)
        if wanted.order:
            frame = frame.orderBy(*(F.desc(name[1:]) if name.startswith("-") else F.asc(name) for name in wanted.order))
        if wanted.limit is not None:
            frame = frame.limit(wanted.limit)
        found: list[dict[str, Any]] = frame.toArrow().to_pylist(maps_as_pydicts="strict")
        return found

    def counts(self, view: str, column: str, where: Where) -> dict[str, int]:
        """See `Released`."""
        counted = self._where(view, where).groupBy(column).count().orderBy(column).collect()
        return {str(row[column]): int(row["count"]) for row in counted}

    def near(self, view: str, column: str, text: str) -> list[str]:
        """See `Released`."""
        distance = F.levenshtein(F.col(column), F.lit(text))
        ids = self._spark.table(view).select(column).distinct()
        return [row[column] for row in ids.orderBy(distance, column).limit(NEAR_IDS).collect()]

    def _where(self, view: str, where: Where) -> DataFrame:
        frame = self._spark.table(view)
        frame = HOLDING[view](frame) if view in HOLDING else frame
        for name, values in where.items():
            frame = frame.where(F.col(name).isin(*values))
        return frame
