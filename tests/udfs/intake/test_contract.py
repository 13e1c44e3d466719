"""Files of drop folders: what stops a night, what is refused row by row, what is taken."""

import io
import json
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conf.errors import BadManifest
from conf.settings import IngestSettings
from schemas.contract import CONTRACT
from udfs.intake.contract import preflight, row_schema, typed_batches
from udfs.intake.values import Unfit, read_value

HEADER = "doc_id,account_id,uri,side,submitted_at\n"
GOOD = "D-1,A-1,images/a.jpg,front,2026-03-01T10:00:00+02:00\n"


def rows(folder: str, name: str, content: bytes, zone: str | None = None) -> list[dict]:
    return [
        row
        for batch in typed_batches(folder, [(name, "0" * 64, content)], IngestSettings(zone=zone))
        for row in batch.to_pylist()
    ]


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


SPARK_2 = {"org.apache.spark.sql.parquet.row.metadata": "{}"}


@pytest.mark.parametrize(
    ("writer", "taken"), [({"org.apache.spark.version": "3.5.1"}, True), (SPARK_2, True), ({}, False)]
)
def test_int96_is_an_instant_where_spark_wrote_it(writer: dict, taken: bool) -> None:
    said = {"doc_id": ["D-1"], "account_id": ["A-1"], "uri": ["a.jpg"], "side": ["front"]}
    bare = pa.timestamp("us")
    nested = pa.struct([("seen", pa.list_(pa.struct([("at", bare)])))])
    never = [("never", datetime(9999, 12, 31, tzinfo=UTC))]
    times = {
        "unread": pa.array([never], pa.map_(pa.string(), bare)),
        "submitted_at": pa.array([datetime(2026, 3, 1, 10, tzinfo=UTC)], bare),
        "decided_at": pa.array([datetime(9999, 12, 31, tzinfo=UTC)], bare),
        "vendor_fields": pa.array([{"seen": [{"at": datetime(2026, 3, 1, 9, tzinfo=UTC)}]}], nested),
    }
    sink = io.BytesIO()
    pq.write_table(pa.table(said | times).replace_schema_metadata(writer), sink, use_deprecated_int96_timestamps=True)
    if not taken:
        with pytest.raises(BadManifest, match=r"no time zone.*\nTimes must.*INT96 in Parquet is UTC for some writers"):
            preflight("manifests", "m.parquet", sink.getvalue(), IngestSettings())
        return
    for zone in (None, "Europe/Vilnius"):
        assert preflight("manifests", "m.parquet", sink.getvalue(), IngestSettings(zone=zone)) == ("unread",)
        (row,) = rows("manifests", "m.parquet", sink.getvalue(), zone)
        assert row["submitted_at"] == datetime(2026, 3, 1, 10, tzinfo=UTC)
        assert row["decided_at"] == datetime(9999, 12, 31, tzinfo=UTC)
        assert row["vendor_fields"] == '{"seen": [{"at": "2026-03-01 09:00:00+00:00"}]}'


def test_a_missing_column_stops_the_night_with_file_column_and_advice() -> None:
    with pytest.raises(BadManifest, match=r"m\.csv: no column submitted_at; it has doc_id.*Nothing was written"):
        preflight("manifests", "m.csv", b"doc_id,account_id,uri,side\nD-1,A-1,a.jpg,front\n", IngestSettings())


@pytest.mark.fault("F24")
def test_a_wrong_type_stops_the_night() -> None:
    table = parquet(doc_id=[1.5], account_id=["A"], uri=["a"], side=["front"], submitted_at=["2026-03-01T00:00:00Z"])
    with pytest.raises(
        BadManifest, match=r"m\.parquet, column doc_id: its type is double, wanted id: text or integers"
    ):
        preflight("manifests", "m.parquet", table, IngestSettings())


MONEY = {
    "transaction_id": "T",
    "account_id": "A",
    "direction": "in",
    "amount": "1",
    "asset": "X",
    "valid_from": "2026Z",
}
PAPER = dict(zip(HEADER.strip().split(","), GOOD.strip().split(","), strict=True))


