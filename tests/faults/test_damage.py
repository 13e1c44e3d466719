"""Files of a released lake that are not what was written: no night begins on them, no reader is shown them."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from conf.errors import BadLake
from conf.settings import Settings
from tests.faults.harness import NIGHT, Undisturbed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from jobs.health.doctor import Finding

pytestmark = [pytest.mark.spark, pytest.mark.timeout(3_000)]
NEXT = date(2026, 3, 2)


@dataclass(frozen=True)
class Copy:
    """A copy of the lake after its quiet night, without the checksums that Hadoop's local file system keeps beside."""

    settings: Settings
    spark: "SparkSession"

    @property
    def root(self) -> Path:
        return Path(self.settings.tables)

    def entry(self, table: str, back: int = 0) -> Path:
        """An entry of a table's log, counted from its end."""
        return sorted((self.root / table / "_delta_log").glob("*.json"))[-1 - back]

    def checkpoint(self, table: str) -> Path:
        return max((self.root / table / "_delta_log").glob("*.checkpoint.parquet"))

    def data(self, table: str) -> list[Path]:
        """Data files of a table that is written once."""
        lines = [line for file in sorted((self.root / table / "_delta_log").glob("*.json")) for line in file.open()]
        return [self.root / table / json.loads(line)["add"]["path"] for line in lines if '"add"' in line]

    def findings(self, *, deep: bool = False) -> "dict[str, Finding]":
        """What doctor says of logs and tables; the latter only where the logs are sound, as the command does."""
        from jobs.health.doctor_facts import log_findings, table_findings
        from jobs.tables import Tables

        found = list(log_findings(self.settings))
        if all(finding.level == "pass" for finding in found):
            tables = Tables(self.spark, self.settings.tables)
            found += table_findings(self.settings, tables, deep=deep)
        return {finding.name: finding for finding in found if finding.level != "pass"}


@pytest.fixture
def copy(undisturbed: Undisturbed, tmp_path: Path, spark: "SparkSession") -> Iterator[Copy]:
    lake = tmp_path / "lake"
    shutil.copytree(undisturbed.finished, lake, ignore=shutil.ignore_patterns(".*.crc"))
    yield Copy(Settings.model_validate({"how": {"places": {"lake": str(lake)}}}), spark)
    shutil.rmtree(lake)


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    return path


def emptied(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def gone(path: Path) -> Path:
    path.unlink()
    return path


def flip(path: Path) -> None:
    """One bit of the last byte of the first column's values: beside a footer, they are the smaller part of a file."""
    column = pq.read_metadata(path).row_group(0).column(0)
    start = column.dictionary_page_offset or column.data_page_offset
    content = bytearray(path.read_bytes())
    content[start + column.total_compressed_size - 1] ^= 0x10
    path.write_bytes(content)


def swapped(paths: list[Path]) -> Path:
    """The first of the files, in whose place the next one of another size now stands."""
    first = paths[0]
    other = next(path for path in paths if path.stat().st_size != first.stat().st_size)
    shutil.copyfile(other, first)
    return first


HARMS: dict[str, Callable[[Copy], Path]] = {
    "data file cut": lambda copy: cut(copy.data("scores")[0]),
    "data file emptied": lambda copy: emptied(copy.data("links")[0]),
    "data file gone": lambda copy: gone(copy.data("observations")[0]),
    "data file swapped": lambda copy: swapped(copy.data("documents")),
    "last entry emptied": lambda copy: emptied(copy.entry("releases")),
    "last entry cut": lambda copy: cut(copy.entry("scores")),
    "last entry gone": lambda copy: gone(copy.entry("releases")),
    "middle entry gone": lambda copy: gone(copy.entry("rejected", 1)),
    "checkpoint torn": lambda copy: cut(copy.checkpoint("runs")),
}
QUICK = ("data file cut", "last entry gone")  # what else the files alone tell is tested on them alone, without Spark


def cases() -> Iterator[object]:
    for name, harm in HARMS.items():
        marks = [pytest.mark.fault("F15") if name.startswith("data") else pytest.mark.fault("F16")]
        yield pytest.param(harm, id=name, marks=marks if name in QUICK else [*marks, pytest.mark.slow])


@pytest.mark.parametrize("harm", list(cases()))
def test_damage_stops_readers_and_nights_and_doctor_names_it(copy: Copy, harm: Callable[[Copy], Path]) -> None:
    from jobs.cli.context import open_release
    from jobs.nights import open_attempt
    from jobs.tables import Tables

    victim = harm(copy)
    with pytest.raises(BadLake, match=victim.name):
        open_release(copy.settings)
    with pytest.raises(BadLake, match=victim.name):
        open_attempt(Tables(copy.spark, copy.settings.tables), copy.settings, NEXT, again=False, limit=None)
    (told,) = (finding for finding in copy.findings().values() if victim.name in finding.text)
    assert told.level == "fail"
    assert told.mend


@pytest.mark.fault("F15")
def test_a_flipped_bit_stops_whoever_reads_it_with_the_files_name(spark: "SparkSession", tmp_path: Path) -> None:
    from jobs.spark_errors import SPARK_ERRORS, told_of_damage

    spark.range(1_000).coalesce(1).write.format("delta").save(str(tmp_path / "numbers"))
    (victim,) = (tmp_path / "numbers").glob("*.parquet")
    victim.with_name(f".{victim.name}.crc").unlink()
    flip(victim)
    with pytest.raises(SPARK_ERRORS) as raised:
        spark.read.format("delta").load(str(tmp_path / "numbers")).collect()
    assert victim.name in str(told_of_damage(raised.value))


@pytest.mark.slow
@pytest.mark.fault("F15")
def test_a_flipped_bit_that_nobody_has_read_is_found_in_depth(copy: Copy) -> None:
    for victim in copy.data("scores"):
        flip(victim)
    assert copy.findings() == {}
    found = copy.findings(deep=True)["contents"]
    assert f"{NIGHT}.1 is not what was published: scores: cannot be read" in found.text


@pytest.mark.slow
@pytest.mark.fault("F15")
def test_a_sound_lake_is_found_sound_in_depth(copy: Copy) -> None:
    assert copy.findings(deep=True) == {}
