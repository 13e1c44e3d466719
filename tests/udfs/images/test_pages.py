"""Pages of a PDF: a lone JPEG untouched, anything else rendered and marked; each file in a child of its own."""

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from conf.settings import ImageLimits
from tests.udfs.images.pdfs import ANNOTATED, LOCKED, PAGELESS, pdf_of
from udfs.images import limited
from udfs.images.decode import decode
from udfs.images.fetch import Source, fetch
from udfs.images.guard import guard
from udfs.images.pages import is_paged, page_digests, read_page, split_page
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


@pytest.mark.parametrize("matrix", [(-300, 0, 0, 200, 300, 0), (300, 0, 0, -200, 0, 200)])
def test_a_mirrored_jpeg_is_rendered_as_it_is_seen(matrix: tuple[float, ...]) -> None:
    assert read_page(pdf_of(jpeg(), matrix=matrix), 1).rendered
    assert not read_page(pdf_of(jpeg(), matrix=(0, 200, -300, 0, 300, 0)), 1).rendered


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
    monkeypatch.setattr(limited, "SECONDS", 2.0)
    assert refusal(pdf_of(jpeg())) == reason


def test_a_reader_may_grow_by_so_much_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "MEMORY", 20_000_000)
    with pytest.raises(Refused) as refused:
        read_page(pdf_of("text", "more"), 1)
    assert refused.value.reason in ("memory", "crash", "undecodable")
