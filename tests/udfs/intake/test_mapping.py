import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from conf.errors import BadManifest, BadSettings
from conf.mapping import FolderMapping
from conf.settings import IngestSettings, What
from udfs.intake.contract import preflight, typed_batches

QUOTE = '"'
IMAGES = [{"id": "I-1", "path": "a.jpg", "side": "FRONT_SIDE"}, {"id": "I-2", "path": "b.jpg", "side": "BACK_SIDE"}]
CHECK = {
    "id": "C-1",
    "created_at": "2026-02-01T10:00:00",
    "result": "clear",
    "applicant": {"external_id": "A-1", "full_name": "Ada Specimen", "registered_at": "2026-01-01T00:00:00Z"},
    "documents": [
        {"type": "NATIONAL_ID", "images": IMAGES, "extracted": {"number": "007"}},
        {"type": "FACE", "images": [{"id": "I-3", "path": "c.jpg", "side": "MAIN_PAGE"}]},
    ],
    "webhook": "ignored",
}
FLAT = (
    "Image No.,Customer,Case,File,Side,Received,Kind,Country,Source,Outcome,Closed,Clerk\n"
    "D-1,A-1,S-1,a.jpg,F,2026-02-01 10:00:00,ID,XVA,web,1,2026-02-01 11:00:00,K7\n"
    "D-2,A-1,S-1,b.jpg,?,2026-02-01 10:00:00,ID,XVA,web,1,,K7\n"
)


def lines(*records: object) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


def rows(folder: str, name: str, content: bytes, mapping: object) -> list[dict]:
    ingest = IngestSettings(mapping=mapping)
    return [row for batch in typed_batches(folder, [(name, "0" * 64, content)], ingest) for row in batch.to_pylist()]


def test_nested_records_give_one_row_an_image() -> None:
    found = rows("manifests", "c.jsonl", lines(CHECK), "nested_checks")
    assert [(row["row"], row["doc_id"], row["side"], row["doc_type"]) for row in found] == [
        (0, "I-1", "front", "id_card"),
        (1, "I-2", "back", "id_card"),
        (2, "I-3", "page", "selfie"),
    ]
    assert {row["submission_id"] for row in found} == {"C-1"}
    assert {row["submitted_at"] for row in found} == {datetime(2026, 2, 1, 10, tzinfo=UTC)}
    assert [row["vendor_fields"] for row in found] == ['{"number": "007"}', '{"number": "007"}', None]
    assert {row["_reason"] for row in found} == {None}


def test_accounts_are_read_from_the_same_records() -> None:
    assert IngestSettings(mapping="nested_checks").files_of("accounts") == "manifests"
    assert IngestSettings(mapping="nested_checks").files_of("labels") == "labels"
    (account,) = rows("accounts", "c.jsonl", lines(CHECK), "nested_checks")
    assert (account["account_id"], account["declared_name"]) == ("A-1", "Ada Specimen")
    assert account["opened_at"] == datetime(2026, 1, 1, tzinfo=UTC)
    assert account["valid_from"] == datetime(2026, 2, 1, 10, tzinfo=UTC)


def test_a_broken_record_is_one_row_and_those_beside_it_are_read() -> None:
    twice = lines(CHECK).replace(b'"result"', b'"id": "C-9", "result"')
    for broken in (b"{broken", twice):
        found = rows("manifests", "c.jsonl", lines(CHECK) + b"\n" + broken + b"\n" + lines(CHECK), "nested_checks")
        assert [row["_reason"] for row in found] == [None] * 3 + ["bad_row"] + [None] * 3
    assert [row["row"] for row in found] == list(range(7))


