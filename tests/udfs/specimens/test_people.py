"""People and papers are consistent, and portraits depend on their seeds alone."""

from datetime import date, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from conf.errors import BadLake
from udfs.specimens.issuers import COUNTRIES, DESIGNS, Design
from udfs.specimens.people import draw_papers, draw_person, fill_grammar, years_later
from udfs.specimens.portraits import draw_portrait, open_pool

TODAY = date(2026, 5, 5)
SIZE = (120, 156)


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.design_id)
def test_papers_are_valid_and_follow_the_design(design: Design) -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        person = draw_person(rng)
        papers = draw_papers(person, design, TODAY, rng)
        assert years_later(person.birth_date, 18) <= papers.issue_date < TODAY < papers.expiry_date
        assert papers.expiry_date == years_later(papers.issue_date, design.validity_years)
        assert len(papers.number) == len(design.number_grammar)


def test_people_are_drawn_from_their_seed_and_of_fictional_states() -> None:
    one, same = (draw_person(np.random.default_rng(4)) for _ in range(2))
    assert one == same
    assert one.nationality in {country.code for country in COUNTRIES}
    assert draw_person(np.random.default_rng(4), nationality="XVA").nationality == "XVA"


def test_names_vary_and_some_need_transliteration() -> None:
    rng = np.random.default_rng(5)
    people = [draw_person(rng) for _ in range(400)]
    assert len({person.surname for person in people}) > 200
    assert any(not person.surname.isascii() for person in people)
    assert any("-" in person.surname for person in people)
    assert any("'" in person.surname for person in people)
    assert {person.sex for person in people} == {"F", "M", "X"}


def test_grammar_is_filled_place_by_place() -> None:
    person = draw_person(np.random.default_rng(6))
    filled = fill_grammar("YYMMDD-@##", person, np.random.default_rng(1))
    assert filled.startswith(f"{person.birth_date:%y%m%d}-")
    assert filled[7].isalpha()
    assert filled[8:].isdigit()


def test_personal_number_stays_with_the_person() -> None:
    person = draw_person(np.random.default_rng(6))
    utopian = [design for design in DESIGNS if design.issuer == "UTO"]
    drawn = [draw_papers(person, design, TODAY, np.random.default_rng(n)) for n, design in enumerate(utopian)]
    assert len({papers.personal_number for papers in drawn}) == 1
    assert len({papers.number for papers in drawn}) == len(drawn)


def test_leap_day_becomes_28_february() -> None:
    assert years_later(date(2024, 2, 29), 10) == date(2034, 2, 28)
    assert years_later(date(2024, 3, 1), 10) - timedelta(days=1) == date(2034, 2, 28)


def test_a_face_keeps_its_features_in_another_photo() -> None:
    photo = draw_portrait(11, 1, SIZE).astype(float)
    assert np.array_equal(photo, draw_portrait(11, 1, SIZE))
    again = np.mean([np.abs(photo - draw_portrait(11, seed, SIZE)).mean() for seed in range(2, 8)])
    others = np.mean([np.abs(photo - draw_portrait(face, 1, SIZE)).mean() for face in range(13, 25, 2)])
    assert again > 1
    assert others > 1


def draw_faces(folder: Path, *levels: int) -> Path:
    for place, level in enumerate(levels):
        cv2.imwrite(str(folder / f"{place}.{('png', 'jpg', 'webp')[place % 3]}"), np.full((80, 60, 3), level, np.uint8))
    (folder / "notes.txt").write_text("no picture")
    return folder


def test_a_pool_gives_each_face_a_photograph_of_its_own(tmp_path: Path) -> None:
    folder = draw_faces(tmp_path, 40, 120, 200)
    pool = open_pool(folder, [31, 7, 31], np.random.default_rng(1))
    assert pool == open_pool(folder, [7, 31], np.random.default_rng(1))
    assert len(set(pool.chosen.values())) == len(pool.chosen) == 2
    one, again, other = (pool(31, photo, SIZE).astype(float) for photo in (1, 1, 2))
    assert one.shape == (SIZE[1], SIZE[0], 3)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert abs(one.mean() - pool(7, 1, SIZE).mean()) > 40


@pytest.mark.parametrize(("levels", "told"), [((), "holds no portrait"), ((40,), "Add 1, or ask for fewer")])
def test_too_few_portraits_are_told(tmp_path: Path, levels: tuple[int, ...], told: str) -> None:
    with pytest.raises(BadLake, match=told):
        open_pool(draw_faces(tmp_path, *levels), [2, 4], np.random.default_rng(1))


def test_a_folder_that_is_not_there_and_a_file_that_is_no_picture_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadLake, match="is not a folder"):
        open_pool(tmp_path / "nowhere", [2], np.random.default_rng(1))
    (tmp_path / "a.jpg").write_text("no picture")
    with pytest.raises(BadLake, match=r"a\.jpg: is not a picture"):
        open_pool(tmp_path, [2], np.random.default_rng(1))
