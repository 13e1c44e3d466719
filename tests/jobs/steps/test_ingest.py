"""What becomes of manifest rows: documents, submissions, and rows that are turned away."""

import json
import re
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conf.settings import IngestSettings, Settings, What
from jobs.frozen import InputFile
from jobs.store import arrived
from tests.fakes_risk import UNFROZEN, MemoryRun, Row
from tests.udfs.intake.examples import EXPORTS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

pytestmark = pytest.mark.spark

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
ROW = (
    "doc_id string, account_id string, doc_type string, sha256 string, submission_id string, submitted_at timestamp, "
    "file string, row bigint, _reason string, _detail string"
)
ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def at(text: str) -> datetime:
    """Without a zone, as Spark collects times."""
    return datetime.fromisoformat(f"2026-02-01T{text}")


def rows_of(spark: "SparkSession", *rows: Row) -> "DataFrame":
    """Manifest rows as they are typed; each is the next one of one file."""
    usual = {"account_id": "A-1", "doc_type": "passport", "sha256": "s1", "submitted_at": at("12:00:00"), "file": "f1"}
    names = [part.split()[0] for part in ROW.split(", ")]
    whole = [usual | {"row": number} | row for number, row in enumerate(rows)]
    return spark.createDataFrame([tuple(row.get(name) for name in names) for row in whole], ROW)


def judged(spark: "SparkSession", known: list[tuple[str, str]], *rows: Row) -> tuple[set[Any], dict[Any, str]]:
    """Row numbers that became documents, and of the others the reason."""
    from jobs.steps.ingest import identify

    good, refused = identify(rows_of(spark, *rows), spark.createDataFrame(known, "doc_id string, sha256 string"))
    return {row.row for row in good.collect()}, {row.row: row._reason for row in refused.collect()}


def submissions(spark: "SparkSession", *rows: Row, minutes: int = 30) -> list[str]:
    """Each row's submission, in order."""
    from jobs.steps.ingest import with_submissions

    named = with_submissions(rows_of(spark, *rows), IngestSettings(submission_minutes=minutes)).orderBy("row").collect()
    return [row.submission_id for row in named]


@pytest.mark.fault("F22")
def test_each_row_is_a_document_or_has_its_reason(spark: "SparkSession") -> None:
    good, refused = judged(
        spark,
        [("D-old", "s1")],
        {"doc_id": "D-1"},
        {"doc_id": "D-1"},
        {"doc_id": "D-1", "sha256": "s2"},
        {"doc_id": "D-2"},
        {"doc_id": "D-old"},
        {"doc_id": "D-old", "sha256": "s2"},
        {"doc_id": "D-3", "sha256": None, "_reason": "missing", "_detail": "no such file"},
        {"doc_id": None, "_reason": "bad_id", "_detail": "a blank in it"},
    )
    assert good == {0, 3}
    assert refused == {1: "duplicate", 2: "replaced", 4: "duplicate", 5: "replaced", 6: "missing", 7: "bad_id"}


def test_the_earlier_submitted_row_stands_unless_it_cannot_be_read(spark: "SparkSession") -> None:
    good, refused = judged(
        spark,
        [],
        {"doc_id": "D-1", "sha256": "s2", "submitted_at": at("13:00:00")},
        {"doc_id": "D-1", "sha256": "s1", "submitted_at": at("11:00:00")},
        {"doc_id": "D-2", "sha256": None, "_reason": "unreadable", "submitted_at": at("11:00:00")},
        {"doc_id": "D-2", "submitted_at": at("13:00:00")},
    )
    assert good == {1, 3}
    assert refused == {0: "replaced", 2: "unreadable"}


def test_an_act_ends_where_the_account_pauses_for_more_than_so_many_minutes(spark: "SparkSession") -> None:
    found = submissions(
        spark,
        {"doc_id": "D-1", "submitted_at": at("12:00:00")},
        {"doc_id": "D-2", "submitted_at": at("12:30:00")},
        {"doc_id": "D-3", "submitted_at": at("13:00:00")},
        {"doc_id": "D-4", "submitted_at": at("13:30:01")},
        {"doc_id": "D-5", "submitted_at": at("12:00:00"), "doc_type": "id_card"},
        {"doc_id": "D-6", "submitted_at": at("12:00:00"), "account_id": "A-2"},
        {"doc_id": "D-7", "submitted_at": at("12:00:00"), "doc_type": None},
    )
    assert found[0] == found[1] == found[2]
    assert len(set(found)) == 5
    assert all(re.fullmatch(r"S-[0-9a-f]{16}", name) for name in found)
    near = {"doc_id": "D-1"}, {"doc_id": "D-2", "submitted_at": at("12:05:00")}
    assert len(set(submissions(spark, *near, minutes=4))) == 2
    assert len(set(submissions(spark, *near, minutes=5))) == 1


