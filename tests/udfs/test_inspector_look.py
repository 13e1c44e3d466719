from pathlib import Path

from udfs.look import files_in, look_at
from udfs.task import InspectTask

KEYS = {
    "file", "sha256", "status", "reason", "quality", "file_facts", "card", "fields", "mrz", "contradictions",
    "evidence", "tampered_boxes", "risk", "abstained", "reasons",
}  # fmt: skip


def test_look_gives_one_line_a_file_with_the_fixed_keys(task: InspectTask, documents: Path) -> None:
    names = ["0.jpg", "text.jpg", "nothing.jpg"]
    lines = list(look_at([documents / "images" / name for name in names], task))
    assert [line["status"] for line in lines] == ["seen", "rejected", "rejected"]
    assert [line["reason"] for line in lines] == [None, "unknown_format", "missing"]
    assert set(lines[0]) >= KEYS
    assert lines[0]["quality"]["exposure"] > 0
    assert [len(corner) for corner in lines[0]["card"]["corners"]] == [2, 2, 2, 2]
    assert lines[0]["fields"]["surname"]["value"] == "NAME0"
    assert lines[0]["risk"] is None


def test_folders_are_searched_for_pictures(documents: Path) -> None:
    found = files_in([documents, documents / "images" / "some.gif"])
    assert [path.name for path in found] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg", "cut.jpg", "empty.jpg", "text.jpg",
                                             "some.gif"]  # fmt: skip
