"""Galleries of portrait copies: what is asked, of which photographs, and what counts as found."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from conf.errors import BadLake
from jobs.evaluation import portraits
from jobs.evaluation.copy_pairs import all_pairs, difference
from jobs.evaluation.held_out import held_out, training_designs
from jobs.evaluation.measures import EvaluationSettings, average_precision
from jobs.evaluation.portrait_copies import Copy, edited, recaptured
from jobs.evaluation.portrait_photos import FAMILY, FIRST_FACE, drawn_photos, folder_photos, lookalike, traits_of
from jobs.evaluation.printed import portrait_corners, print_and_capture
from udfs.nets.embedding import EmbeddingNet
from udfs.nets.opening import open_corners, shipped_inspector
from udfs.specimens.faces import draw_face
from udfs.specimens.portraits import draw_portrait


def test_a_family_has_one_face_twice_and_another_of_its_kind() -> None:
    photos = drawn_photos(3, seed=5)
    assert len(photos) == 3 * FAMILY
    for first, second, other in zip(*[iter(photos)] * FAMILY, strict=True):
        assert first.traits == second.traits
        assert {key: first.traits[key] for key in ("sex", "skin")} == {
            key: other.traits[key] for key in ("sex", "skin")
        }
        assert not np.array_equal(first.image, second.image)
        assert (first.family, first.shot, second.shot, other.shot) == (second.family, 0, 1, 0)
    assert traits_of(7)["sex"] == "F"
    assert draw_face(7) != draw_face(9)


def test_no_two_faces_are_given_one_stranger() -> None:
    one, other = FIRST_FACE + 11_000_034, FIRST_FACE + 11_000_038  # of one kind, four seeds apart
    assert traits_of(one) == traits_of(other)
    assert lookalike(one) != lookalike(other)


def test_average_precision_of_pairs_is_the_one_of_all_values_and_leaving_out_widens_it() -> None:
    rng = np.random.default_rng(2)
    photos = np.repeat(np.arange(40), 2)
    vectors = rng.normal(0, 1, (40, 8))[photos] + rng.normal(0, 0.7, (80, 8))
    pairs = all_pairs(vectors @ vectors.T, photos, photos // 2)
    one, two = np.triu_indices(80, 1)
    values = (vectors @ vectors.T)[one, two]
    value, low, high = pairs.estimate()
    assert value == pytest.approx(average_precision(values, photos[one] == photos[two]))
    assert low < value < high
    rows = photos < 3
    assert (pairs.either(rows) == (rows[pairs.one] | rows[pairs.two])).all()
    assert pairs.precision(pairs.same) == 1.0
    assert pairs.precision(~pairs.same) == 0.0


def test_a_difference_is_as_wide_as_both_figures_are() -> None:
    value, low, high = difference((0.9, 0.86, 0.93), (0.5, 0.47, 0.54))
    assert (value, low, high) == pytest.approx((0.4, 0.4 - np.hypot(0.04, 0.04), 0.4 + np.hypot(0.03, 0.03)))


def test_a_folder_gives_its_pictures_and_counts_what_is_none(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for number in range(9):
        picture = rng.integers(0, 256, (90 + 40 * number, 300 - 20 * number, 3), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f"{number}.{'png' if number % 2 else 'jpg'}"), picture)
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    cv2.imwrite(str(tmp_path / "tiny.png"), np.zeros((5, 5, 3), np.uint8))
    (tmp_path / "portraits.csv").write_text("file\n")
    photos, bad = folder_photos(tmp_path, 50, seed=1)
    assert (len(photos), bad) == (9, 3)
    assert {photo.image.shape for photo in photos} == {(300, 240, 3)}
    assert sorted(photo.family for photo in photos) == list(range(9))


@pytest.mark.parametrize("content", ["nothing", "no folder", "three"])
def test_a_folder_that_makes_no_gallery_is_refused(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "faces"
    if content != "no folder":
        folder.mkdir()
    for number in range(3 if content == "three" else 0):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((200, 200, 3), 90, np.uint8))
    with pytest.raises(BadLake, match="faces"):
        folder_photos(folder, 50, seed=1)


def test_what_is_printed_is_found_where_it_was_printed() -> None:
    photos = drawn_photos(1, seed=3)[:2]
    copies = recaptured(photos, 3, open_corners(shipped_inspector()), lambda _done, _total: None)
    assert len(copies) == 6
    found = [copy for copy in copies if copy.picture is not None]
    assert found
    assert np.mean([copy.overlap > 0.7 for copy in found]) > 0.6
    assert all(copy.ways for copy in copies)


def test_a_print_for_training_comes_from_no_held_out_device_or_chain() -> None:
    design = next(each for each in training_designs(6, seed=2) if each.layout.portrait)
    photo = draw_portrait(11, 12, (240, 300))
    for seed in range(4):
        printed = print_and_capture(photo, design, np.random.default_rng(seed), split=True)
        assert not held_out().chain(printed.codec)
        corners = portrait_corners(printed)
        height, width = printed.image.shape[:2]
        assert ((corners > -2) & (corners < (width + 2, height + 2))).all()
        assert (portrait_corners(printed, 0.1)[0] != corners[0]).all()


def test_unfound_portraits_count_as_errors_in_their_own_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def half_found(photos: object, seed: int, *_: object) -> list[Copy]:
        rng = np.random.default_rng(seed)
        shown = [(number, rng.integers(0, 256, (40, 32, 3), dtype=np.uint8)) for number in range(6) for _ in range(3)]
        return [
            Copy(number, None if index % 3 == 2 else picture, frozenset({"direct"}))
            for index, (number, picture) in enumerate(shown)
        ]

    monkeypatch.setattr(portraits, "recaptured", half_found)
    rows = {
        (row.measure, row.segment): row
        for row in portraits.evaluate(EvaluationSettings(seed=1, samples=18, folder=shipped_inspector()))
    }
    whole, errors = rows["portrait_uap", "all"], rows["portrait_uap", "abstentions=errors"]
    assert (whole.n, errors.n) == (12, 18)
    assert errors.value == pytest.approx(whole.value / 3)
    assert set(whole.baselines) == {"dhash", "pdq", "thumbnail"}
    assert rows["portrait_abstention", "all"].value == pytest.approx(1 / 3)
    assert {"sex", "age", "skin"} <= {segment for measure, segment in rows if measure == "portrait_uap_gap"}


def test_even_an_untrained_net_finds_more_than_shuffled_truth_allows() -> None:
    photos = drawn_photos(8, seed=9)
    found = portraits.gallery(EmbeddingNet(8).eval(), photos, edited(photos, 9))
    shuffled = [Copy((copy.photo + 7 * index) % 24, copy.picture, copy.ways) for index, copy in enumerate(found.drawn)]
    told, untold = (
        found.pairs.precision(),
        portraits.gallery(EmbeddingNet(8).eval(), photos, shuffled).pairs.precision(),
    )
    assert untold < 0.1
    assert untold < told