@pytest.mark.parametrize(
    ("folder", "column", "values"),
    [
        ("manifests", "uri", pa.array([b"u"], pa.large_binary())),
        ("manifests", "uri", pa.array([True])),
        ("manifests", "uri", pa.array([1])),
        ("manifests", "doc_id", pa.array([datetime(2026, 3, 1, tzinfo=UTC)]).cast(pa.date32())),
        ("manifests", "doc_id", pa.array([False])),
        ("manifests", "submitted_at", pa.array([1], pa.uint64())),
        ("manifests", "submitted_at", pa.array([1], pa.time64("us"))),
        ("manifests", "sha256", pa.array([b"1" * 32], pa.binary(32))),
        ("transactions", "amount", pa.array([{"a": 1}])),
        ("transactions", "amount", pa.array([datetime(2026, 3, 1, tzinfo=UTC)])),
        ("transactions", "amount", pa.array([0.1 + 0.2])),
        ("transactions", "retracts", pa.array([0.5])),
    ],
)
def test_every_kind_has_its_arrow_types(folder: str, column: str, values: pa.Array) -> None:
    row = {"manifests": PAPER, "transactions": MONEY}[folder]
    table = parquet(**({name: [value] for name, value in row.items()} | {column: values}))
    with pytest.raises(BadManifest, match=rf"p\.parquet, column {column}: its type is .*, wanted .*Fix the export"):
        preflight(folder, "p.parquet", table, IngestSettings(zone="UTC"))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("doc_id", pa.array(["D-1"]).dictionary_encode()),
        ("account_id", pa.array(["A-1"], pa.large_string())),
        ("vendor_fields", pa.array([{"at": datetime(2026, 3, 1, tzinfo=UTC)}])),
        ("vendor", pa.nulls(1)),
        ("decided_at", pa.array([datetime(2026, 3, 1, tzinfo=UTC)], pa.timestamp("ns", "UTC"))),
    ],
)
def test_types_that_hold_the_same_are_taken(column: str, values: pa.Array) -> None:
    table = parquet(**({name: [value] for name, value in PAPER.items()} | {column: values}))
    assert preflight("manifests", "p.parquet", table, IngestSettings()) == ()
    assert [row["_reason"] for row in rows("manifests", "p.parquet", table)] == [None]


@pytest.mark.parametrize(
    ("folder", "header", "both"),
    [
        ("labels", "target_kind,target_id,verdict,reviewer,reviewed_at,valid_from", "reviewed_at and valid_from"),
        ("manifests", f"Doc_ID,{HEADER.strip()}", "Doc_ID and doc_id"),
        ("manifests", f"{HEADER.strip()},doc_id", "doc_id and doc_id"),
    ],
)
def test_two_columns_of_one_meaning_stop_the_night(folder: str, header: str, both: str) -> None:
    for name, content in (
        ("f.csv", f"{header}\n".encode()),
        ("f.parquet", b"" if header.count("doc_id") > 1 else parquet(**{name: ["x"] for name in header.split(",")})),
        ("f.jsonl", b"" if header.count("doc_id") > 1 else json.dumps(dict.fromkeys(header.split(","), "x")).encode()),
    ):
        if content:
            with pytest.raises(BadManifest, match=f"columns {both} both say"):
                preflight(folder, name, content, IngestSettings(zone="UTC"))


def test_rows_that_use_two_names_of_a_column_are_taken_unless_they_use_both() -> None:
    known = {"target_kind": "account", "target_id": "A-1", "verdict": "cleared", "reviewer": "R"}
    moment = "2026-03-01T00:00:00Z"
    both = [known | {"valid_from": moment}, known | {"reviewed_at": moment}]
    content = "\n".join(map(json.dumps, [*both, both[0] | both[1]])).encode()
    assert [row["_reason"] for row in rows("labels", "l.jsonl", content)] == [None, None, "bad_row"]


def test_blank_is_missing_and_a_date_is_nothing_but_a_date() -> None:
    header, opened = "account_id,opened_at,birth_date,declared_name\n", "2025-11-14T00:00:00Z"
    lines = (
        f"  ,{opened},,",
        f"A-1,{opened},1990-01-01XX,",
        f"A-1,{opened},1990-W01-1,",
        f"A-1,{opened},1990-01-01,  ",
    )
    found = rows("accounts", "a.csv", (header + "\n".join(lines)).encode())
    assert [row["_reason"] for row in found] == ["missing_value", "bad_time", "bad_time", None]
    assert found[-1]["declared_name"] is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1988-04-12", date(1988, 4, 12)),
        ("1988-04-12T00:00:00", date(1988, 4, 12)),
        ("1988-04-12 00:00:00.000", date(1988, 4, 12)),
        ("1988-04-12T00:00:00.000Z", date(1988, 4, 12)),
        ("1988-04-12T00:00+02:00", date(1988, 4, 12)),
        ("1988-04-11T22:00:00Z", None),
        ("1988-04-12T00:00:00.5", None),
        ("1988-04-12 12:00", None),
        ("19880412", None),
    ],
)
def test_a_date_is_the_day_that_is_written_and_an_instant_is_none(text: str, day: date | None) -> None:
    content = f"account_id,opened_at,birth_date\nA-1,2025-11-14T00:00:00Z,{text}\n"
    (row,) = rows("accounts", "a.csv", content.encode(), zone="Europe/Vilnius")
    assert (row["birth_date"], row["_reason"]) == (day, None if day else "bad_time")


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        ("2026-10-25T03:30:00", "Europe/Vilnius", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-03-29T02:59:59", "Europe/Vilnius", datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)),
        ("2026-03-29T03:30:00", "Europe/Vilnius", None),
        ("2026-03-29T04:00:00", "Europe/Vilnius", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("2026-03-29T03:30:00+02:00", "Europe/Vilnius", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2018-11-04", "America/Sao_Paulo", datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("2018-11-04T00:30:00", "America/Sao_Paulo", None),
    ],
)
def test_where_clocks_change_the_first_of_two_times_holds_and_one_that_never_was_is_refused(
    local: str, zone: str, utc: datetime | None
) -> None:
    (row,) = rows("manifests", "m.csv", (HEADER + GOOD.replace("2026-03-01T10:00:00+02:00", local)).encode(), zone)
    assert (row["submitted_at"], row["_reason"]) == (utc, None if utc else "bad_time")
    assert utc or row["_detail"].startswith(f"submitted_at is a time that never was in {zone}")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('{"score": NaN, "n": 1.5}', '{"n": 1.5, "score": null}'),
        ('{"score": Infinity}', None),
        ('{"score": -Infinity}', None),
        ('{"score": 1e999}', None),
    ],
)
def test_what_is_stored_as_json_is_json(said: str, kept: str | None) -> None:
    line = '{"doc_id": "D-1", "account_id": "A-1", "uri": "a.jpg", "side": "front", "submitted_at": "2026-03-01T10:00Z"'
    (row,) = rows("manifests", "m.jsonl", f'{line}, "vendor_fields": {said}}}'.encode())
    assert (row["vendor_fields"], row["_reason"]) == (kept, None if kept else "bad_value")