def test_equal_submission_ids_of_two_accounts_stay_apart(spark: "SparkSession") -> None:
    long = "x" * 127
    found = submissions(
        spark,
        {"doc_id": "D-1", "submission_id": "1"},
        {"doc_id": "D-2", "submission_id": "1", "account_id": "A-2"},
        {"doc_id": "D-3", "submission_id": "1", "submitted_at": at("23:00:00"), "doc_type": "selfie"},
        {"doc_id": "D-4", "submission_id": "2"},
        {"doc_id": "D-5", "submission_id": f"{long}a"},
        {"doc_id": "D-6", "submission_id": f"{long}b"},
        {"doc_id": "D-7"},
    )
    assert found[0] == found[2]
    assert len(set(found)) == 6
    assert found[0].startswith("1-")
    assert all(ID.fullmatch(name) for name in found)


def test_strangers_with_one_submission_id_do_not_contradict_each_other(spark: "SparkSession") -> None:
    from jobs.scoring.submissions import gathered
    from jobs.steps.ingest import with_submissions

    both = rows_of(spark, *({"doc_id": f"D-{n}", "account_id": f"A-{n}", "submission_id": "1"} for n in (1, 2)))
    run = MemoryRun(spark, FIRST, f"{FIRST}.1")
    looks = run.frame("observations", [{"sha256": "s1", "parts": {"reading": "r"}}]).drop("run_id", "night")
    documents = with_submissions(both, IngestSettings()).selectExpr("*", "'page' AS side", "'' AS vendor_fields")
    grouped = gathered(documents.join(looks, "sha256"), run.read("fields"), run.read("accounts")).collect()
    assert {row.account_id: [document.doc_id for document in row.documents] for row in grouped} == {
        "A-1": ["D-1"],
        "A-2": ["D-2"],
    }


def delivered(lake: Path, name: str, *rows: dict[str, str]) -> InputFile:
    """A manifest in the lake, as a night freezes it."""
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path = lake / "manifests" / name
    path.write_bytes(content)
    return InputFile(uri=str(path), sha256=sha256(content).hexdigest(), bytes=len(content), rows=len(rows))


def named(doc_id: str, uri: str, **more: str) -> dict[str, str]:
    row = {"doc_id": doc_id, "account_id": "A-1", "uri": uri, "side": "page"}
    return row | {"submitted_at": "2026-02-01T12:00:00+01:00"} | more


def ingested(
    spark: "SparkSession", settings: Settings, night: date, file: InputFile, known: list[Row]
) -> dict[str, list[Row]]:
    """What the step wrote of one manifest."""
    return written(spark, settings, night, {"manifests": (file,)}, known)


def written(
    spark: "SparkSession", settings: Settings, night: date, files: dict[str, tuple[InputFile, ...]], known: list[Row]
) -> dict[str, list[Row]]:
    """What the step wrote of a night's files."""
    from jobs.steps import ingest

    run = IngestRun(spark, night, f"{night}.1", settings=settings, parent={"documents": known})
    run.frozen = UNFROZEN.model_copy(update={"files": files})
    ingest.main(run)
    return run.written


class IngestRun(MemoryRun):
    """Asks for the type of a table too, as ingest does."""

    @property
    def tables(self) -> "IngestRun":
        return self

    def type_of(self, name: str) -> "StructType":
        return self.frame(name, []).schema


