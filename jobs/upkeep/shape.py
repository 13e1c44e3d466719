"""The shape of a lake's tables against what is declared: what one lacks that another version wrote."""

from collections.abc import Iterator
from dataclasses import dataclass

from conf.errors import BadLake
from jobs.publishing.releases import newest
from jobs.table_head import TableHead
from jobs.tables import Tables, quoted
from schemas import TABLES
from schemas.table import Column, Table

MISSING = "is missing"


@dataclass(frozen=True)
class Gap:
    """What a table lacks.

    Attributes:
        table: its name.
        lacks: what, in words.
        statements: that add it; none for a whole table, or where only a migration could.
        mends: whether `lookback upgrade` can add it.
    """

    table: str
    lacks: str
    statements: tuple[str, ...] = ()
    mends: bool = True


def gaps(tables: Tables) -> list[Gap]:
    """Everything that the lake's tables lack, in the order in which they are declared."""
    return [gap for name, log in tables.heads(TABLES).items() for gap in _gaps(tables, TABLES[name], log)]


def refuse_other_shape(tables: Tables) -> None:
    """Stop whoever would write to a lake of another version; one that no night has begun on lacks nothing.

    Raises:
        BadLake: with what is missing and the command that adds it.
    """
    found = gaps(tables)
    if not found or (all(gap.mends for gap in found) and _untouched(tables)):
        return
    refuse_gone(tables, found)
    told = [f"{gap.table} {gap.lacks}" for gap in found]
    shown = "; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else "")
    if not all(gap.mends for gap in found):
        raise BadLake(f"{tables.root}: this lake has another shape: {shown}. Use the version that wrote it")
    raise BadLake(f"{tables.root}: an earlier version wrote this lake: {shown}. Bring it up to date: lookback upgrade")


def refuse_gone(tables: Tables, found: list[Gap]) -> None:
    """A table that a release names was there: an empty one in its place would hide what was lost."""
    missing = {gap.table for gap in found if gap.lacks == MISSING}
    shown = newest(tables) if missing else None
    gone = sorted(missing & set(shown.versions)) if shown else []
    if gone:
        raise BadLake(f"{tables.root}: released tables are gone: {', '.join(gone)}. Put their folders back")


def _untouched(tables: Tables) -> bool:
    """Whether no night has begun: a first one makes the tables itself, also where it was killed while it did."""
    return not tables.exists("runs") or tables.read("runs").isEmpty()


def _gaps(tables: Tables, table: Table, log: TableHead) -> Iterator[Gap]:
    """What one table lacks, by its log."""
    if log.version is None:
        yield Gap(table.name, MISSING)
        return
    columns, properties = log.types, log.properties
    kinds = {field.name: field.dataType.simpleString() for field in tables.type_of(table.name)}
    for column in table.columns:
        yield from _of_column(table.name, column, columns.get(column.name), kinds[column.name])
    for name in sorted(set(columns) - set(table.names)):
        yield Gap(table.name, f"has a column {name} that this version does not know", mends=False)
    for column in table.columns:
        rule = f"{column.name}_holds"
        stands = properties.get(f"delta.constraints.{rule}")
        if column.check is not None and _words(stands or "") != _words(column.check):
            drops = () if stands is None else (f"ALTER TABLE {{table}} DROP CONSTRAINT {rule}",)
            add = f"ALTER TABLE {{table}} ADD CONSTRAINT {rule} CHECK ({column.check})"
            yield Gap(table.name, f"holds {column.name} to another rule", (*drops, add))


def _words(rule: str) -> str:
    """A rule without its blanks, which Delta sets anew."""
    return "".join(rule.split())


def _of_column(table: str, column: Column, stored: str | None, declared: str) -> Iterator[Gap]:
    """What is wrong with one column; it is stored as null where it is missing."""
    if stored is None and column.required:
        yield Gap(table, f"has no column {column.name}, which may not be null", mends=False)
    elif stored is None:
        add = f"ALTER TABLE {{table}} ADD COLUMNS (`{column.name}` {column.type} COMMENT {quoted(column.doc)})"
        yield Gap(table, f"has no column {column.name}", (add,))
    elif stored != declared:
        yield Gap(table, f"has {column.name} as {stored}, not {declared}", mends=False)
