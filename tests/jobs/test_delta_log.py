"""What is damaged in a table is told by its file, from the files alone: no Spark, tables written by another engine."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from jobs.delta_log import Damage, DeltaLog, oldest_kept

VERSIONS = 5


def entry(number: int) -> str:
    return f"_delta_log/{number:020}.json"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Five versions, the third of which has a checkpoint."""
    for number in range(VERSIONS):
        write_deltalake(str(tmp_path / "scores"), pa.table({"n": list(range(10 * (number + 1)))}), mode="append")
        if number == 2:
            DeltaTable(str(tmp_path / "scores")).create_checkpoint()
    return tmp_path / "scores"


def log_of(table: Path) -> DeltaLog:
    return DeltaLog(str(table.parent), table.name)


def data_file(table: Path) -> Path:
    """A file of the newest version, and of the first."""
    (added,) = [json.loads(line)["add"] for line in (table / entry(0)).read_text().splitlines() if '"add"' in line]
    return table / str(added["path"])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_a_sound_table_has_its_files_at_every_version(table: Path) -> None:
    log = log_of(table)
    assert log.newest == VERSIONS - 1
    assert log.damage(VERSIONS - 1) == []
    for version in range(VERSIONS):
        theirs = DeltaTable(str(table), version=version).get_add_actions(flatten=True)
        known = pa.table(theirs).to_pydict()
        assert log.files_at(version) == dict(zip(known["path"], known["size_bytes"], strict=True))
        assert log.lost_files(version) == []
    assert log.orphans() == {}


@pytest.mark.parametrize(("removed", "oldest"), [((), 0), ((0,), 2), ((0, 1), 2), ((0, 1, 2), 3), (range(5), 0)])
def test_what_was_removed_by_age_is_known_from_the_log_alone(table: Path, removed: Iterable[int], oldest: int) -> None:
    for number in removed:
        (table / entry(number)).unlink()
    assert oldest_kept(str(table.parent), table.name) == oldest
    assert oldest_kept(str(table.parent), "never_made") == 0


@pytest.mark.fault("F16")
@pytest.mark.parametrize(
    ("name", "harm", "what"),
    [
        (entry(4), emptied, "is empty"),
        (entry(4), cut, "is cut short or changed"),
        (entry(4), Path.unlink, "is gone"),
        (entry(3), Path.unlink, "is gone"),
        ("_delta_log/00000000000000000002.checkpoint.parquet", cut, "is no whole checkpoint"),
        ("_delta_log/00000000000000000002.checkpoint.parquet", emptied, "is no whole checkpoint"),
    ],
)
def test_a_damaged_log_is_told_by_its_file(table: Path, name: str, harm: Callable[[Path], None], what: str) -> None:
    harm(table / name)
    (found,) = log_of(table).damage(VERSIONS - 1)
    assert (found.table, found.file, found.what) == ("scores", name, what)


@pytest.mark.fault("F16")
def test_a_torn_checkpoint_may_go_where_the_entries_before_it_are_all_there(table: Path) -> None:
    emptied(table / "_delta_log/00000000000000000002.checkpoint.parquet")
    (found,) = log_of(table).damage(0)
    assert found.mend == "delete it and _last_checkpoint: the entries 0 to 2 hold the same"
    (table / entry(1)).unlink()
    (found,) = log_of(table).damage(0)
    assert found.mend == "restore it from a backup"


@pytest.mark.fault("F16")
def test_a_table_that_is_gone_is_told_where_it_is_known_to_have_been(tmp_path: Path) -> None:
    assert DeltaLog(str(tmp_path), "scores").damage(-1) == []
    assert DeltaLog(str(tmp_path), "scores").damage(3) == [Damage("scores", "", "is gone")]


@pytest.mark.fault("F15")
@pytest.mark.parametrize("harm", [emptied, cut, Path.unlink])
def test_a_data_file_of_another_size_is_told_at_every_version_that_names_it(
    table: Path, harm: Callable[[Path], None]
) -> None:
    victim = data_file(table)
    harm(victim)
    log = log_of(table)
    assert log.damage(VERSIONS - 1) == []
    for version in (0, 2, VERSIONS - 1):
        assert [found.file for found in log.lost_files(version)] == [victim.name]


@pytest.mark.fault("F15")
def test_a_file_swapped_for_another_of_its_table_is_told(table: Path) -> None:
    first, last = sorted(log_of(table).files_at(VERSIONS - 1).items(), key=lambda item: item[1])[:: VERSIONS - 1]
    (table / first[0]).write_bytes((table / last[0]).read_bytes())
    (found,) = log_of(table).lost_files(VERSIONS - 1)
    assert str(found) == f"scores/{first[0]} has {last[1]:,} bytes, not the {first[1]:,} that were written"


def test_what_a_killed_writer_left_is_told_apart(table: Path) -> None:
    (table / "part-00000-left.snappy.parquet").write_bytes(b"half")
    assert log_of(table).orphans() == {"part-00000-left.snappy.parquet": 4}
