"""A training set in its folder: what was written is what pyarrow reads, and Petastorm, or nothing is."""

import json
import os
import subprocess
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conf.errors import BadLake
from jobs.feed import PART, RECORD, ROW_GROUP, TEXTS, read_feed, write_feed

ROOT = Path(__file__).resolve().parents[3]
PETASTORM = ROOT / ".venv-petastorm" / "bin" / "python"
SCRIPT = """
import json, sys
from pathlib import Path
from jobs.feed import read_with_petastorm
feed = read_with_petastorm(Path(sys.argv[1]))
print(json.dumps({"rows": len(feed.rows), "digest": feed.digest, "first": feed.rows[0], "last": feed.rows[-1]}))
"""


def row(number: int, **changed: object) -> dict[str, object]:
    plain = dict.fromkeys(TEXTS, "") | {"doc_id": f"D-{number:05}", "group": f"A-{number // 2}", "label": "bona_fide"}
    numbers = {
        "weight": 1 / 0.003,
        "signal_trunk": number / 7,
        "signal_rare": None,
        "abstains_physical": number % 3 == 0,
    }
    return plain | numbers | changed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of two row groups, written out of order; some signals are missing."""
    rows = [row(number) for number in reversed(range(ROW_GROUP + 100))]
    rows[3] |= {"signal_rare": 0.1, "family": "tampered", "label": "forged", "design": "ünïcode"}
    return write_feed(tmp_path, rows, release="2026-03-01.1", counts={"learned": len(rows)})


def test_what_was_written_is_read_in_order_with_every_digit(folder: Path) -> None:
    feed = read_feed(folder)
    assert [one["doc_id"] for one in feed.rows] == [f"D-{number:05}" for number in range(ROW_GROUP + 100)]
    assert feed.rows[1]["signal_trunk"] == 1 / 7
    assert feed.rows[1]["signal_rare"] is None
    assert feed.rows[-4]["signal_rare"] == 0.1
    assert (feed.release, feed.counts) == ("2026-03-01.1", {"learned": ROW_GROUP + 100})
    assert folder.name == f"2026-03-01.1-{feed.digest[:12]}"
    assert pq.ParquetFile(folder / PART).num_row_groups == 2


def test_the_same_rows_are_the_same_folder(tmp_path: Path) -> None:
    rows = [row(1), row(2, signal_other=1.0)]
    one = write_feed(tmp_path, rows, release="r", counts={})
    assert write_feed(tmp_path, rows[::-1], release="r", counts={}) == one
    assert [path.name for path in tmp_path.iterdir()] == [one.name]
    assert read_feed(one).rows[0]["signal_other"] is None


def test_a_set_without_rows_is_read(tmp_path: Path) -> None:
    assert read_feed(write_feed(tmp_path, [], release="r", counts={})).rows == ()


def test_rows_that_were_lost_or_changed_are_told(folder: Path) -> None:
    whole = pq.read_table(folder / PART)
    pq.write_table(whole.slice(0, 4_000), folder / PART)
    with pytest.raises(BadLake, match="4,000 rows were read, 4,196 were written"):
        read_feed(folder)
    weights = whole.column("weight").to_pylist()
    changed = whole.drop_columns("weight").append_column("weight", [[0.5, *weights[1:]]])
    pq.write_table(changed, folder / PART)
    with pytest.raises(BadLake, match="have digest"):
        read_feed(folder)


@pytest.mark.parametrize("damage", ["no folder", "no record", "no rows"])
def test_what_is_no_training_set_is_refused(folder: Path, damage: str) -> None:
    if damage == "no record":
        (folder / RECORD).unlink()
    elif damage == "no rows":
        (folder / PART).write_bytes(b"PAR1")
    with pytest.raises(BadLake, match="remove the folder" if damage == "no rows" else "no training set"):
        read_feed(folder if damage != "no folder" else folder / "nowhere")


@pytest.mark.skipif(not PETASTORM.exists(), reason="Petastorm's environment is missing: make petastorm")
def test_petastorm_reads_as_many_rows_and_the_same_values(folder: Path) -> None:
    feed = read_feed(folder)
    command = [PETASTORM, "-c", SCRIPT, folder]
    for _ in range(3):  # what its pool of threads lost, it lost now and then
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2_000:]
        theirs = json.loads(done.stdout.splitlines()[-1])
        assert (theirs["rows"], theirs["digest"]) == (len(feed.rows), feed.digest)
        assert (theirs["first"], theirs["last"]) == (feed.rows[0], feed.rows[-1])


@pytest.mark.skipif(not PETASTORM.exists(), reason="Petastorm's environment is missing: make petastorm")
def test_petastorm_refuses_a_set_that_lost_rows(folder: Path) -> None:
    pq.write_table(pq.read_table(folder / PART).slice(0, 4_000), folder / PART)
    done = subprocess.run(
        [PETASTORM, "-c", SCRIPT, folder], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "4,000 rows were read" in done.stderr
