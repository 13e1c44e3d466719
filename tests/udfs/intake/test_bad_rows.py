"""One bad row goes to rejected with its number; its file goes on, and so does the night."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conf.errors import BadManifest
from conf.settings import IngestSettings
from udfs.intake.contract import preflight, typed_batches
from udfs.intake.csv_rows import csv_blocks
from udfs.intake.files import read_blocks

HEADER = "doc_id,account_id,uri,side,submitted_at"
GOOD = "D-1,A-1,images/a.jpg,front,2026-03-01T10:00:00+02:00"
ROW = dict(zip(HEADER.split(","), GOOD.split(","), strict=True))


def rows(name: str, content: bytes, folder: str = "manifests", zone: str | None = None) -> list[dict]:
    preflight(folder, name, content, IngestSettings(zone=zone))
    return [
        row
        for batch in typed_batches(folder, [(name, "0" * 64, content)], IngestSettings(zone=zone))
        for row in batch.to_pylist()
    ]


def reasons(name: str, content: bytes, zone: str | None = None) -> list[tuple[int, str | None]]:
    return [(row["row"], row["_reason"]) for row in rows(name, content, zone=zone)]


def lines(*each: str | bytes) -> bytes:
    return b"\n".join(line.encode() if isinstance(line, str) else line for line in each) + b"\n"


@pytest.mark.parametrize(
    "bad",
    [f"{GOOD},more", b"D-2,A-1,images/\xff.jpg,front,2026-03-01T10:00:00Z", f'"D{"x" * 140_000}"'],
    ids=["an extra field", "not UTF-8", "a field without end"],
)
def test_a_broken_csv_row_is_refused_alone(bad: str | bytes) -> None:
    for place in range(3):
        content = [GOOD, GOOD]
        content.insert(place, bad)
        expected = [(row, "bad_row" if row == place else None) for row in range(3)]
        assert reasons("m.csv", lines(HEADER, *content)) == expected


def test_an_open_quote_swallows_no_row_after_it() -> None:
    opened = 'D-2,A-1,images/a.jpg,front,"2026-03-01T10:00:00Z'
    assert reasons("m.csv", lines(HEADER, GOOD, opened, GOOD, GOOD)) == [
        (0, None),
        (1, "bad_row"),
        (2, None),
        (3, None),
    ]
    assert reasons("m.csv", lines(HEADER, GOOD, opened)[:-1]) == [(0, None), (1, "bad_row")]
    assert reasons("m.csv", lines(HEADER, opened, GOOD, opened, GOOD)) == [
        (0, "bad_row"), (1, None), (2, "bad_row"), (3, None),
    ]  # fmt: skip


def test_a_sound_csv_keeps_its_quoted_lines_and_skips_blank_ones() -> None:
    content = f'{HEADER},vendor\r\n{GOOD},"two\r\nlines, ""quoted"""\r\n\r\n{GOOD},\r\n'.encode()
    first, second = rows("m.csv", content)
    assert (first["vendor"], second["vendor"]) == ('two\r\nlines, "quoted"', None)
    assert (first["row"], second["row"]) == (0, 1)
    assert rows("m.csv", lines(f"{HEADER},vendor", f'{GOOD},5" pipe', f'{GOOD},"a"b'))[1]["vendor"] == "ab"
    assert len(rows("m.csv", "\ufeff".encode() + lines(HEADER, "D-2,A-1,i.jpg,front"))) == 1


