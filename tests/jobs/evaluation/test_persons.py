"""Same person: by a reader that stands in for the extra, and without it."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from conf.errors import BadModel
from jobs.evaluation.persons import TPR, judged, of_persons
from jobs.evaluation.portrait_copies import Copy
from jobs.evaluation.portrait_photos import Photo
from udfs.nets.persons import LANDMARKS, WEIGHTS, PersonReader, open_persons

BLANK = np.zeros((300, 240, 3), np.uint8)


def photos(shots: int) -> list[Photo]:
    return [Photo(BLANK, face, face, shot) for face in range(12) for shot in range(shots)]


def copies(shown: list[Photo]) -> list[Copy]:
    """Each photograph twice: a picture whose first pixel is its face's number."""
    pictures = [np.full((8, 8, 3), photo.face, np.uint8) for photo in shown]
    return [Copy(number, picture, frozenset()) for number, picture in enumerate(pictures) for _ in range(2)]


def knows_faces(picture: np.ndarray) -> np.ndarray | None:
    face = int(picture[0, 0, 0])
    return None if face == 3 else np.eye(128, dtype=np.float32)[face]


def knows_nobody(picture: np.ndarray) -> np.ndarray:
    return np.ones(128, np.float32)


@pytest.mark.parametrize(("shots", "pairs", "segment"), [(2, 11 * 4, "all"), (1, 11, "all, copies of one photo")])
def test_one_person_is_judged_between_photographs_where_there_are_two(shots: int, pairs: int, segment: str) -> None:
    shown = photos(shots)
    abstained, rate = judged(knows_faces, shown, copies(shown), segment="all", seed=1)
    assert abstained.value == pytest.approx(1 / 12)
    assert (rate.measure, rate.segment, rate.value, rate.n) == (TPR, segment, 1.0, pairs)
    *_, missed = judged(knows_nobody, shown, copies(shown), segment="all", seed=1)
    assert missed.value == 0.0


def test_faces_that_nobody_finds_are_not_measured() -> None:
    shown = photos(2)
    abstained, rate = judged(lambda _: None, shown, copies(shown), segment="all", seed=1)
    assert abstained.value == 1.0
    assert (rate.n, rate.low, rate.high) == (0, 0.0, 1.0)


def test_without_the_extra_the_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dlib", None)
    (row,) = of_persons(photos(2), [], "all", 1)
    assert (row.measure, row.n, row.low, row.high) == (TPR, 0, 0.0, 1.0)
    assert "not measured: the extra faces is not installed" in row.segment


def test_an_extra_without_its_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dlib", ModuleType("dlib"))
    monkeypatch.setattr("udfs.nets.persons.find_spec", lambda _: None)
    with pytest.raises(BadModel, match=f"{LANDMARKS}, {WEIGHTS}"):
        open_persons()


def test_the_largest_face_is_described_in_red_green_blue() -> None:
    faces = [SimpleNamespace(area=lambda size=size: size, size=size) for size in (4, 9, 2)]
    asked = []

    def described(colours: np.ndarray, landmarks: object) -> list[float]:
        asked.append((colours[0, 0].tolist(), landmarks))
        return [0.0] * 128

    reader = PersonReader(
        lambda _colours, _times: faces, lambda _, face: face.size, SimpleNamespace(compute_face_descriptor=described)
    )
    vector = reader(np.full((4, 4, 3), (1, 2, 3), np.uint8))
    assert vector is not None
    assert vector.shape == (128,)
    assert asked == [([3, 2, 1], 9)]
    assert PersonReader(lambda *_: [], None, None)(BLANK) is None
