"""Every attack changes what it says and nothing else, and the null attack changes nothing."""

from dataclasses import replace
from datetime import date

import cv2
import numpy as np
import pytest

from udfs.specimens.attacks import ATTACKS, in_turn
from udfs.specimens.attacks.after_edits import hidden
from udfs.specimens.attacks.attacked import unaltered
from udfs.specimens.attacks.canvas import Canvas, flat_canvas
from udfs.specimens.attacks.retype import other_text, retype_field
from udfs.specimens.camera import CameraDraw, draw_camera, photograph
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import CodecDraw, DesktopDraw, HopDraw, decoded
from udfs.specimens.issuers import DESIGNS
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Rendered

# One decoder stands for all: they go the same way over the page, and test_decoders.py has each.
SPECIES = [name for name in ATTACKS if not name.startswith("generated_") or name == "generated_patches"]
LOCAL_ATTACKS = [name for name in SPECIES if ATTACKS[name].family in ("tampered", "generated")]
FIELD_ATTACKS = ["retype", "copy_move", "inpaint", "splice"]
DESKTOP = CodecDraw("jpeg", 92, "4:4:4", False, 1, None, None, None, None, DesktopDraw(90, "4:2:0", (3, 5), 1.0))


@pytest.fixture(scope="module")
def camera() -> CameraDraw:
    return draw_camera(np.random.default_rng(2), mode="photo")


@pytest.fixture(scope="module")
def photo(passport: Rendered, camera: CameraDraw) -> Canvas:
    taken = photograph(passport.image, camera)
    return Canvas(taken.image, passport, taken.homography)


@pytest.mark.parametrize("name", LOCAL_ATTACKS)
@pytest.mark.parametrize("opened", [False, True])
def test_the_mask_covers_every_change(passport: Rendered, photo: Canvas, name: str, *, opened: bool) -> None:
    canvas = photo if opened else flat_canvas(passport)
    before = canvas.image.copy()
    for seed in range(3):
        attacked = ATTACKS[name].apply(canvas, np.random.default_rng(seed))
        differs = (attacked.image != canvas.image).any(axis=2)
        assert differs.any()
        assert not (differs & ~attacked.mask).any()
        assert attacked.changed
    assert np.array_equal(canvas.image, before)


@pytest.mark.parametrize("name", FIELD_ATTACKS)
@pytest.mark.parametrize("opened", [False, True])
def test_field_attacks_stay_at_their_field(passport: Rendered, photo: Canvas, name: str, *, opened: bool) -> None:
    canvas = photo if opened else flat_canvas(passport)
    for seed in range(4):
        attacked = ATTACKS[name].apply(canvas, np.random.default_rng(seed))
        x0, y0, x1, y1 = passport.zones[attacked.changed[0]]
        room = np.array([[x0 - 40, y0 - 40], [max(x1, x0 + 500) + 60, y1 + 40]])
        low, high = room
        rows, columns = np.nonzero(attacked.mask)
        points = np.stack([columns, rows], axis=1)[None].astype(np.float64)
        on_page = cv2.perspectiveTransform(points, np.linalg.inv(canvas.to_image))[0]
        assert (on_page > low).all()
        assert (on_page < high).all()


def test_the_null_attack_is_the_genuine_page(passport: Rendered, camera: CameraDraw) -> None:
    for seed in range(3):
        attacked = ATTACKS["null"].apply(flat_canvas(passport), np.random.default_rng(seed))
        assert np.array_equal(attacked.image, passport.image)
        assert not attacked.mask.any()
        assert attacked.changed == ()
    null = shoot(passport, camera, DESKTOP, edit=ATTACKS["null"].drawn(np.random.default_rng(0)))
    assert null.data == shoot(passport, camera, DESKTOP).data
    assert not null.mask.any()


