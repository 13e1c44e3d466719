"""What the demo may remove, and how it closes; none of these starts Spark."""

import json
from pathlib import Path

import pytest

from conf.errors import BadLake
from jobs.cli.closing_page import closing_page, truth_line
from jobs.cli.pages import WIDEST
from jobs.demo_lake import MARK, Truth, clear, local, read_truth
from jobs.stories.closing import Closing, closing
from tests.fakes_released import MEMBERS, MemoryReleased, world
from tests.jobs.report.test_report_page import RELEASE

PLANTED = Truth("A-1", "D-1", frozenset(doc for doc, _, _ in MEMBERS))


def text(end: Closing, line: str = "as planted") -> str:
    return "\n".join(row.text for row in closing_page(end, line, ".lake/report.html", ".lake"))


def end_of(released: MemoryReleased | None = None) -> Closing:
    return closing(released or world(), RELEASE)


def test_an_earlier_demo_is_replaced_with_its_truth(tmp_path: Path) -> None:
    lake, truth = tmp_path / "lake", tmp_path / "lake-truth"
    clear(lake)
    (lake / "manifests").mkdir()
    (truth / "story.json").write_text("{}")
    clear(lake)
    assert [path.name for path in lake.iterdir()] == [MARK]
    assert [path.name for path in truth.iterdir()] == [MARK]


@pytest.mark.parametrize("folder", ["lake", "lake-truth"])
def test_what_no_demo_made_is_not_touched(tmp_path: Path, folder: str) -> None:
    kept = tmp_path / folder / "mine.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    with pytest.raises(BadLake, match="was not made by a demo"):
        clear(tmp_path / "lake")
    assert kept.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    clear(tmp_path / "other")
    (tmp_path / "lake").symlink_to(tmp_path / "other")
    with pytest.raises(BadLake):
        clear(tmp_path / "lake")
    assert (tmp_path / "other" / MARK).is_file()


@pytest.mark.parametrize("lake", ["s3://bucket/lake", ".", "/"])
def test_a_demo_needs_a_folder_with_a_name(lake: str) -> None:
    with pytest.raises(BadLake, match="folder of this machine"):
        local(lake)


def test_the_truth_is_read_from_beside_the_lake(tmp_path: Path) -> None:
    clear(tmp_path / "lake")
    story = {"account_id": "A-1", "doc_id": "D-1", "members": [{"doc_id": doc} for doc, _, _ in MEMBERS]}
    (tmp_path / "lake-truth" / "story.json").write_text(json.dumps(story))
    assert read_truth(tmp_path / "lake") == PLANTED


def test_the_closing_page_tells_what_was_queried() -> None:
    told = text(end_of())
    flat = " ".join(told.split())
    assert told.splitlines()[1].startswith("Night 2026-03-02.1 released in 1 min 48 s: 83 new manifest rows, 159")
    assert "Account A-1 was opened on 2025-11-14; its vendor had cleared the passport on 2025-11-14." in flat
    assert "Risk 0.94 (severe). Why:" in told
    assert "Could have been known on 2025-12-02, with the 3rd document of campaign C-3F9A: 90 days earlier" in flat
    assert "lookback account A-1 --lake .lake" in told
    assert max(map(len, told.splitlines())) <= WIDEST


def test_nothing_found_is_said_so() -> None:
    released = world()
    for document in released.tables["documents"]:
        document["decision"], document["vendor_result"] = "rejected", "consider"
    assert "None: 3 accounts rose to a tier that somebody acts on, and none had been accepted before." in " ".join(
        text(end_of(released)).split()
    )


def test_the_last_line_says_how_much_of_the_campaign_was_found() -> None:
    members = frozenset({"D-1", "D-2", "D-3", "D-8"})
    line = truth_line(end_of(), PLANTED, members)
    assert line == (
        "A-1 is one of the 4 planted forgeries of its campaign; it was found tonight, "
        "3 of them were tied together, and 1 document besides."
    )


def test_a_planted_account_that_was_missed_is_called_missed() -> None:
    missed = Truth("A-4", "D-4", PLANTED.members)
    assert "it was not found tonight, 0 of them were tied together." in truth_line(end_of(), missed, frozenset())
