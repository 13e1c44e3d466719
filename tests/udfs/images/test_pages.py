"""Pages of a PDF: a lone JPEG untouched, anything else rendered and marked; each file in a child of its own."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest

from conf.settings import ImageLimits, WorkerSettings
from tests.udfs.images.pdfs import ANNOTATED, DRAWN, LOCKED, PAGELESS, in_form, lone, pdf_of, soft_mask
from udfs.images import limited
from udfs.images.decode import decode
from udfs.images.fetch import Source, fetch
from udfs.images.guard import guard
from udfs.images.hashing import hash_batches
from udfs.images.pages import is_paged, page_digests, read_page, split_page
from udfs.images.pdf_pages import describe_pages
from udfs.images.refusals import Refused


def jpeg(seed: int = 0) -> bytes:
    rough = np.random.default_rng(seed).integers(0, 255, (12, 20, 3), np.uint8)
    return cv2.imencode(".jpg", cv2.resize(rough, (300, 200)), [cv2.IMWRITE_JPEG_QUALITY, 83])[1].tobytes()


def refusal(content: bytes, most: int = 10) -> str:
    with pytest.raises(Refused) as refused:
        page_digests(content, most)
    return refused.value.reason


def test_a_page_that_is_one_jpeg_is_that_jpeg_byte_for_byte() -> None:
    pdf = pdf_of(jpeg(1), jpeg(2), hidden="what the scanner read")
    digests = [hashlib.sha256(jpeg(seed)).hexdigest() for seed in (1, 2)]
    assert page_digests(pdf, 10) == digests
    page = read_page(pdf, 2)
    assert (page.content, page.sha256, page.rendered) == (jpeg(2), digests[1], False)


def test_what_shows_more_than_a_jpeg_is_rendered_and_named_by_file_and_number() -> None:
    pdf = pdf_of("ALTERED", jpeg(1))
    whole = hashlib.sha256(pdf).hexdigest()
    page = read_page(pdf, 1)
    assert (page.rendered, page.sha256) == (True, hashlib.sha256(f"{whole}#page=1".encode()).hexdigest())
    assert page_digests(pdf, 10) == [page.sha256, hashlib.sha256(jpeg(1)).hexdigest()]
    image = decode(page.content, guard(page.content, ImageLimits()))
    assert image.shape == (1067, 1600, 3)
    assert (image < 100).any()
    assert read_page(pdf, 1) == page


def test_a_page_has_its_own_digest_and_tells_its_files(tmp_path: Path) -> None:
    scan = pdf_of(jpeg(1), "A TYPED PAGE")
    (tmp_path / "scan.pdf").write_bytes(scan)
    whole = hashlib.sha256(scan).hexdigest()
    batch = pa.RecordBatch.from_pylist([{"uri": f"scan.pdf#page={number}"} for number in (1, 2, 3)])
    (out,) = hash_batches(Source(str(tmp_path), (), 100_000), WorkerSettings())(iter([batch]))
    assert [(row["sha256"], row["whole"], row["reason"]) for row in out.to_pylist()] == [
        (hashlib.sha256(jpeg(1)).hexdigest(), whole, None),
        (hashlib.sha256(f"{whole}#page=2".encode()).hexdigest(), whole, None),
        (None, None, "missing"),
    ]


@pytest.mark.parametrize("matrix", [(-300, 0, 0, 200, 300, 0), (300, 0, 0, -200, 0, 200)])
def test_a_mirrored_jpeg_is_rendered_as_it_is_seen(matrix: tuple[float, ...]) -> None:
    assert read_page(pdf_of(jpeg(), matrix=matrix), 1).rendered
    assert not read_page(pdf_of(jpeg(), matrix=(0, 200, -300, 0, 300, 0)), 1).rendered


OPEN, HIDDEN = b"\xff" * 10, b"\0" * 10
ALTERED = {
    "hidden by a soft mask": lone(jpeg(), image=b"/SMask 6 0 R", beside=soft_mask(9 * HIDDEN + OPEN)),
    "a figure hidden by a soft mask": lone(
        jpeg(), image=b"/SMask 6 0 R", beside=soft_mask(9 * OPEN + OPEN[:9] + HIDDEN[:1])
    ),
    "hidden by a colour key": lone(jpeg(), image=b"/Mask [0 120 0 120 0 120]"),
    "inverted": lone(jpeg(), image=b"/Decode [1 0 1 0 1 0]"),
    "other colours": lone(jpeg(), image=b"/DecodeParms << /ColorTransform 0 >>"),
    "almost transparent": lone(jpeg(), draw=b"/G gs " + DRAWN, beside=b"<< /ca .05 >>"),
    "blended": lone(jpeg(), draw=b"/G gs " + DRAWN, beside=b"<< /BM /Difference >>"),
    "clipped": lone(jpeg(), draw=b"0 0 150 200 re W n " + DRAWN),
    "a figure clipped away": lone(jpeg(), draw=b"0 0 300 200 re 60 100 9 12 re W* n " + DRAWN),
    "in a hidden layer": lone(jpeg(), image=b"/OC 6 0 R", beside=b"<< /Type /OCG /Name (layer) >>").replace(
        b"/Type /Catalog", b"/Type /Catalog /OCProperties << /OCGs [6 0 R] /D << /OFF [6 0 R] >> >>"
    ),
    "half of it": lone(jpeg(), page=b"/CropBox [0 0 150 200]"),
    "a part of it": lone(jpeg(), draw=b"900 0 0 600 -400 -300 cm /Im Do"),
    "a speck": lone(jpeg(), draw=b"24 0 0 16 0 0 cm /Im Do"),
}
AS_IT_IS = {
    "a transparency group": lone(jpeg(), page=b"/Group << /S /Transparency /CS /DeviceRGB >>"),
    "an open soft mask": lone(jpeg(), image=b"/SMask 6 0 R", beside=soft_mask(OPEN)),
    "a calibrated colour space": lone(
        jpeg(), image=b"/ColorSpace [/CalRGB << /WhitePoint [0.95 1 1.09] /Gamma [1.8 1.8 1.8] >>]"
    ),
    "turned by its page": lone(jpeg(), page=b"/Rotate 90"),
    "margins": lone(jpeg(), draw=b"150 0 0 100 75.3 50.7 cm /Im Do"),
    "a clip of its own size": lone(jpeg(), draw=b"75.3 50.7 150.4 100.4 re W n 150.4 0 0 100.4 75.3 50.7 cm /Im Do"),
    "a hair over the edge": lone(jpeg(), draw=b"300.9 0 0 200.9 -.4 -.4 cm /Im Do"),
    "a grain askew": lone(jpeg(), draw=b"299.95 5.236 -3.49 199.97 1 -2 cm /Im Do"),
    "a form around it": in_form(jpeg()),
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_page_that_does_something_to_its_jpeg_is_rendered(what: str) -> None:
    assert describe_pages(ALTERED[what], 1) == [None]


@pytest.mark.parametrize("what", AS_IT_IS)
def test_a_page_that_shows_its_jpeg_as_it_is_stays_untouched(what: str) -> None:
    assert describe_pages(AS_IT_IS[what], 1) == [hashlib.sha256(jpeg()).hexdigest()]


def test_two_crops_of_one_scan_are_two_documents() -> None:
    front, back = (
        lone(jpeg(), page=b"/CropBox [0 0 150 200]"),
        lone(jpeg(), page=b"/CropBox [150 0 300 200]"),
    )
    assert [read_page(pdf, 1).rendered for pdf in (front, back)] == [True, True]
    assert read_page(front, 1).content != read_page(back, 1).content


def test_an_annotation_is_part_of_what_a_page_shows() -> None:
    page = read_page(ANNOTATED, 1)
    assert page.rendered
    blue, green, red = decode(page.content, guard(page.content, ImageLimits())).reshape(-1, 3).min(axis=0)
    assert max(blue, green) < 60 < red


def test_files_that_cannot_be_taken_have_their_reasons() -> None:
    whole = pdf_of(jpeg(1), jpeg(2), jpeg(3))
    assert refusal(LOCKED) == "encrypted"
    assert refusal(whole, most=2) == "too_many_pages"
    assert refusal(PAGELESS) == "undecodable"
    assert refusal(b"%PDF-1.7\nnothing of the kind") == "undecodable"
    assert refusal(jpeg()) == "undecodable"
    assert refusal(b"") == "empty"
    with pytest.raises(Refused, match="page 4 of 3"):
        read_page(whole, 4)


@pytest.mark.fault("F7")
@pytest.mark.parametrize(
    ("announced", "draw"), [(b"/Width 20000 /Height 20000", DRAWN), (b"/Width 9000 /Height 6000", DRAWN * 5)]
)
def test_a_page_whose_pictures_would_take_minutes_to_draw_is_refused(announced: bytes, draw: bytes) -> None:
    page = lone(jpeg(), draw=draw).replace(b"/Width 300 /Height 200", announced)
    assert refusal(page) == "bomb"
    with pytest.raises(Refused, match="bomb"):
        read_page(page, 1)


@pytest.mark.fault("F7")
def test_a_jpeg_that_swells_as_its_page_is_opened_is_refused() -> None:
    swollen = lone(jpeg() + bytes(300_000))
    assert len(read_page(swollen, 1, 400_000).content) > 300_000
    with pytest.raises(Refused) as refused:
        read_page(swollen, 1, 200_000)
    assert refused.value.reason == "too_large"


def test_addresses_of_pages() -> None:
    assert split_page("scans/a.PDF#page=12") == ("scans/a.PDF", 12)
    assert split_page("p.parquet#a.pdf#page=1") == ("p.parquet#a.pdf", 1)
    for uri in ("a.pdf", "a.jpg#page=1", "a.pdf#page=0", "a.pdf#page=x"):
        assert split_page(uri) == (uri, None)
    assert is_paged("a.pdf")
    assert is_paged("p.parquet#A.PDF")
    assert not is_paged("a.pdf#page=1")


def test_a_page_is_fetched_as_any_picture(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of(jpeg(5), "text"))
    source = Source(str(tmp_path), (), 1_000_000)
    first, second, third = (fetch(f"a.pdf#page={number}", source) for number in (1, 2, 3))
    assert (first.content, first.rendered, first.refused) == (jpeg(5), False, None)
    assert second.rendered
    assert third.refused is not None
    assert third.refused.reason == "missing"
    assert fetch("../a.pdf#page=1", source).refused is not None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "crash"),
        ("import sys\nsys.exit(77)", "memory"),
        ("import time\ntime.sleep(60)", "timeout"),
        ("", "crash"),
    ],
)
def test_a_reader_that_dies_takes_its_own_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, reason: str
) -> None:
    (tmp_path / "odd_reader.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(limited, "CHILD", "odd_reader")
    monkeypatch.setitem(limited.SECONDS, "describe", 2.0)
    assert refusal(pdf_of(jpeg())) == reason


@pytest.mark.parametrize("death", ["os.kill(os.getpid(), signal.SIGKILL)", "time.sleep(60)", "sys.exit(3)"])
def test_a_reader_that_dies_once_refuses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, death: str) -> None:
    mark = tmp_path / "mark"
    (tmp_path / "odd_reader.py").write_text(
        "import os, pathlib, signal, sys, time\nfrom udfs.images.limited_child import main\n"
        f"mark = pathlib.Path({str(mark)!r})\n"
        f"if not mark.exists():\n    mark.touch()\n    {death}\nmain()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(limited, "CHILD", "odd_reader")
    monkeypatch.setitem(limited.SECONDS, "describe", 10.0)
    assert page_digests(pdf_of(jpeg()), 1) == [hashlib.sha256(jpeg()).hexdigest()]


def test_a_hung_reader_ends_with_whoever_asked_it(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    (tmp_path / "odd_reader.py").write_text(
        "import os, pathlib, time\nfrom udfs.images import limited_child\n"
        f"def hang(*_):\n    pathlib.Path({str(told)!r}).write_text(str(os.getpid()) + '.')\n    time.sleep(60)\n"
        "limited_child._obey = hang\nlimited_child.main()\n"
    )
    asks = "from udfs.images import limited\nlimited.CHILD = 'odd_reader'\nlimited.ask_child(b'', do='page')"
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    asker = subprocess.Popen([sys.executable, "-c", asks], env={**os.environ, "PYTHONPATH": paths})
    try:
        assert within(30, lambda: told.is_file() and told.read_text().endswith("."))
    finally:
        asker.kill()
        asker.wait()
    reader = Path("/proc", told.read_text().rstrip("."), "cmdline")
    assert within(5, lambda: not reader.exists() or not reader.read_bytes())


def test_a_reader_that_computes_for_ever_is_ended() -> None:
    code = "from udfs.orphans import limit_seconds\nlimit_seconds(1)\nwhile True:\n    pass"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == -signal.SIGXCPU


def test_both_tries_end_before_an_isolated_document_does() -> None:
    assert 2 * max(limited.SECONDS["page"], limited.SECONDS["heif"]) < WorkerSettings().deadline_seconds


def within(seconds: float, found: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not found():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def test_a_reader_may_grow_by_so_much_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "MEMORY", 20_000_000)
    with pytest.raises(Refused) as refused:
        read_page(pdf_of("text", "more"), 1)
    assert refused.value.reason in ("memory", "crash", "undecodable")