def test_times_without_a_zone_stop_the_night_unless_one_is_declared() -> None:
    bare = (HEADER + GOOD.replace("T10:00:00+02:00", " 10:00")).encode()
    with pytest.raises(BadManifest, match=r"1 of the first 1 rows have no time zone .first: row 0"):
        preflight("manifests", "m.csv", bare, IngestSettings())
    assert preflight("manifests", "m.csv", bare, IngestSettings(zone="Europe/Vilnius")) == ()
    (row,) = rows("manifests", "m.csv", bare, "Europe/Vilnius")
    assert row["submitted_at"] == datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("folder", "content", "column"),
    [
        ("manifests", f"{HEADER.strip()},decided_at\n{GOOD.strip()},2026-03-01 10:05:00\n", "decided_at"),
        ("accounts", "account_id,opened_at,valid_from\nA-1,2026-03-01T10:00:00Z,2026-03-01 10:05\n", "valid_from"),
    ],
)
def test_times_that_may_be_empty_need_a_zone_all_the_same(folder: str, content: str, column: str) -> None:
    with pytest.raises(BadManifest, match=rf"column {column}: 1 of the first 1 rows have no time zone"):
        preflight(folder, "f.csv", content.encode(), IngestSettings())
    assert preflight(folder, "f.csv", content.encode(), IngestSettings(zone="Europe/Vilnius")) == ()


@pytest.mark.fault("F24")
def test_a_new_column_is_named_and_ignored() -> None:
    content = (HEADER.strip() + ",shoe_size\n" + GOOD.strip() + ",44\n").encode()
    assert preflight("manifests", "m.csv", content, IngestSettings()) == ("shoe_size",)
    (row,) = rows("manifests", "m.csv", content)
    assert row["_reason"] is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"PAR1"])
def test_a_file_that_is_none_stops_the_night(content: bytes) -> None:
    with pytest.raises(BadManifest, match=r"m\.parquet"):
        preflight("manifests", "m.parquet", content, IngestSettings())


def test_money_is_exact() -> None:
    header = "transaction_id,account_id,direction,amount,asset,valid_from\n"
    (row,) = rows("transactions", "t.csv", f"{header}T-1,A-1,in,0.000000000000000001,XQC,2026-03-01T00:00:00Z".encode())
    assert row["amount"] == Decimal("0.000000000000000001")


def test_large_money_keeps_all_its_places() -> None:
    row = MONEY | {"amount": "12345678901234567890.123456789012345678", "valid_from": "2026-03-01T00:00:00Z"}
    (taken,) = rows("transactions", "t.jsonl", json.dumps(row).encode())
    assert taken["amount"] == Decimal(row["amount"])
    (number,) = rows("transactions", "t.jsonl", json.dumps(row).replace(f'"{row["amount"]}"', row["amount"]).encode())
    assert number["amount"] == Decimal(row["amount"])


def test_the_counterparty_may_be_called_its_address() -> None:
    row = MONEY | {"counterparty_address": "bc1q", "valid_from": "2026-03-01T00:00:00Z"}
    assert rows("transactions", "t.jsonl", json.dumps(row).encode())[0]["counterparty"] == "bc1q"


def test_an_account_holds_from_its_opening_unless_it_says_otherwise() -> None:
    (row,) = rows("accounts", "a.csv", b"account_id,opened_at\nA-1,2025-11-14T00:00:00Z\n")
    assert row["valid_from"] == row["opened_at"] == datetime(2025, 11, 14, tzinfo=UTC)


@given(st.text(max_size=40), st.sampled_from([(f, c.name) for f, columns in CONTRACT.items() for c in columns]))
def test_no_text_crashes_a_reader(text: str, where: tuple[str, str]) -> None:
    column = next(c for c in CONTRACT[where[0]] if c.name == where[1])
    with suppress(Unfit):
        value = read_value(text or None, column, ZoneInfo("America/New_York"))
        assert pa.scalar(value, row_schema(where[0]).field(where[1]).type).as_py() == value
