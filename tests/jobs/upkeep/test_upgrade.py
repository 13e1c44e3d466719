"""What a lake of another version is told to lack, from its tables' logs alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from conf.errors import BadLake
from conf.settings import Settings
from jobs.upkeep import shape, upgrading
from jobs.upkeep.retention import promise
from jobs.upkeep.shape import gaps, refuse_other_shape
from schemas import TABLES

if TYPE_CHECKING:
    from jobs.tables import Tables


def log_of(name: str, **changed: str | None) -> SimpleNamespace:
    """The log of a table as it is declared, but for a column: its type, or null where it is missing."""
    table = TABLES[name]
    columns = {column.name: column.type for column in table.columns} | changed
    rules = {f"delta.constraints.{c.name}_holds": c.check for c in table.columns if c.check}
    return SimpleNamespace(version=3, types={n: kind for n, kind in columns.items() if kind}, properties=rules)


def tables_of(**logs: SimpleNamespace) -> "Tables":
    """Tables whose logs are as declared, but for those given; one night has begun."""

    def fields(name: str) -> list[SimpleNamespace]:
        columns = TABLES[name].columns
        return [
            SimpleNamespace(name=c.name, dataType=SimpleNamespace(simpleString=lambda c=c: c.type)) for c in columns
        ]

    rows = SimpleNamespace(isEmpty=lambda: False)
    made = SimpleNamespace(
        root="/lake",
        heads=lambda names: {name: logs.get(name) or log_of(name) for name in names},
        type_of=fields,
        exists=lambda _name: True,
        read=lambda _name: rows,
    )
    return cast("Tables", made)


def test_a_lake_of_this_version_lacks_nothing() -> None:
    assert gaps(tables_of()) == []
    refuse_other_shape(tables_of())


def test_what_may_be_null_is_added_and_anything_else_is_left_to_a_migration() -> None:
    (column,) = gaps(tables_of(runs=log_of("runs", note=None)))
    assert (column.lacks, column.mends) == ("has no column note", True)
    assert column.statements[0].startswith("ALTER TABLE {table} ADD COLUMNS (`note` string COMMENT '")
    (table,) = gaps(tables_of(backfills=SimpleNamespace(version=None)))
    assert (table.lacks, table.statements, table.mends) == ("is missing", (), True)
    for changed, lacks in (
        ({"attempt": None}, "has no column attempt, which may not be null"),
        ({"note": "bigint"}, "has note as bigint, not string"),
        ({"odd": "string"}, "has a column odd that this version does not know"),
    ):
        (gap,) = gaps(tables_of(runs=log_of("runs", **changed)))
        assert (gap.lacks, gap.mends) == (lacks, False)
        with pytest.raises(BadLake, match="Use the version that wrote it"):
            refuse_other_shape(tables_of(runs=log_of("runs", **changed)))


def test_a_released_table_that_is_gone_is_not_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    release = SimpleNamespace(versions={"scores": 3})
    monkeypatch.setattr(shape, "newest", lambda _tables: release)
    with pytest.raises(BadLake, match=r"released tables are gone: scores\. Put their folders back"):
        refuse_other_shape(tables_of(scores=SimpleNamespace(version=None)))
    with pytest.raises(BadLake, match=r"backfills is missing.*lookback upgrade"):
        refuse_other_shape(tables_of(backfills=SimpleNamespace(version=None)))


def test_what_is_read_is_promised_for_longer_before_an_upgrade_commits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    altered: list[tuple[str, str]] = []

    @contextmanager
    def turn(*_: object) -> Iterator[SimpleNamespace]:
        old = SimpleNamespace(committed=lambda _version: time.time() - 99 * 86_400, retention_days=60)
        yield SimpleNamespace(
            root="/lake",
            heads=lambda names: dict.fromkeys(names, old),
            ensure=lambda _names: None,
            alter=lambda name, statement: altered.append((name, statement)),
        )

    found = [shape.Gap("scores", "has no column note", ("ALTER TABLE {table} ADD COLUMNS (note string)",))]
    monkeypatch.setattr(upgrading, "open_session", lambda _settings: None)
    monkeypatch.setattr(upgrading, "turn", turn)
    monkeypatch.setattr(upgrading, "oldest_read", lambda _tables, _keep: {"scores": 3})
    monkeypatch.setattr(upgrading, "gaps", lambda _tables: found)
    assert upgrading.upgrade(settings) == found
    assert altered == [("scores", promise(130)), ("scores", found[0].statements[0])]
    monkeypatch.setattr(upgrading, "gaps", lambda _tables: [])
    altered.clear()
    assert (upgrading.upgrade(settings), altered) == ([], [])


def test_a_rule_that_changed_is_dropped_and_set_anew() -> None:
    log = log_of("rejected")
    log.properties["delta.constraints.reason_holds"] = "reason IN ('empty')"
    (gap,) = gaps(tables_of(rejected=log))
    assert gap.statements[0] == "ALTER TABLE {table} DROP CONSTRAINT reason_holds"
    assert gap.statements[1].startswith("ALTER TABLE {table} ADD CONSTRAINT reason_holds CHECK (reason IN ('empty', ")