def test_a_record_without_images_gives_no_row_and_a_missing_value_is_told() -> None:
    bare = {"id": "C-2", "applicant": {"external_id": "A-2"}, "created_at": "2026-02-01T10:00:00", "documents": []}
    nameless = CHECK | {"documents": [{"images": [{"path": "x.jpg", "side": "FRONT_SIDE"}]}]}
    (row,) = rows("manifests", "c.jsonl", lines(bare, nameless), "nested_checks")
    assert (row["_reason"], row["_detail"]) == ("missing_value", "doc_id is empty")


def test_a_file_in_which_no_record_has_the_list_gives_no_row_and_stops_nothing() -> None:
    bare = lines({name: value for name, value in CHECK.items() if name != "documents"})
    assert preflight("manifests", "c.jsonl", bare, IngestSettings(mapping="nested_checks")) == ("webhook",)
    assert rows("manifests", "c.jsonl", bare, "nested_checks") == []
    without = b"id,created_at,applicant.external_id\nC-1,2026-02-01T10:00:00Z,A-1\n"
    wanted = r"the mapping reads doc_id from documents\[\].images\[\].id, .*; the file has id, created_at, applicant\."
    with pytest.raises(BadManifest, match=wanted):
        preflight("manifests", "c.csv", without, IngestSettings(mapping="nested_checks"))


@pytest.mark.parametrize(
    ("content", "has"),
    [
        (FLAT.replace(",", ";"), "the file has Image No.;Customer;"),
        (FLAT.lower(), "the file has image no., customer, "),
        (FLAT.replace("Image No.", "Image Nr"), "reads doc_id from Image No.; the file has Image Nr, Customer, "),
    ],
    ids=["separator", "case", "name"],
)
def test_a_file_without_the_mapped_columns_stops_the_night_and_says_what_was_looked_for(content: str, has: str) -> None:
    with pytest.raises(BadManifest, match=f"^c.csv: the mapping .*{has}.* Mend the mapping, or the export. Nothing"):
        preflight("manifests", "c.csv", content.encode(), IngestSettings(mapping="flat_csv"))


def test_a_mapping_that_lacks_a_required_column_says_so() -> None:
    mapping = {"folders": {"manifests": {"columns": {"doc_id": "id"}}}}
    with pytest.raises(BadManifest, match="the mapping reads account_id from nothing, uri from nothing"):
        preflight("manifests", "c.csv", b"id\n1\n", IngestSettings(mapping=mapping))


@pytest.mark.parametrize(
    "documents",
    [[CHECK["documents"]], ["x", "y"], [CHECK["documents"][0], "x"], [7], [{"images": "a.jpg"}], {"0": {}}, "x", False],
    ids=["lists", "texts", "a text", "a number", "images are text", "object", "text", "boolean"],
)
def test_a_record_whose_list_cannot_be_walked_to_is_refused_and_never_unseen(documents: object) -> None:
    odd = CHECK | {"documents": documents}
    content = lines(CHECK, odd, CHECK)
    assert preflight("manifests", "c.jsonl", content, IngestSettings(mapping="nested_checks"))
    found = rows("manifests", "c.jsonl", content, "nested_checks")
    assert [row["_reason"] for row in found] == [None] * 3 + ["bad_row"] + [None] * 3


@pytest.mark.parametrize("check", [[{"docs": [{"id": "D-1"}]}], "see attachment", True])
def test_what_stands_before_a_list_is_an_object_or_the_record_is_refused(check: object) -> None:
    columns = {"doc_id": "check.docs[].id", "uri": "check.docs[].id", "account_id": "who", "submitted_at": "at"}
    mapping = {"folders": {"manifests": {"columns": columns, "constants": {"side": "front"}}}}
    record = {"who": "A-1", "at": "2026-02-01T10:00:00Z", "check": {"docs": [{"id": "D-1"}]}}
    found = rows("manifests", "c.jsonl", lines(record, record | {"check": check}), mapping)
    assert [row["_reason"] for row in found] == [None, "bad_row"]
    assert found[1]["_detail"].endswith("docs of check.docs is looked for in what is no object")
    for empty in (None, "", [], {}, {"docs": None}):
        assert rows("manifests", "c.jsonl", lines(record | {"check": empty}), mapping) == []