@pytest.mark.parametrize("hop", [None, HopDraw(1280, 75)])
def test_a_file_differs_from_its_twins_about_where_it_was_edited(
    passport: Rendered, camera: CameraDraw, hop: HopDraw | None
) -> None:
    codec = replace(DESKTOP, hop=hop)
    edit = ATTACKS["portrait_swap"].drawn(np.random.default_rng(1))
    forged, genuine = shoot(passport, camera, codec, edit=edit), shoot(passport, camera, codec)
    differs = cv2.absdiff(decoded(forged.data), decoded(genuine.data)).max(axis=2) > 40
    assert differs.shape == forged.mask.shape
    assert differs.sum() > 0.08 * forged.mask.sum()
    assert (differs & ~cv2.dilate(forged.mask.astype(np.uint8), np.ones((17, 17))).astype(bool)).sum() < 20
    x0, y0, x1, y1 = passport.zones["portrait"]
    middle = cv2.perspectiveTransform(np.array([[[(x0 + x1) / 2, (y0 + y1) / 2]]]), forged.to_file)[0, 0]
    rows, columns = np.nonzero(forged.mask)
    assert abs(columns.mean() - middle[0]) < 12
    assert abs(rows.mean() - middle[1]) < 12


def test_only_what_was_opened_is_edited_after_the_camera(passport: Rendered, camera: CameraDraw) -> None:
    seen = []
    for codec in (DESKTOP, replace(DESKTOP, desktop=None)):
        for family in ("tampered", "physical"):
            shoot(passport, camera, codec, edit=lambda canvas: seen.append(canvas) or unaltered(canvas), family=family)
    assert [np.array_equal(canvas.image, passport.image) for canvas in seen] == [False, True, True, True]


def test_the_same_generator_state_gives_the_same_forgery(photo: Canvas) -> None:
    for attack in map(ATTACKS.__getitem__, SPECIES):
        first, again = (attack.apply(photo, np.random.default_rng(8)) for _ in range(2))
        assert np.array_equal(first.image, again.image)
        assert first.changed == again.changed


def test_every_attack_answers_on_every_side() -> None:
    rng = np.random.default_rng(0)
    back = next(design for design in DESIGNS if design.side == "back")
    person = draw_person(rng)
    page = render(back, person, draw_papers(person, back, date(2026, 2, 1), rng))
    for attack in map(ATTACKS.__getitem__, SPECIES):
        attacked = attack.apply(flat_canvas(page), np.random.default_rng(3))
        assert attack.applies(page) or not attacked.changed
        assert attacked.mask.shape == page.image.shape[:2]


def test_after_an_edit_the_rest_of_the_picture_stands(passport: Rendered) -> None:
    forged = passport.image.copy()
    forged[300:340, 400:520] = 90
    near = np.zeros(forged.shape[:2], dtype=bool)
    near[290:350, 390:530] = True
    kinds = set()
    for seed in range(20):
        left = hidden(passport.image, forged, np.random.default_rng(seed))
        assert np.array_equal(left[~near], passport.image[~near])
        assert np.abs(left[305:335, 405:515].astype(int) - 90).mean() < 12
        kinds.add(left.tobytes())
    assert len(kinds) > 5


def test_a_retyped_value_keeps_its_form() -> None:
    rng = np.random.default_rng(0)
    for text in ("02.04.1965", "29 FEB 1996", "1980-12-31"):
        other = other_text("birth_date", text, rng)
        assert other != text
        assert len(other) == len(text)
    assert other_text("number", "TU0143854", rng)[:2] == "TU"
    assert other_text("surname", "AMBRERA", rng) != "AMBRERA"


def test_a_named_field_can_be_retyped(passport: Rendered) -> None:
    attacked = retype_field(flat_canvas(passport), "birth_date", np.random.default_rng(0))
    assert attacked.changed == ("birth_date",)
    assert attacked.mask.any()


def test_attacks_come_in_turn_by_family() -> None:
    names = ["retype", "splice", "halftone", "generated_patches", "generated_codebook", "null"]
    drawn = [in_turn(names, index) for index in range(12)]
    assert drawn[:4] == ["retype", "halftone", "generated_patches", "null"]
    assert drawn[4:8] == ["splice", "halftone", "generated_codebook", "null"]
    assert drawn[8:] == drawn[:4]
