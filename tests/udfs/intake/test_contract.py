"""Files of drop folders: what stops a night, what is refused row by row, what is taken."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf.errors import BadManifest
from schemas.contract import CONTRACT
from udfs.intake.contract import preflight, row_schema, typed_batches
from udfs.intake.values import Unfit, read_value

HEADER = "doc_id,account_id,uri,side,submitted_at\n"
GOOD = "D-1,A-1,images/a.jpg,front,2026-03-01T10:00:00+02:00\n"


def rows(folder: str, name: str, content: bytes, zone: str | None = None) -> list[dict]:
    return [row for batch in typed_batches(folder, [(name, "0" * 64, content)], zone) for row in batch.to_pylist()]


def parquet(**columns: list) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue().to_pybytes()


def test_a_good_row_is_typed_in_utc() -> None:
    (row,) = rows("manifests", "m.csv", (HEADER + GOOD).encode())
    assert row["_reason"] is None
    assert row["submitted_at"] == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert (row["row"], row["file"]) == (0, "0" * 64)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("D 1,A-1,a.jpg,front,2026-03-01T10:00:00Z", "bad_id"),
        (f"{'x' * 129},A-1,a.jpg,front,2026-03-01T10:00:00Z", "bad_id"),
        ("D-1,,a.jpg,front,2026-03-01T10:00:00Z", "missing_value"),
        ("D-1,A-1,a.jpg,top,2026-03-01T10:00:00Z", "bad_value"),
        ("D-1,A-1,a.jpg,front,yesterday", "bad_time"),
        ("D-1,A-1,a.jpg,front,2026-03-01 10:00:00", "bad_time"),
    ],
)
def test_a_bad_row_has_its_reason_and_spares_the_rest(line: str, reason: str) -> None:
    bad, good = rows("manifests", "m.csv", f"{HEADER}{line}\n{GOOD}".encode())
    assert bad["_reason"] == reason
    assert good["_reason"] is None


def test_the_same_rows_from_every_format() -> None:
    names = HEADER.strip().split(",")
    values = GOOD.strip().split(",")
    lines = json.dumps(dict(zip(names, values, strict=True))).encode()
    table = parquet(**{name: [value] for name, value in zip(names, values, strict=True)})
    expected = rows("manifests", "m.csv", (HEADER + GOOD).encode())
    assert rows("manifests", "m.jsonl", lines) == expected
    assert rows("manifests", "m.parquet", table) == expected


def test_parquet_times_with_a_zone_are_taken() -> None:
    moment = pa.array([datetime(2026, 3, 1, 8, tzinfo=UTC)], pa.timestamp("ms", "UTC"))
    table = parquet(doc_id=["D-1"], account_id=[7], uri=["a.jpg"], side=["front"], submitted_at=moment)
    (row,) = rows("manifests", "m.parquet", table)
    assert row["_reason"] is None
    assert (row["account_id"], row["submitted_at"]) == ("7", datetime(2026, 3, 1, 8, tzinfo=UTC))


def test_a_missing_column_stops_the_night_with_file_column_and_advice() -> None:
    with pytest.raises(BadManifest, match=r"m\.csv: no column submitted_at; it has doc_id.*Nothing was written"):
        preflight("manifests", "m.csv", b"doc_id,account_id,uri,side\nD-1,A-1,a.jpg,front\n", None)


def test_a_wrong_type_stops_the_night() -> None:
    table = parquet(doc_id=[1.5], account_id=["A"], uri=["a"], side=["front"], submitted_at=["2026-03-01T00:00:00Z"])
    with pytest.raises(BadManifest, match="column doc_id: its type is double, wanted id"):
        preflight("manifests", "m.parquet", table, None)


def test_times_without_a_zone_stop_the_night_unless_one_is_declared() -> None:
    bare = (HEADER + GOOD.replace("T10:00:00+02:00", " 10:00")).encode()
    with pytest.raises(BadManifest, match=r"1 of the first 1 rows have no time zone .first: row 0"):
        preflight("manifests", "m.csv", bare, None)
    assert preflight("manifests", "m.csv", bare, "Europe/Vilnius") == ()
    (row,) = rows("manifests", "m.csv", bare, "Europe/Vilnius")
    assert row["submitted_at"] == datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_a_new_column_is_named_and_ignored() -> None:
    content = (HEADER.strip() + ",shoe_size\n" + GOOD.strip() + ",44\n").encode()
    assert preflight("manifests", "m.csv", content, None) == ("shoe_size",)
    (row,) = rows("manifests", "m.csv", content)
    assert row["_reason"] is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"PAR1"])
def test_a_file_that_is_none_stops_the_night(content: bytes) -> None:
    with pytest.raises(BadManifest, match=r"m\.parquet"):
        preflight("manifests", "m.parquet", content, None)


def test_money_is_exact() -> None:
    header = "transaction_id,account_id,direction,amount,asset,valid_from\n"
    (row,) = rows("transactions", "t.csv", f"{header}T-1,A-1,in,0.000000000000000001,XQC,2026-03-01T00:00:00Z".encode())
    assert row["amount"] == Decimal("0.000000000000000001")


def test_an_account_holds_from_its_opening_unless_it_says_otherwise() -> None:
    (row,) = rows("accounts", "a.csv", b"account_id,opened_at\nA-1,2025-11-14T00:00:00Z\n")
    assert row["valid_from"] == row["opened_at"] == datetime(2025, 11, 14, tzinfo=UTC)


@given(st.text(max_size=40), st.sampled_from([(f, c.name) for f, columns in CONTRACT.items() for c in columns]))
def test_no_text_crashes_a_reader(text: str, where: tuple[str, str]) -> None:
    column = next(c for c in CONTRACT[where[0]] if c.name == where[1])
    with suppress(Unfit):
        value = read_value(text or None, column, None)
        assert pa.scalar(value, row_schema(where[0]).field(where[1]).type).as_py() == value
