"""The declarations: keys, comments, checks, and a golden data definition."""

from pathlib import Path

import pytest

from schemas import TABLES
from schemas.table import Column, Table

GOLDEN = Path(__file__).parent.parent / "golden" / "tables.txt"


def described() -> str:
    lines = []
    for table in TABLES.values():
        lines.append(f"{table.name} [{table.scope}{', personal' if table.personal else ''}] key {', '.join(table.key)}")
        for c in table.columns:
            marks = [word for word, on in (("required", c.required), ("measured", c.measured)) if on]
            lines.append(f"  {c.name} {c.type} {' '.join(marks)}{f' CHECK {c.check}' if c.check else ''}".rstrip())
    return "\n".join(lines) + "\n"


def test_the_tables_move_only_on_purpose(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--regen"):
        GOLDEN.write_text(described())
    assert described() == GOLDEN.read_text()


def test_every_column_says_what_it_means() -> None:
    unsaid = [f"{t.name}.{c.name}" for t in TABLES.values() for c in t.columns if not c.doc.endswith(".")]
    assert unsaid == []


def test_tables_written_by_nights_name_their_run() -> None:
    assert [t.name for t in TABLES.values() if not {"run_id", "night"} <= set(t.names)] == []


def test_a_repeated_column_or_unknown_key_is_refused() -> None:
    column = Column("a", "string", "A.")
    with pytest.raises(ValueError, match="repeated columns"):
        Table(name="t", doc="T.", key=("b",), columns=(column, column), scope="night")