@pytest.mark.parametrize(
    ("check", "told"),
    [
        ([{"docs": [{"id": "D-1"}]}], "check is list<.*, wanted a struct"),
        ({"docs": {"id": "D-1"}}, "check.docs is struct<.*, wanted a list"),
        ({"dox": [{"id": "D-1"}]}, "there is no check.docs"),
        (7, "check is int64, wanted a struct"),
    ],
)
def test_a_parquet_file_in_which_no_list_can_be_stops_the_night(check: object, told: str) -> None:
    columns = {"doc_id": "check.docs[].id", "uri": "check.docs[].id", "account_id": "who", "submitted_at": "at"}
    mapping = IngestSettings(mapping={"folders": {"manifests": {"columns": columns, "constants": {"side": "front"}}}})
    record = {"who": "A-1", "at": "2026-02-01T10:00:00Z"}

    def parquet(value: object) -> bytes:
        sink = io.BytesIO()
        pq.write_table(pa.Table.from_pylist([record | {"check": value}]), sink)
        return sink.getvalue()

    with pytest.raises(BadManifest, match=rf"^c\.parquet: .*each element of check\.docs\[\], and {told}\. Mend"):
        preflight("manifests", "c.parquet", parquet(check), mapping)
    for good in ({"docs": [{"id": "D-1"}]}, json.dumps({"docs": [{"id": "D-1"}]}), None):
        assert preflight("manifests", "c.parquet", parquet(good), mapping) == ()


def test_a_list_of_plain_texts_gives_one_row_a_text() -> None:
    columns = {"doc_id": "checks[].pictures[]", "uri": "checks[].pictures[]", "account_id": "who", "side": "checks[].s"}
    mapping = {"folders": {"manifests": {"columns": columns | {"submitted_at": "at"}}}}
    record = {"who": "A-1", "at": "2026-02-01T10:00:00Z", "checks": [{"s": "page", "pictures": ["a.jpg", "b.jpg"]}]}
    assert preflight("manifests", "c.jsonl", lines(record), IngestSettings(mapping=mapping)) == ()
    found = rows("manifests", "c.jsonl", lines(record), mapping)
    assert [(row["uri"], row["side"], row["_reason"]) for row in found] == [
        ("a.jpg", "page", None),
        ("b.jpg", "page", None),
    ]


def test_flat_columns_codes_and_the_zone_of_the_export() -> None:
    good, bad = rows("manifests", "f.csv", FLAT.encode(), "flat_csv")
    assert (good["doc_id"], good["side"], good["decision"]) == ("D-1", "front", "accepted")
    assert good["submitted_at"] == datetime(2026, 2, 1, 8, tzinfo=UTC)
    assert bad["_reason"] == "bad_value"
    assert bad["_detail"] == "side is a code that the mapping does not name"


@pytest.mark.parametrize(("outcome", "kept"), [("0", "rejected"), (" 1 ", "accepted"), ("accepted", "accepted")])
def test_a_code_and_its_word_are_taken(outcome: str, kept: str) -> None:
    content = FLAT.replace(",1,", f",{outcome},").encode()
    good, _ = rows("manifests", "f.csv", content, "flat_csv")
    assert (good["_reason"], good["decision"]) == (None, kept)


def test_another_code_is_refused_where_the_contract_has_no_list_too() -> None:
    other, _ = rows("manifests", "f.csv", FLAT.replace(",1,", ",7,").encode(), "flat_csv")
    assert (other["_reason"], other["_detail"]) == ("bad_value", "decision is a code that the mapping does not name")
    empty, _ = rows("manifests", "f.csv", FLAT.replace(",1,", ",,").encode(), "flat_csv")
    assert (empty["_reason"], empty["decision"]) == (None, None)


