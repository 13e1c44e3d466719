"""What a table is: declared once, read by Spark, by the data dictionary and by the checks."""

from dataclasses import dataclass
from typing import Literal

Scope = Literal["lineage", "content", "night", "head"]


@dataclass(frozen=True)
class Column:
    """One column: name, type in DDL words, meaning, and the SQL that every row must satisfy.

    Attributes:
        name: the column's name.
        type: its type, as Spark's DDL writes it.
        doc: what it means; stands as a comment in the table itself.
        check: SQL predicate, the table's constraint; for a nullable column it must allow null by itself.
        required: whether null is refused.
        measured: whether it describes the machine's work; digests leave it out.
    """

    name: str
    type: str
    doc: str
    check: str | None = None
    required: bool = False
    measured: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table: what a row is, its key, its columns and which rows a release shows.

    Attributes:
        name: plural noun.
        doc: what one row is.
        key: the columns that name a row.
        columns: in order.
        scope: `lineage`: appended by runs, a release shows the rows of its lineage; `content`: appended, keyed by
            what was looked at, a release shows contents of its documents; `night`: replaced whole each night;
            `head`: written outside a night's release, read at its newest version.
        personal: whether it holds personal, biometric or picture data.
    """

    name: str
    doc: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    scope: Scope
    personal: bool = False

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        repeated = sorted({name for name in names if names.count(name) > 1})
        missing = sorted(set(self.key) - set(names))
        if repeated or missing:
            raise ValueError(f"table {self.name}: repeated columns {repeated}, key columns that do not exist {missing}")

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def ddl(self) -> str:
        """The columns as one DDL string, nullable as declared."""
        return ", ".join(f"{c.name} {c.type}{' NOT NULL' if c.required else ''}" for c in self.columns)

    @property
    def digested(self) -> tuple[str, ...]:
        """Columns that a digest covers: all that do not measure the machine."""
        return tuple(column.name for column in self.columns if not column.measured)

    def column(self, name: str) -> Column:
        """The column of that name.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")


RUN_ID = Column("run_id", "string", "The run that wrote the row: night and attempt, as in 2026-03-01.1.", required=True)
NIGHT = Column("night", "date", "Logical date of that run.", required=True)


def identifier(name: str, doc: str, *, required: bool = True) -> Column:
    """A column of ids: letters, digits and `._:-`, 1 to 128 of them."""
    rule = f"{name} RLIKE '^[A-Za-z0-9._:-]{{1,128}}$'"
    return Column(name, "string", doc, check=rule if required else f"{name} IS NULL OR ({rule})", required=required)


def share(name: str, doc: str, *, required: bool = False) -> Column:
    """A column of probabilities or shares between 0 and 1."""
    rule = f"{name} BETWEEN 0 AND 1"
    return Column(name, "double", doc, check=rule if required else f"{name} IS NULL OR ({rule})", required=required)


def choice(name: str, doc: str, values: tuple[str, ...], *, required: bool = True) -> Column:
    """A column of one of a closed list of words."""
    rule = f"{name} IN ({', '.join(repr(value) for value in values)})"
    full = f"{doc} One of: {', '.join(values)}."
    return Column(name, "string", full, check=rule if required else f"{name} IS NULL OR ({rule})", required=required)
