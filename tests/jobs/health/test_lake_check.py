"""A lake is checked without Spark and without a trace; no inspector is opened here."""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from conf.errors import BadLake, BadStore
from conf.settings import Settings

if TYPE_CHECKING:
    from jobs.health.lake_check import LakeReport

HEAD = "doc_id,account_id,uri,side,submitted_at,sha256"
AT = "2026-02-28T10:00:00Z"


def told(what: str, done: int, total: int) -> None:
    assert done <= total


def checked(settings: Settings, sample: int = 50) -> "LakeReport":
    from jobs.health.lake_check import check_lake

    return check_lake(settings, None, sample=sample, told=told)


def picture(ending: str) -> bytes:
    drawn = np.random.default_rng(3).integers(0, 255, (60, 90, 3), np.uint8)
    return cv2.imencode(ending, drawn)[1].tobytes()


@pytest.fixture
def filled(lake: Path) -> Path:
    """Two sound images, one cut, one missing, one whose digest is another; one bad row; one unknown column."""
    (lake / "images").mkdir()
    (lake / "images" / "a.jpg").write_bytes(picture(".jpg"))
    (lake / "images" / "b.png").write_bytes(picture(".png"))
    (lake / "images" / "cut.jpg").write_bytes(picture(".jpg")[:900])
    rows = [
        f"D-1,A-1,images/a.jpg,front,{AT},{sha256(picture('.jpg')).hexdigest()}",
        f"D-2,A-1,images/b.png,back,{AT},",
        f"D-3,A-2,images/cut.jpg,front,{AT},",
        f"D-4,A-2,images/none.jpg,front,{AT},",
        f"D-5,A-3,images/b.png,front,{AT},{'0' * 64}",
        f"D 6,A-3,images/a.jpg,front,{AT},",
        f"D-7,A-3,../../etc/passwd,front,{AT},",
    ]
    (lake / "manifests" / "one.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    (lake / "accounts").mkdir()
    (lake / "accounts" / "a.csv").write_text(f"account_id,opened_at,branch\nA-1,{AT},north\n")
    return lake


def tree(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        str(path.relative_to(folder)): (sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_rows_and_images_are_counted_with_their_reasons(filled: Path, settings: Settings) -> None:
    report = checked(settings)
    manifest, accounts = report.files
    assert (manifest.rows, manifest.taken, dict(manifest.refused)) == (7, 5, {"bad_id": 1, "outside_root": 1})
    assert manifest.first["bad_id"].startswith("row 5: doc_id")
    assert accounts.ignored == ("branch",)
    assert report.new == 5
    assert dict(report.images.formats) == {"jpeg": 1, "png": 1}
    assert dict(report.images.refused) == {"truncated": 1, "missing": 1, "digest_mismatch": 1}
    assert report.problems == ()


def test_a_file_that_stops_a_night_is_named_and_so_is_what_no_night_reads(filled: Path, settings: Settings) -> None:
    (filled / "manifests" / "two.csv.gz").write_bytes(b"")
    (filled / "inventory.csv").write_text("path\nmanifests/one.csv\nmanifests/gone.csv\nmanifests/two.csv.gz\n")
    assert checked(settings).unread == (str(filled / "manifests" / "two.csv.gz"),)
    places = settings.how.places.model_copy(update={"inventory": "inventory.csv"})
    listed = settings.model_copy(update={"how": settings.how.model_copy(update={"places": places})})
    report = checked(listed)
    assert report.unread == (str(filled / "manifests" / "two.csv.gz"),)
    (problem,) = report.problems
    assert problem.startswith(f"{filled / 'manifests' / 'gone.csv'}: is listed and not there")


def test_files_that_an_earlier_night_took_are_not_counted(filled: Path, settings: Settings) -> None:
    from jobs.health.lake_check import History, check_lake

    late = f"{HEAD}\nD-8,A-1,images/b.png,front,{AT},\n"
    (filled / "manifests" / "two.csv").write_text(late)
    taken = frozenset({("manifests", sha256((filled / "manifests" / "one.csv").read_bytes()).hexdigest())})
    report = check_lake(settings, None, sample=50, told=told, history=History(taken, waiting=4))
    assert [(file.rows, file.earlier) for file in report.files] == [(0, True), (1, False), (1, False)]
    assert (report.new, report.waiting, report.images.looked) == (1, 5, 1)


def test_where_nothing_is_new_the_last_night_tells_how_long(filled: Path, settings: Settings) -> None:
    from jobs.health.lake_check import History, check_lake

    history = History(waiting=40, each=(1.5, 12))
    report = check_lake(settings, None, sample=0, told=told, history=history)
    assert report.estimate is not None
    assert (report.estimate.documents, report.estimate.seconds_each, report.estimate.measured_on) == (45, 1.5, 12)


def test_a_pdf_is_looked_at_by_its_first_page(filled: Path, settings: Settings) -> None:
    from tests.udfs.images.pdfs import pdf_of

    (filled / "images" / "scan.pdf").write_bytes(pdf_of("one", "two"))
    digest = sha256(pdf_of("one", "two")).hexdigest()
    (filled / "manifests" / "one.csv").write_text(f"{HEAD}\nD-1,A-1,images/scan.pdf,front,{AT},{digest}\n")
    assert dict(checked(settings).images.formats) == {"png": 1}


def test_a_page_is_held_against_its_files_digest_or_its_own(filled: Path, settings: Settings) -> None:
    from tests.udfs.images.pdfs import pdf_of

    scan = pdf_of("one", "two")
    (filled / "images" / "scan.pdf").write_bytes(scan)
    whole = sha256(scan).hexdigest()
    own = sha256(f"{whole}#page=2".encode()).hexdigest()
    for digest, refused in ((whole, {}), (own, {}), ("0" * 64, {"digest_mismatch": 1})):
        row = f"D-1,A-1,images/scan.pdf#page=2,front,{AT},{digest}"
        (filled / "manifests" / "one.csv").write_text(f"{HEAD}\n{row}\n")
        assert dict(checked(settings).images.refused) == refused


def test_a_pdf_counts_as_many_documents_as_it_would_give(filled: Path, settings: Settings) -> None:
    from tests.udfs.images.pdfs import pdf_of

    pages = {"long": 6, "short": 3, "eleven": 11}
    for name, number in pages.items():
        (filled / "images" / f"{name}.pdf").write_bytes(pdf_of(*["page"] * number))
    rows = [f"{name},A-1,images/{name}.pdf,front,{AT}," for name in pages]
    rows += [f"other,A-1,images/long.pdf,front,{AT},{'0' * 64}", f"D-1,A-1,images/b.png,front,{AT},"]
    (filled / "manifests" / "one.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    report = checked(settings)
    assert (report.images.pdfs, report.images.pages, report.images.pages_each) == (2, 9, 4.5)
    assert dict(report.images.refused) == {"too_many_pages": 1, "digest_mismatch": 1}
    assert (report.pdfs, report.new) == (4, 1 + 18)
    assert checked(settings, sample=0).new == 5


def test_nothing_is_written(filled: Path, settings: Settings) -> None:
    before = tree(filled)
    checked(settings)
    assert tree(filled) == before


def test_a_file_that_stops_a_night_is_told_with_the_others(filled: Path, settings: Settings) -> None:
    (filled / "manifests" / "two.csv").write_text("doc_id,account_id,side\nD-9,A-9,front\n")
    report = checked(settings)
    assert len(report.problems) == 1
    assert "two.csv: no column uri, submitted_at" in report.problems[0]
    assert report.new == 5


def test_a_file_that_its_store_refuses_is_told_with_the_others(
    filled: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.health import lake_check

    (filled / "manifests" / "two.csv").write_text("secret")
    read = lake_check.read_input

    def refusing(uri: str) -> bytes:
        if uri.endswith("two.csv"):
            raise BadStore(f"{uri}: access denied")
        return read(uri)

    monkeypatch.setattr(lake_check, "read_input", refusing)
    report = checked(settings)
    assert [problem.rpartition("/")[2] for problem in report.problems] == ["two.csv: access denied"]
    assert report.new == 5


def test_a_lake_without_manifests_says_what_to_do(lake: Path, settings: Settings) -> None:
    with pytest.raises(BadLake, match="lookback specimens"):
        checked(settings)


def test_the_sample_does_not_depend_on_the_order_of_rows() -> None:
    from jobs.health.image_sample import Chosen

    rows = [(f"images/{number}.jpg", None) for number in range(200)]
    forth, back = Chosen(20), Chosen(20)
    forth.offer(rows)
    for row in reversed(rows):
        back.offer([row])
    assert [image.uri for image in forth.images] == [image.uri for image in back.images]
    assert len(forth.images) == 20
