"""The page of a night: self-contained, escaped, without personal data; none of these starts Spark."""

import base64
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from conf.errors import BadSettings
from conf.settings import MonitorSettings, Settings
from jobs.cli.report import write_report
from jobs.publishing.releases import Release
from jobs.report.facts import gather
from jobs.report.page import render
from jobs.report.pictures import WIDTH, thumbnail
from tests.fakes_released import RUNS, SECOND, MemoryReleased, plate, world

RELEASE = Release(
    2, "published", RUNS[1], SECOND, RUNS[0], RUNS, {"documents": 3, "scores": 2}, {"documents": 4, "campaigns": 1}, {},
    datetime(2026, 3, 2, 1, 48, tzinfo=UTC),
)  # fmt: skip
EMPTY_TAGS = {"meta", "img", "br", "rect", "line", "circle"}


def page(released: MemoryReleased | None = None) -> str:
    return render(gather(released or world(), RELEASE), MonitorSettings())


class Balanced(HTMLParser):
    """Remembers open tags, and what the page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "iframe", "object"):
            self.fetched.append(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "srcset")]
        if tag not in EMPTY_TAGS:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY_TAGS:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_fetches_nothing() -> None:
    html = page()
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert all(source.startswith("data:image/png;base64,") for source in parser.fetched)
    assert "http" not in html
    assert "url(" not in html


def test_the_night_stands_in_one_sentence_with_queried_figures() -> None:
    text = " ".join(re.sub("<[^>]+>", " ", page()).split())
    assert "Night 2026-03-02.1 took in 83 manifest rows: 159 documents of the lake are scored, 3 rejected" in text
    assert "3 accounts rose to a tier that somebody acts on, 3 of them accepted before; 1 campaign known" in text
    assert "163 manifest rows = 159 scored + 3 rejected + 1 duplicate + 0 erased + 0 pending" in text
    assert "risk psi all 0.030 159" in text


def test_what_rose_tonight_is_counted_from_the_history() -> None:
    found = gather(world(), RELEASE).found
    assert [(item.account_id, item.tier_before, item.accepted) for item in found] == [
        ("A-1", "elevated", True),
        ("A-2", None, True),
        ("A-3", None, True),
    ]


def test_reasons_cannot_carry_markup_into_the_page() -> None:
    released = world()
    released.tables["risk_profiles"][0]["reasons"] = ["<script>alert(1)</script>"]
    html = page(released)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_no_personal_value_stands_on_the_page_or_is_read() -> None:
    released = world()
    html = page(released)
    assert not any(value in html for value in ("Vale", "Quill", "Mara", "1988-04-12", "1983-04-12"))
    assert not {view for view, _ in released.asked} & {"fields", "accounts", "vectors"}


def test_a_thumbnail_keeps_no_stripes_and_few_pixels() -> None:
    uri = thumbnail(plate(0))
    png = base64.b64decode(uri.partition(",")[2])
    small = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert small.shape == (35, WIDTH)
    assert np.abs(np.diff(small.astype(int), axis=1)).max() <= 4


def test_a_broken_plate_leaves_an_empty_place() -> None:
    assert thumbnail(b"not a picture") == ""


def test_a_night_without_campaigns_or_counts_still_has_a_page() -> None:
    released = world()
    for name in ("campaigns", "clusters", "coverage", "metrics", "runs"):
        released.tables[name] = []
    assert "No campaign is known" in page(released)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="there is no folder"):
        write_report(world(), RELEASE, Settings(), tmp_path / "none" / "r.html")
    write_report(world(), RELEASE, Settings(), tmp_path / "r.html")
    assert (tmp_path / "r.html").stat().st_size > 5_000