def test_a_code_goes_before_a_word_of_ours_that_reads_the_same() -> None:
    columns = {"doc_id": "id", "account_id": "who", "uri": "file", "side": "side", "submitted_at": "at"}
    mapping = {"folders": {"manifests": {"columns": columns, "codes": {"side": {"front": "back", "back": "front"}}}}}
    content = b"id,who,file,side,at\nD-1,A-1,a.jpg,front,2026-02-01T10:00:00Z\n"
    assert [row["side"] for row in rows("manifests", "m.csv", content, mapping)] == ["back"]


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (FLAT.replace("Clerk", "Customer"), "columns 2 and 12 are both named Customer, from which .* reads account_id"),
        (FLAT.replace("Clerk", "Kind"), "columns 7 and 12 are both named Kind"),
    ],
)
def test_a_name_that_a_mapping_reads_stands_once_in_a_file(header: str, told: str) -> None:
    with pytest.raises(BadManifest, match=rf"^f\.csv: {told}.*Keep one of them.*Nothing was written"):
        preflight("manifests", "f.csv", header.encode(), IngestSettings(mapping="flat_csv"))


def test_a_name_that_stands_twice_and_is_not_read_stops_nothing() -> None:
    content = FLAT.replace("Clerk", "Desk,Desk").replace("K7", "K7,K8").encode()
    assert preflight("manifests", "f.csv", content, IngestSettings(mapping="flat_csv")) == ("Desk",)


def test_what_paths_walk_into_stands_once_too() -> None:
    content = b"id,documents,documents,created_at,applicant.external_id\nC-1,[],[],2026-02-01T10:00:00Z,A-1\n"
    with pytest.raises(BadManifest, match="columns 2 and 3 are both named documents"):
        preflight("manifests", "c.csv", content, IngestSettings(mapping="nested_checks"))


TRADES = {"transaction_id": "no", "account_id": "who", "direction": "way", "amount": "sum", "asset": "coin"}
TRADE = {"no": ["T-1"], "who": ["A-1"], "way": ["I"], "sum": ["1"], "coin": ["EUR"], "at": ["2026-02-01T10:00:00Z"]}


def mapped_trades(**changed: object) -> tuple[str, ...]:
    """What preflight says of a Parquet file of transactions that a mapping reads."""
    table = TRADE | changed
    given = {"columns": TRADES | {"valid_from": "at"}, "codes": {"direction": {"I": "in", "1": "out"}}}
    sink = io.BytesIO()
    pq.write_table(pa.table(table), sink)
    return preflight(
        "transactions", "t.parquet", sink.getvalue(), IngestSettings(mapping={"folders": {"transactions": given}})
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"who": [17.0]}, "column who: its type is double, wanted id: text or integers"),
        ({"sum": [0.1 + 0.2]}, "column sum: its type is double, wanted decimal"),
        ({"coin": [b"EUR"]}, "column coin: its type is binary, wanted text"),
    ],
)
def test_a_wrong_type_stops_the_night_through_a_mapping_too(changed: dict, told: str) -> None:
    with pytest.raises(BadManifest, match=rf"^t\.parquet, {told}.*Nothing was written"):
        mapped_trades(**changed)


def test_types_that_hold_a_columns_values_are_taken_and_codes_may_be_of_any() -> None:
    assert mapped_trades() == ()
    assert mapped_trades(who=[17], sum=[Decimal("0.30")], way=[1], unread=[0.5]) == ("unread",)


def test_a_wrong_type_is_found_where_a_path_leads() -> None:
    sink = io.BytesIO()
    applicant = CHECK["applicant"] | {"external_id": 17.0}
    pq.write_table(pa.Table.from_pylist([CHECK | {"applicant": applicant}]), sink)
    with pytest.raises(BadManifest, match=r"column applicant\.external_id: its type is double, wanted id"):
        preflight("manifests", "c.parquet", sink.getvalue(), IngestSettings(mapping="nested_checks"))
    documents = [{"type": "FACE", "images": [IMAGES[0] | {"path": 5}]}]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([CHECK | {"documents": documents}]), sink)
    with pytest.raises(BadManifest, match=r"column documents\[\]\.images\[\]\.path: its type is int64, wanted text"):
        preflight("manifests", "c.parquet", sink.getvalue(), IngestSettings(mapping="nested_checks"))