def test_a_row_is_broken_beyond_the_first_block_too() -> None:
    content = lines(HEADER, *[GOOD] * 20_001, f"{GOOD},more", GOOD)
    (first, *others) = list(csv_blocks(content))
    assert (len(first), first.broken) == (20_000, {})
    assert [(block.start + place) for block in others for place in block.broken] == [20_001]
    assert sum(len(block) for block in read_blocks("m.csv", content)) == 20_003


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("m.csv", lines(HEADER, f"{GOOD},more", f"{GOOD},more"), "none of its 2 rows can be parsed; row 0: 6 fields"),
        ("m.csv", lines(b"doc_id\xff," + HEADER.encode(), GOOD), "its header is not UTF-8"),
        ("m.csv", b"", "it is empty"),
        ("m.csv", b" \n\n", "it is empty"),
        ("m.csv", lines(HEADER.replace("doc_id", '"doc_id'), GOOD), "unexpected end of data"),
        ("m.jsonl", b"nothing\nof this\n", "none of its 2 rows can be parsed; row 0: the line is no JSON"),
        ("m.json", b"[\n" + json.dumps(ROW).encode() + b"\n]", "it is one JSON list"),
        ("m.json", b"[\n" + json.dumps(ROW).encode() + b",\n" + json.dumps(ROW).encode(), "it is one JSON list"),
        ("m.json", json.dumps([ROW, ROW]).encode(), "it is one JSON list: write one object a line"),
        ("m.json", b"[" + json.dumps(ROW).encode() + b",\n" + json.dumps(ROW).encode() + b"]", "it is one JSON list"),
        ("m.json", json.dumps(ROW, indent=1).encode(), "it is one JSON object over several lines"),
        ("m.json", b'{"data": [\n' + json.dumps(ROW).encode() + b"\n]}", "it is one JSON object over several lines"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_stops_the_night_by_its_name(name: str, content: bytes, found: str) -> None:
    with pytest.raises(BadManifest, match=f"^{name}: cannot be read as .*{found}.*Nothing was written"):
        list(rows(name, content))


@pytest.mark.parametrize(
    "bad",
    ["{", "17", "[1, 2]", "[" * 100_000, '{"vendor_fields": ' + "[" * 100_000, b'{"uri": "\xff"}', "9" * 5_000],
    ids=["cut", "number", "list", "deep list", "deep value", "not UTF-8", "too many digits"],
)
def test_a_broken_json_line_is_refused_alone(bad: str | bytes) -> None:
    good = json.dumps(ROW)
    assert reasons("m.jsonl", lines(good, bad, "", good)) == [(0, None), (1, "bad_row"), (2, None)]
    assert reasons("m.jsonl", lines(bad, good)) == [(0, "bad_row"), (1, None)]


def test_a_key_that_a_json_line_says_twice_breaks_it_alone() -> None:
    good = json.dumps(ROW)
    for bad in (f'{{"uri": "b.jpg", {good[1:]}', f'{good[:-1]}, "vendor_fields": {{"a": {{"n": 1, "n": 2}}}}}}'):
        assert reasons("m.jsonl", lines(good, bad, good)) == [(0, None), (1, "bad_row"), (2, None)]
    (_, told, _) = rows("m.jsonl", lines(good, good.replace('"uri"', '"side": "back", "uri"'), good))
    assert told["_detail"] == "the line cannot be read: the key 'side' stands in it twice"
    (text,) = rows("m.jsonl", lines(json.dumps(ROW | {"vendor_fields": '{"n": 1, "n": 2}'})))
    assert (text["_reason"], text["vendor_fields"]) == ("bad_value", None)


def test_only_a_line_feed_ends_a_json_line() -> None:
    content = lines(json.dumps(ROW | {"vendor": "a\u2028b\x85c"}, ensure_ascii=False), json.dumps(ROW))
    first, second = rows("m.jsonl", content.replace(b"\n", b"\r\n"))
    assert (first["vendor"], second["row"]) == ("a\u2028b\x85c", 1)


def test_half_a_surrogate_pair_is_refused_with_its_column() -> None:
    bad, good = rows("m.jsonl", lines(json.dumps(ROW | {"vendor": "\ud800"}), json.dumps(ROW | {"\ud800": "x"})))
    assert (bad["_reason"], bad["_detail"][:6]) == ("bad_value", "vendor")
    assert good["_reason"] is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"doc_id": 1.5}, "bad_id"),
        ({"doc_id": True}, "bad_id"),
        ({"doc_id": 17}, None),
        ({"uri": 17}, "bad_value"),
        ({"uri": ["a.jpg"]}, "bad_value"),
        ({"submitted_at": 1_700_000_000}, "bad_time"),
        ({"vendor_fields": {"a": [0.5]}}, None),
    ],
)
def test_json_values_of_another_type_are_refused(change: dict, reason: str | None) -> None:
    assert reasons("m.jsonl", lines(json.dumps(ROW), json.dumps(ROW | change))) == [(0, None), (1, reason)]


def test_values_that_crashed_a_reader_are_refused() -> None:
    deep = "[" * 100_000
    header, zone = f"{HEADER},decided_at,vendor_fields", "America/New_York"
    content = lines(
        header,
        f"{GOOD},9999-12-31T23:59:59-05:00,",
        f"{GOOD},9999-12-31T23:59:59,",
        f"{GOOD},0001-01-01T00:00:00+05:00,",
        f"{GOOD},,{deep}",
        f"{GOOD},,",
    )
    found = [reason for _, reason in reasons("m.csv", content, zone)]
    assert found == ["bad_time", "bad_time", "bad_time", "bad_value", None]


def test_a_parquet_value_that_python_cannot_hold_breaks_its_row() -> None:
    moments = pa.array([0, 2**62, None], pa.int64()).cast(pa.timestamp("us", "UTC"))
    columns = {name: [value] * 3 for name, value in ROW.items()} | {"decided_at": moments}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    assert reasons("m.parquet", sink.getvalue().to_pybytes()) == [(0, None), (1, "bad_row"), (2, None)]


def test_flipped_bits_stop_the_night_or_spare_it_but_never_crash() -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({name: [f"{value}{n}" for n in range(50)] for name, value in ROW.items()}), sink)
    whole, rng, messages = sink.getvalue().to_pybytes(), np.random.default_rng(7), []
    for _ in range(300):
        damaged = bytearray(whole)
        damaged[rng.integers(len(whole))] ^= 1 << int(rng.integers(8))
        try:
            rows("m.parquet", bytes(damaged))
        except BadManifest as error:
            messages.append(str(error))
    assert messages
    assert all(message.startswith("m.parquet") for message in messages)


@pytest.mark.parametrize("amount", ["1_0", "1_000.5", "_1"])
def test_an_underscore_is_no_part_of_a_number(amount: str) -> None:
    content = (
        "transaction_id,account_id,direction,amount,asset,valid_from\n"
        f"T-1,A-1,in,{amount},EUR,2026-03-01T10:00:00Z\nT-2,A-1,in,10,EUR,2026-03-01T10:00:00Z\n"
    )
    found = rows("t.csv", content.encode(), "transactions")
    assert [row["_reason"] for row in found] == ["bad_value", None]
