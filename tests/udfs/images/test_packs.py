"""A pack that is none, or a damaged one, is a refusal of its images; it never stops who fetches."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from udfs.images.fetch import Source, fetch
from udfs.images.packs import Groups


@pytest.mark.parametrize(
    ("columns", "detail"),
    [
        ({"key": ["a"]}, "no column bytes"),
        ({"bytes": [b"a"]}, "no column key"),
        ({"key": ["a"], "bytes": ["text"]}, "column bytes is string, wanted binary"),
        ({"key": ["a"], "bytes": [5]}, "column bytes is int64, wanted binary"),
        ({"key": ["a"], "bytes": [[1, 2]]}, "column bytes is list"),
        ({"key": [1.0], "bytes": [b"a"]}, "column key is double, wanted text, bytes of it, or integers"),
        ({"key": [["a"]], "bytes": [b"a"]}, "column key is list"),
        ({"key": [b"\xff\xfe"], "bytes": [b"a"]}, "column key holds bytes that are no UTF-8"),
    ],
)
def test_a_pack_of_another_shape_is_refused_with_what_is_wrong(tmp_path: Path, columns: dict, detail: str) -> None:
    pq.write_table(pa.table(columns), tmp_path / "p.parquet")
    got = fetch("p.parquet#a", Source(str(tmp_path), (), 100))
    assert got.refused is not None
    assert (got.refused.reason, detail in got.refused.detail) == ("unreadable", True)


@pytest.mark.parametrize(
    "keys",
    [
        pa.array(["17", "é"]),
        pa.array(["17", "é"], pa.binary()),
        pa.array(["17", "é"]).dictionary_encode(),
        pa.array([17, 18]),
        pa.array([17, 18], pa.decimal128(38, 0)),
    ],
    ids=["text", "bytes", "dictionary", "integers", "decimals"],
)
def test_a_key_is_found_whatever_holds_its_text(tmp_path: Path, keys: pa.Array) -> None:
    pq.write_table(pa.table({"key": keys, "bytes": [b"0", b"1"]}), tmp_path / "P.PARQUET")
    source = Source(str(tmp_path), (), 100)
    assert fetch("P.PARQUET#17", source).content == b"0"
    assert fetch(f"P.PARQUET#{'é' if keys[1].as_py() in ('é', 'é'.encode()) else 18}", source).content == b"1"


def test_a_row_without_key_is_no_image(tmp_path: Path) -> None:
    pq.write_table(pa.table({"key": [None, "a"], "bytes": [b"0", b"1"]}), tmp_path / "p.parquet")
    source = Source(str(tmp_path), (), 100)
    assert fetch("p.parquet#a", source).content == b"1"
    assert fetch("p.parquet#None", source).refused.reason == "missing"


def test_a_damaged_pack_never_stops_who_fetches(tmp_path: Path) -> None:
    table = pa.table({"key": [f"k{n}" for n in range(20)], "bytes": [bytes([n]) * 9 for n in range(20)]})
    pq.write_table(table, tmp_path / "p.parquet")
    whole, rng, refused = (tmp_path / "p.parquet").read_bytes(), np.random.default_rng(5), set()
    for number in range(150):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
        (tmp_path / f"{number}.parquet").write_bytes(damaged)
        got = fetch(f"{number}.parquet#k7", Source(str(tmp_path), (), 1_000))
        refused.add(got.refused.reason if got.refused else None)
    assert refused <= {None, "missing", "unreadable", "too_large"}
    assert "unreadable" in refused


def test_row_groups_are_read_once_while_they_are_kept_and_kept_within_their_bytes() -> None:
    groups, read = Groups(25), []

    def group(name: str, size: int) -> int:
        def now() -> pa.ChunkedArray:
            read.append(name)
            return pa.chunked_array([pa.array(np.zeros(size, np.uint8))])

        return groups.get(name, 0, now).nbytes

    assert [group(name, 10) for name in ("a", "b", "a", "c", "a", "b")] == [10] * 6
    assert read == ["a", "b", "c", "b"]
    assert (group("large", 100), group("large", 100), group("a", 10)) == (100, 100, 10)
    assert read[4:] == ["large", "a"]
