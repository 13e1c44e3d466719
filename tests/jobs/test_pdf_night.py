"""A night over PDFs: each page is a document of its own, and each row and page is in one place."""

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from conf.settings import Settings
from tests.faults import audit
from tests.udfs.images.pdfs import LOCKED, pdf_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.slow]
NIGHT = date(2026, 3, 1)
LONG_ID = "L" * 127


def picture(level: int) -> bytes:
    return cv2.imencode(".jpg", np.full((200, 300, 3), level, np.uint8))[1].tobytes()


def row(doc_id: str, uri: str, sha256: str = "", channel: str = "branch") -> str:
    return f"{doc_id},A-1,images/{uri},front,2026-02-28T10:00:00Z,{sha256},{channel}"


FILES = {
    "scan.pdf": pdf_of(picture(40), "A TYPED PAGE", picture(90), hidden="unseen"),
    "locked.pdf": LOCKED,
    "long.PDF": pdf_of(*["page"] * 11),
    "broken.pdf": b"%PDF-1.7\nno more",
    "same.jpg": picture(40),
    "hidden.jpg": pdf_of("a PDF by another name"),
    "moving.gif": b"GIF89a" + bytes(40),
}
ROWS = [
    row("D-1", "scan.pdf", hashlib.sha256(FILES["scan.pdf"]).hexdigest()),
    row("D-2", "locked.pdf"),
    row("D-3", "long.PDF"),
    row("D-4", "broken.pdf", "0" * 64),
    row("D-5", "same.jpg"),
    row("D-6", "scan.pdf", "1" * 64),
    row("D-1", "scan.pdf"),
    row("D-7", "hidden.jpg", channel="web"),
    row("D-8", "moving.gif", channel=""),
    row("D-9", "scan.pdf#page=2"),
    row("D-11", "scan.pdf#page=2", hashlib.sha256(FILES["scan.pdf"]).hexdigest()),
    row("D-12", "scan.pdf#page=1", hashlib.sha256(picture(40)).hexdigest()),
    row("D-13", "scan.pdf#page=2", "1" * 64),
    row("D-14", "scan.pdf#page=4", hashlib.sha256(FILES["scan.pdf"]).hexdigest()),
    row("D-10", "absent.pdf"),
    row(LONG_ID, "scan.pdf"),
]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory, spark: "SparkSession") -> audit.Released:
    from jobs.night import Ask, run_night

    lake = tmp_path_factory.mktemp("pdfs") / "lake"
    for folder in ("manifests", "images", "control_totals"):
        (lake / folder).mkdir(parents=True)
    for name, content in FILES.items():
        (lake / "images" / name).write_bytes(content)
    head = "doc_id,account_id,uri,side,submitted_at,sha256,channel"
    (lake / "manifests" / "m.csv").write_text("\n".join([head, *ROWS]) + "\n")
    stated = "day,channel,documents,counted_at\n2026-02-28,branch,13,2026-03-01T03:00:00Z\n"
    (lake / "control_totals" / "t.csv").write_text(stated)
    what = {"inspect": {"parts": ["file", "quality"]}, "monitor": {"control_documents": 0}}
    settings = Settings.model_validate({"what": what, "how": {"places": {"lake": str(lake)}}})
    run_night(settings, Ask(NIGHT))
    assert audit.audit(lake, Path(settings.tables)) == []
    return audit.released(Path(settings.tables))


def test_each_page_is_a_document_and_a_lone_jpeg_the_content_that_it_is(night: audit.Released) -> None:
    documents = {row["doc_id"]: row for row in night.tables["documents"].to_pylist()}
    assert sorted(documents) == [
        *("D-1.p1", "D-1.p2", "D-1.p3", "D-11", "D-12", "D-5", "D-7", "D-8", "D-9"),
    ]
    whole = hashlib.sha256(FILES["scan.pdf"]).hexdigest()
    rendered = hashlib.sha256(f"{whole}#page=2".encode()).hexdigest()
    assert documents["D-1.p1"]["sha256"] == documents["D-5"]["sha256"] == hashlib.sha256(picture(40)).hexdigest()
    assert documents["D-12"]["sha256"] == documents["D-5"]["sha256"]
    assert {documents[name]["sha256"] for name in ("D-1.p2", "D-9", "D-11")} == {rendered}
    assert (documents["D-1.p2"]["uri"], documents["D-1.p2"]["page"]) == ("images/scan.pdf#page=2", 2)
    assert len({documents[f"D-1.p{page}"]["submission_id"] for page in (1, 2, 3)}) == 1
    seen = {row["sha256"]: row["file"] for row in night.tables["observations"].to_pylist()}
    assert (seen[documents["D-1.p1"]["sha256"]]["format"], seen[rendered]["format"]) == ("jpeg", "png")


def test_what_cannot_be_taken_has_its_reason_once_or_once_a_page(night: audit.Released) -> None:
    refused = night.tables["rejected"].to_pylist()
    told = sorted((row["doc_id"], row["page"] or 0, row["reason"]) for row in refused)
    assert told == sorted(
        [
            ("D-2", 0, "encrypted"),
            ("D-3", 0, "too_many_pages"),
            ("D-4", 0, "undecodable"),
            ("D-7", 0, "unsupported_format"),
            ("D-8", 0, "unsupported_format"),
            ("D-10", 0, "missing"),
            ("D-13", 0, "digest_mismatch"),
            ("D-14", 0, "missing"),
            *((f"D-{doc}.p{page}", page, reason) for doc, reason in ((1, "duplicate"), (6, "digest_mismatch"))
              for page in (1, 2, 3)),
            *((LONG_ID, page, "bad_id") for page in (1, 2, 3)),
        ]
    )  # fmt: skip


def test_coverage_counts_pages_and_totals_count_files(night: audit.Released) -> None:
    coverage = {row["detector"]: row for row in night.tables["coverage"].to_pylist()}
    whole = coverage["manifest"]
    assert whole["manifest_rows"] == len(ROWS) + 4 * 2
    assert (whole["scored"], whole["rejected"], whole["duplicate"], whole["pending"]) == (7, 14, 3, 0)
    assert coverage["control_totals"]["scored"] == 7
    metrics = night.tables["metrics"].to_pylist()
    unsupported = [row for row in metrics if row["measure"] == "unsupported_format"]
    told = {row["segment"]: (row["value"], row["n"]) for row in unsupported}
    assert told == {"no channel / GIF": (1.0, 1), "web / PDF": (1.0, 1)}
