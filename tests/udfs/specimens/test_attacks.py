"""Every attack changes what it says and nothing else, and the null attack changes nothing."""

from datetime import date

import numpy as np
import pytest

from udfs.specimens.attacks import ATTACKS
from udfs.specimens.attacks.retype import other_text, retype_field
from udfs.specimens.camera import draw_camera, photograph
from udfs.specimens.issuers import DESIGNS
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Rendered

# One decoder stands for all: they go the same way over the page, and tests/udfs/specimens/test_decoders.py has each.
SPECIES = [name for name in ATTACKS if not name.startswith("generated_") or name == "generated_patches"]
FLAT_ATTACKS = [name for name in SPECIES if ATTACKS[name].family in ("tampered", "generated")]


@pytest.fixture(scope="module")
def passport() -> Rendered:
    design = next(design for design in DESIGNS if design.doc_type == "passport")
    rng = np.random.default_rng(4)
    person = draw_person(rng, nationality=design.issuer)
    return render(design, person, draw_papers(person, design, date(2026, 2, 1), rng))


@pytest.mark.parametrize("name", FLAT_ATTACKS)
def test_the_mask_covers_every_change(passport: Rendered, name: str) -> None:
    before = passport.image.copy()
    for seed in range(3):
        attacked = ATTACKS[name].apply(passport, np.random.default_rng(seed))
        differs = (attacked.image != passport.image).any(axis=2)
        assert differs.any()
        assert not (differs & ~attacked.mask).any()
        assert attacked.changed
    assert np.array_equal(passport.image, before)


@pytest.mark.parametrize("name", ["retype", "copy_move", "splice"])
def test_field_attacks_stay_at_their_field(passport: Rendered, name: str) -> None:
    attacked = ATTACKS[name].apply(passport, np.random.default_rng(1))
    rows, columns = np.nonzero(attacked.mask)
    x0, y0, x1, y1 = passport.zones[attacked.changed[0]]
    assert rows.min() > y0 - 30
    assert rows.max() < y1 + 30
    assert columns.min() > x0 - 30
    assert columns.max() < max(x1, x0 + 500) + 60


def test_the_null_attack_is_the_genuine_page(passport: Rendered) -> None:
    for seed in range(3):
        attacked = ATTACKS["null"].apply(passport, np.random.default_rng(seed))
        assert np.array_equal(attacked.image, passport.image)
        assert not attacked.mask.any()
        assert attacked.changed == ()
    camera = draw_camera(np.random.default_rng(2))
    assert np.array_equal(photograph(attacked.image, camera).image, photograph(passport.image, camera).image)


@pytest.mark.parametrize("name", ["print_recapture", "screen_recapture"])
def test_recaptures_keep_outline_and_tone_and_mark_the_page(passport: Rendered, name: str) -> None:
    attacked = ATTACKS[name].apply(passport, np.random.default_rng(5))
    height, width = passport.image.shape[:2]
    assert attacked.mask.shape == (height, width)
    assert attacked.mask.all()
    assert attacked.image.shape[1] > width
    assert attacked.image.shape[0] / attacked.image.shape[1] == pytest.approx(height / width, abs=0.003)
    grey, genuine = attacked.image.mean(axis=2), passport.image.mean(axis=2)
    assert grey.mean() > 0.5 * genuine.mean()
    assert np.corrcoef(_coarse(grey), _coarse(genuine))[0, 1] > 0.9


def test_the_same_generator_state_gives_the_same_forgery(passport: Rendered) -> None:
    for name in SPECIES:
        attack = ATTACKS[name]
        first, again = (attack.apply(passport, np.random.default_rng(8)) for _ in range(2))
        assert np.array_equal(first.image, again.image)
        assert first.changed == again.changed


def test_every_attack_answers_on_every_side() -> None:
    rng = np.random.default_rng(0)
    back = next(design for design in DESIGNS if design.side == "back")
    person = draw_person(rng)
    page = render(back, person, draw_papers(person, back, date(2026, 2, 1), rng))
    for name in SPECIES:
        attack = ATTACKS[name]
        attacked = attack.apply(page, np.random.default_rng(3))
        assert attack.applies(page) or not attacked.changed
        assert attacked.mask.shape == page.image.shape[:2]


def test_a_retyped_value_keeps_its_form() -> None:
    rng = np.random.default_rng(0)
    for text in ("02.04.1965", "29 FEB 1996", "1980-12-31"):
        other = other_text("birth_date", text, rng)
        assert other != text
        assert len(other) == len(text)
    assert other_text("number", "TU0143854", rng)[:2] == "TU"
    assert other_text("surname", "AMBRERA", rng) != "AMBRERA"


def test_a_named_field_can_be_retyped(passport: Rendered) -> None:
    attacked = retype_field(passport, "birth_date", np.random.default_rng(0))
    assert attacked.changed == ("birth_date",)
    assert attacked.mask.any()


def _coarse(plane: np.ndarray) -> np.ndarray:
    """Means of a grid of 20 x 30 fields."""
    rows, columns = (np.array_split(np.arange(size), parts) for size, parts in zip(plane.shape, (20, 30), strict=True))
    return np.array([plane[np.ix_(row, column)].mean() for row in rows for column in columns])