def test_nested_parquet_of_the_right_types_is_read_as_its_json_is() -> None:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([CHECK]), sink)
    preflight("manifests", "c.parquet", sink.getvalue(), IngestSettings(mapping="nested_checks"))
    found = rows("manifests", "c.parquet", sink.getvalue(), "nested_checks")
    assert [(row["doc_id"], row["_reason"]) for row in found] == [("I-1", None), ("I-2", None), ("I-3", None)]


POISON = ["[" * 2_000, f"[{'7' * 5_000}]", "[1, 2", "{not json}"]


@pytest.mark.parametrize("poison", POISON)
def test_a_cell_that_no_path_walks_into_is_never_parsed(poison: str) -> None:
    content = FLAT.replace("K7", f'"{poison}"').encode()
    assert preflight("manifests", "f.csv", content, IngestSettings(mapping="flat_csv")) == ("Clerk",)
    assert rows("manifests", "f.csv", content, "flat_csv")[0]["_reason"] is None


@pytest.mark.parametrize("poison", [*POISON, "images of it", '{"id": "I-1"}'])
def test_a_cell_that_cannot_be_walked_into_is_one_refused_row(poison: str) -> None:
    cells = [("C-1", json.dumps(CHECK["documents"])), ("C-2", poison), ("C-3", "")]
    quoted = [f'{name},"{text.replace(QUOTE, QUOTE * 2)}",2026-02-01T10:00:00Z,A-1' for name, text in cells]
    content = "\n".join(["id,documents,created_at,applicant.external_id", *quoted]).encode()
    assert preflight("manifests", "f.csv", content, IngestSettings(mapping="nested_checks")) in ((), ("documents.id",))
    found = rows("manifests", "f.csv", content, "nested_checks")
    assert [row["_reason"] for row in found] == [None] * 3 + ["bad_row"]
    assert found[3]["_detail"].startswith("a nested value cannot be read: ")


def test_a_value_at_the_edge_of_what_can_be_nested_breaks_no_file() -> None:
    for depth in range(900, 1_000, 7):
        extracted = "[" * depth + "]" * depth
        text = f'[{{"extracted": {extracted}, "images": {json.dumps(IMAGES)}}}]'.replace(QUOTE, QUOTE * 2)
        content = f'id,documents,created_at,applicant.external_id\nC-1,"{text}",2026-02-01T10:00:00Z,A-1\n'.encode()
        assert {row["_reason"] for row in rows("manifests", "f.csv", content, "nested_checks")} <= {
            None,
            "bad_row",
            "bad_value",
        }


@pytest.mark.parametrize("mapping", ["flat_csv", "nested_checks"])
def test_a_folder_that_a_mapping_does_not_name_gets_nothing_of_its_zone(mapping: str) -> None:
    bare = b"transaction_id,account_id,direction,amount,asset,time\nT-1,A-1,in,5,EUR,2026-02-28T10:00:00\n"
    with pytest.raises(BadManifest, match=r"t\.csv, column valid_from: 1 of the first 1 rows have no time zone"):
        preflight("transactions", "t.csv", bare, IngestSettings(mapping=mapping))
    (row,) = rows("transactions", "t.csv", bare, mapping)
    assert (row["_reason"], row["valid_from"]) == ("bad_time", None)
    declared = IngestSettings(mapping=mapping, zone="Europe/Vilnius")
    assert preflight("transactions", "t.csv", bare, declared) == ()


