"""Look from the command line: fixed keys, a line a file, maps; nets are untrained, so what they see is no matter."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from jobs.cli.app import main

KEYS = {
    "file", "sha256", "status", "reason", "quality", "file_facts", "card", "fields", "mrz", "contradictions",
    "evidence", "tampered_boxes", "risk", "abstained", "reasons",
}  # fmt: skip


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inspector of tiny untrained nets and a scorer without an opinion."""
    import torch

    from schemas.words import EVIDENCE_FAMILIES
    from udfs.judging.fusion import Fusion
    from udfs.judging.heads import Head
    from udfs.judging.scorer_file import Scorer, write_scorer
    from udfs.nets.corners import CornerNet
    from udfs.nets.embedding import EmbeddingNet
    from udfs.nets.mrz import MrzNet
    from udfs.nets.trunk import ForensicNet
    from udfs.nets.weights_file import add_net

    place = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)
    nets = {
        "corners": CornerNet(8), "design": EmbeddingNet(8), "portrait": EmbeddingNet(8), "forensic": ForensicNet(8),
        "mrz": MrzNet(8),
    }  # fmt: skip
    for name, net in nets.items():
        add_net(place / "inspector", name, net=net, architecture={"width": 8})
    one = np.ones(1)
    heads = {
        family: Head(family, ("contradiction_strongest",), np.zeros(1), one, one, -1.0) for family in EVIDENCE_FAMILIES
    }
    fusion = Fusion(0.0, dict.fromkeys(EVIDENCE_FAMILIES, 1.0))
    write_scorer(place / "scorer", Scorer(heads, fusion, 600.0, "nothing: a test"))
    return place


@pytest.fixture
def pictures(tmp_path: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A sound picture and a cut one in a folder, with the shipped models replaced."""
    from udfs.inspector import open_inspector

    monkeypatch.setattr("jobs.models.folders.SHIPPED", shipped)
    folder = tmp_path / "pictures"
    folder.mkdir()
    page = np.full((300, 460, 3), 200, np.uint8)
    cv2.rectangle(page, (40, 40), (420, 260), (90, 140, 160), -1)
    cv2.putText(page, "SPECIMEN", (70, 150), cv2.FONT_HERSHEY_SIMPLEX, 1.0, (10, 10, 10), 2)
    content = cv2.imencode(".jpg", page)[1].tobytes()
    (folder / "a.jpg").write_bytes(content)
    (folder / "b.jpg").write_bytes(content[: len(content) // 2])
    yield folder
    open_inspector.cache_clear()


def look(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main(["look", *words])
    return (left.value.code if isinstance(left.value.code, int) else 0), capsys.readouterr().out


def test_a_line_a_file_with_fixed_keys(capsys: pytest.CaptureFixture[str], pictures: Path, tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    code, printed = look(capsys, str(pictures), "--json", "--vectors", "--maps", str(maps))
    good, bad = map(json.loads, printed.splitlines())
    assert code == 0
    assert set(good) >= KEYS
    assert (good["status"], bad["status"], bad["reason"]) == ("seen", "rejected", "truncated")
    assert len(good["card"]["corners"]) == 4
    assert set(good["evidence"]) == {"physical", "tampered", "generated", "inconsistent"}
    assert isinstance(good["vectors"], dict)
    drawn = cv2.imread(good["map"])
    assert drawn.shape == (300, 460, 3)
    assert [path.name for path in maps.iterdir()] == [Path(good["map"]).name]


def test_a_person_reads_the_answer_first(capsys: pytest.CaptureFixture[str], pictures: Path) -> None:
    code, printed = look(capsys, str(pictures / "a.jpg"), str(pictures / "b.jpg"))
    lines = printed.splitlines()
    assert code == 0
    assert lines[0].startswith(f"{pictures}/a.jpg  risk 0.")
    assert lines[-1].startswith(f"{pictures}/b.jpg  rejected, truncated: the file ends before its picture does")


def test_a_folder_without_pictures_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert look(capsys, str(tmp_path)) == (65, "")


def test_the_map_lies_over_the_card_and_nowhere_else() -> None:
    from jobs.map_overlay import overlay

    image = np.full((100, 160, 3), 255, np.uint8)
    corners = np.array([[40, 20], [120, 20], [120, 80], [40, 80]], np.float32)
    drawn = overlay(image, corners, np.ones((40, 64), np.float32), [])
    assert drawn[50, 80].tolist() == [89, 89, 255]
    assert drawn[50, 20].tolist() == [255, 255, 255]
    assert (overlay(image, np.zeros((0, 2), np.float32), None, []) == image).all()
