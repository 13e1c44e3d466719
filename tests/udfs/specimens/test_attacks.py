"""Every attack changes what it says and nothing else, and the null attack changes nothing."""

from datetime import date

import numpy as np
import pytest

from udfs.specimens.attacks import ATTACKS
from udfs.specimens.attacks.generated import LEAST_PSNR, patch_decoder, psnr, strided_decoder
from udfs.specimens.attacks.retype import other_text, retype_field
from udfs.specimens.camera import draw_camera, photograph
from udfs.specimens.issuers import DESIGNS
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Rendered

FLAT_ATTACKS = [name for name, attack in ATTACKS.items() if attack.family in ("tampered", "generated")]


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


def test_the_same_generator_state_gives_the_same_forgery(passport: Rendered) -> None:
    for attack in ATTACKS.values():
        first, again = (attack.apply(passport, np.random.default_rng(8)) for _ in range(2))
        assert np.array_equal(first.image, again.image)
        assert first.changed == again.changed


def test_every_attack_answers_on_every_side() -> None:
    rng = np.random.default_rng(0)
    back = next(design for design in DESIGNS if design.side == "back")
    person = draw_person(rng)
    page = render(back, person, draw_papers(person, back, date(2026, 2, 1), rng))
    for attack in ATTACKS.values():
        attacked = attack.apply(page, np.random.default_rng(3))
        assert attack.applies(page) or not attacked.changed
        assert attacked.mask.shape == page.image.shape[:2]


@pytest.mark.parametrize("decode", [patch_decoder, strided_decoder])
def test_reconstructions_pass_the_fidelity_gate(passport: Rendered, decode: object) -> None:
    x0, y0, x1, y1 = (round(value) for value in passport.zones["portrait"])
    portrait = passport.image[y0:y1, x0:x1]
    for seed in range(3):
        decoded = decode(portrait, np.random.default_rng(seed))
        assert psnr(portrait, decoded) >= LEAST_PSNR
        assert (decoded != portrait).any()


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
