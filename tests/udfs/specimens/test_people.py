"""People and papers are consistent, and portraits depend on their seeds alone."""

from datetime import date, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from udfs.specimens.issuers import COUNTRIES, DESIGNS, Design
from udfs.specimens.people import draw_papers, draw_person, fill_grammar, years_later
from udfs.specimens.portraits import FacePool, draw_portrait

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


def test_face_pool_takes_photographs_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name, level in (("b.png", 200), ("a.png", 40)):
        cv2.imwrite(str(tmp_path / name), np.full((80, 60, 3), level, dtype=np.uint8))
    (tmp_path / "notes.txt").write_text("no picture")
    pool = FacePool(tmp_path)
    assert pool.names() == ("a.png", "b.png")
    assert pool.portrait(0, SIZE).mean() == 40
    assert pool.portrait(2, SIZE).shape == (SIZE[1], SIZE[0], 3)


def test_empty_face_pool_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="put"):
        FacePool(tmp_path).portrait(1, SIZE)