@pytest.mark.fault("F22", "F23")
def test_two_nights_take_in_what_came_and_a_late_manifest_comes_with_the_second(
    spark: "SparkSession", lake: Path, settings: Settings
) -> None:
    for name in ("one.jpg", "copy.jpg", "other.jpg"):
        (lake / name).write_bytes(b"other" if name == "other.jpg" else b"one")
    first = ingested(
        spark,
        settings,
        FIRST,
        delivered(
            lake,
            "first.jsonl",
            named("D-1", "one.jpg"),
            named("D-1", "copy.jpg"),
            named("D-2", "copy.jpg", submission_id="7"),
            named("D-3", "absent.jpg"),
            named("D-4", "../outside.jpg"),
            named("D-5", "one.jpg", submitted_at="yesterday"),
        ),
        [],
    )
    assert set(first) == {"documents", "rejected"}  # a folder without files costs no commit
    documents = {row["doc_id"]: row for row in first["documents"]}
    assert sorted(documents) == ["D-1", "D-2"]
    assert {row["sha256"] for row in documents.values()} == {sha256(b"one").hexdigest()}
    assert documents["D-2"]["submission_id"].startswith("7-")
    refused = {(row["row"], row["doc_id"], row["reason"], row["outcome"]) for row in first["rejected"]}
    assert refused == {
        (1, "D-1", "duplicate", "duplicate"),
        (3, "D-3", "missing", "rejected"),
        (4, "D-4", "outside_root", "rejected"),
        (5, "D-5", "bad_time", "rejected"),
    }

    late = delivered(
        lake,
        "late.jsonl",
        named("D-6", "one.jpg", submitted_at="2020-01-01T00:00:00Z"),
        named("D-1", "other.jpg"),
        named("D-3", "other.jpg"),
        named("D-2", "other.jpg", sha256=sha256(b"one").hexdigest()),
    )
    second = ingested(spark, settings, SECOND, late, first["documents"])
    assert {(row["doc_id"], row["known_at"]) for row in second["documents"]} == {("D-3", SECOND), ("D-6", SECOND)}
    assert {(row["doc_id"], row["reason"]) for row in second["rejected"]} == {("D-1", "replaced"), ("D-2", "duplicate")}


def test_one_page_is_held_against_the_digest_of_its_file(spark: "SparkSession", lake: Path, settings: Settings) -> None:
    from tests.udfs.images.pdfs import pdf_of

    scan = pdf_of("one", "two")
    (lake / "scan.pdf").write_bytes(scan)
    whole = sha256(scan).hexdigest()
    own, page = sha256(f"{whole}#page=2".encode()).hexdigest(), "scan.pdf#page=2"
    rows = [named(f"D-{n}", page, sha256=given) for n, given in enumerate((whole, own, "0" * 64))]
    found = ingested(spark, settings, FIRST, delivered(lake, "m.jsonl", *rows, named("D-3", page)), [])
    assert {(row["doc_id"], row["sha256"]) for row in found["documents"]} == {(f"D-{n}", own) for n in (0, 1, 3)}
    assert [(row["doc_id"], row["reason"], row["detail"]) for row in found["rejected"]] == [
        ("D-2", "digest_mismatch", f"the file has digest {whole[:12]}")
    ]


@pytest.mark.parametrize(
    ("mapping", "documents", "accounts"),
    [
        ("nested_checks", {("I-811", "front", "accepted"), ("I-812", "back", "accepted")}, {"A-17": "Ada Specimen"}),
        ("flat_csv", {("D-9001", "front", "accepted"), ("D-9002", "back", "accepted")}, {}),
    ],
)
def test_the_worked_examples_are_taken_in(
    spark: "SparkSession", lake: Path, settings: Settings, mapping: str, documents: set[Row], accounts: dict[str, str]
) -> None:
    name, text = EXPORTS[mapping]
    (lake / "manifests" / name).write_text(text)
    (lake / "images").mkdir()
    for picture in re.findall(r"images/[\w-]+\.jpg", text):
        (lake / picture).write_bytes(picture.encode())
    mapped = settings.model_copy(update={"what": What.model_validate({"ingest": {"mapping": mapping}})})
    found = written(spark, mapped, FIRST, arrived(mapped, []).new, [])
    assert {(row["doc_id"], row["side"], row["decision"]) for row in found["documents"]} == documents
    assert {row["account_id"]: row["declared_name"] for row in found.get("accounts", [])} == accounts
    assert {row["submitted_at"].isoformat()[:10] for row in found["documents"]} == {"2026-02-28"}
    assert found["rejected"] == []