def test_a_zone_for_other_folders_leaves_the_times_that_a_mapping_reads_as_they_are() -> None:
    both = IngestSettings(mapping="nested_checks", zone="Europe/Vilnius")
    assert (both.zone_of("manifests"), both.zone_of("transactions")) == ("UTC", "Europe/Vilnius")
    without = {"folders": {"transactions": {"columns": TRADES}}}
    assert IngestSettings(mapping=without, zone="Europe/Vilnius").zone_of("transactions") == "Europe/Vilnius"


def test_what_a_mapping_leaves_out_is_named() -> None:
    flat, nested = IngestSettings(mapping="flat_csv"), IngestSettings(mapping="nested_checks")
    assert preflight("manifests", "f.csv", FLAT.encode(), flat) == ("Clerk",)
    assert preflight("manifests", "c.jsonl", lines(CHECK), nested) == ("webhook",)


def test_what_a_mapping_leaves_out_of_nested_records_is_named_by_its_path() -> None:
    images = [IMAGES[0], IMAGES[1] | {"taken": {"lens": "wide", "flash": True}}]
    applicant = CHECK["applicant"] | {"phone": "5", "addresses": [{"town": "X"}]}
    documents = [{"type": "FACE", "images": images, "extracted": {"number": "007"}, "expires": "2030-01-01"}]
    record = CHECK | {"applicant": applicant, "documents": documents}
    found = preflight("manifests", "c.jsonl", lines(CHECK, record), IngestSettings(mapping="nested_checks"))
    assert found == (
        "applicant.addresses",
        "applicant.phone",
        "documents[].expires",
        "documents[].images[].taken",
        "webhook",
    )


def test_the_content_of_a_mapping_is_part_of_what_decides_results() -> None:
    plain, mapped = What(), What.model_validate({"ingest": {"mapping": "flat_csv"}})
    assert mapped.digest != plain.digest
    assert mapped.ingest.mapping is not None
    assert mapped.ingest.mapping.folders["manifests"].columns["doc_id"] == "Image No."


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"folders": {"manifest": {"columns": {}}}}, "no drop folder manifest"),
        ({"folders": {"manifests": {"columns": {"document": "id"}}}}, "no column document"),
        ({"folders": {"manifests": {"columns": {"doc_id": "a[].id", "uri": "b[].path"}}}}, "another list"),
        ({"folders": {"manifests": {"columns": {"uri": "a[]b"}}}}, r"a\[\]b is no path"),
        ({"folders": {"manifests": {"columns": {"uri": "a[][]"}}}}, "is no path"),
        ({"folders": {"manifests": {"columns": {"uri": "[].a"}}}}, "is no path"),
        ({"folders": {"manifests": {"columns": {"uri": "u"}, "constants": {"uri": "x"}}}}, "column and a constant"),
        ({"folders": {"manifests": {"columns": {"uri": "u"}, "codes": {"side": {}}}}}, "no column gives"),
        ({"folders": {"labels": {"columns": {"reviewed_at": "at"}}}}, r"no column reviewed_at \(write valid_from\)"),
        (
            {"folders": {"manifests": {"columns": {"side": "s"}, "codes": {"side": {"R": "bakc"}}}}},
            "never 'bakc'; it is",
        ),
        (
            {"folders": {"manifests": {"columns": {}, "constants": {"doc_type": "permit"}}}},
            "doc_type is never 'permit'",
        ),
    ],
)
def test_a_mapping_that_cannot_be_meant_is_refused(content: dict, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        IngestSettings(mapping=content)


def test_a_mapping_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(BadSettings, match="flat_csv, nested_checks"):
        IngestSettings(mapping="nobody")


def test_lists_of_a_mapping_are_one_chain() -> None:
    mapping = FolderMapping(columns={"doc_id": "docs[].images[].id", "doc_type": "docs[].type", "channel": "channel"})
    assert mapping.lists == "docs[].images[]"
