"""Every design renders whole, inside its page, the same each time."""

from datetime import date

import cv2
import numpy as np
import pytest
import zxingcpp

from udfs.specimens.blanks import draw_blank
from udfs.specimens.issuers import COUNTRIES, DESIGNS, Design, companions, find_design
from udfs.specimens.layouts import Kind
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import Blank, portrait_size, render
from udfs.specimens.rendered import Image, Rendered

TODAY = date(2026, 5, 5)


def draw(design: Design, seed: int = 1, *, portrait: Image | None = None) -> Rendered:
    rng = np.random.default_rng(seed)
    person = draw_person(rng, nationality=design.issuer)
    return render(design, person, draw_papers(person, design, TODAY, rng), portrait=portrait)


def first(kind: Kind) -> Design:
    return next(design for design in DESIGNS if design.layout.kind == kind)


def test_designs_cover_issuers_and_kinds() -> None:
    assert len(COUNTRIES) >= 6
    assert len({design.design_id for design in DESIGNS}) == len(DESIGNS) >= 12
    assert len({design.layout.kind for design in DESIGNS}) == 5
    assert {len(design.issuer) for design in DESIGNS} == {3}


def test_companions_are_the_sides_of_one_document() -> None:
    front = first("licence_front")
    assert [design.side for design in companions(front)] == ["front", "back"]
    assert find_design(front.design_id) is front
    assert companions(first("passport_page")) == (first("passport_page"),)


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.design_id)
def test_every_design_renders_whole_and_inside_the_page(design: Design) -> None:
    drawn = draw(design, seed=design.seed)
    height, width = drawn.image.shape[:2]
    assert (width, height) == (design.width_px, design.height_px)
    assert drawn.ground.shape == drawn.image.shape
    assert set(drawn.printed) == set(drawn.values)
    assert {entry.name for entry in design.layout.entries} <= set(drawn.printed)
    assert {"specimen"} | set(drawn.printed) - {"barcode_text"} <= set(drawn.zones)
    for x0, y0, x1, y1 in drawn.zones.values():
        assert 0 < x0 < x1 < width
        assert 0 < y0 < y1 < height


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.design_id)
def test_no_two_zones_of_text_overlap(design: Design) -> None:
    drawn = draw(design, seed=design.seed + 1)
    zones = [(name, box) for name, box in drawn.zones.items() if not name.startswith("mrz_line")]
    for place, (name, a) in enumerate(zones):
        for other, b in zones[place + 1 :]:
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, f"{name} {a} overlaps {other} {b}"


def test_long_names_stay_in_their_column() -> None:
    design = first("card_front")
    rng = np.random.default_rng(2)
    person = draw_person(rng)
    papers = draw_papers(person, design, TODAY, rng)
    stretched = person.__class__(**{**vars(person), "surname": "Schwarzenquellinger-Ortholomé-Vanderhovenstraat"})
    entry = next(entry for entry in design.layout.entries if entry.name == "surname")
    box = render(design, stretched, papers).zones["surname"]
    assert box[2] <= (entry.x + entry.width) * design.px_per_mm + 2


def test_same_seed_gives_the_same_bytes() -> None:
    design = first("passport_page")
    assert np.array_equal(draw(design).image, draw(design).image)
    assert not np.array_equal(draw(design).image, draw(design, seed=2).image)


def test_image_differs_from_its_ground_only_in_the_zones() -> None:
    drawn = draw(first("passport_page"))
    outside = np.ones(drawn.image.shape[:2], dtype=bool)
    for x0, y0, x1, y1 in drawn.zones.values():
        outside[int(y0) - 2 : int(y1) + 3, int(x0) - 2 : int(x1) + 3] = False
    assert np.array_equal(drawn.image[outside], drawn.ground[outside])


def test_prints_of_one_design_differ_slightly() -> None:
    design = first("card_front")
    difference = np.abs(draw(design, 1).ground.astype(int) - draw(design, 2).ground.astype(int))
    assert 0 < difference.mean() < 8


def test_a_forgers_blank_is_shared_exactly_and_differs_by_its_sigma_in_its_band() -> None:
    design = first("card_front")
    blank = Blank(seed=7, sigma=4.0)
    genuine, forged = draw_blank(design), draw_blank(design, blank)
    assert np.array_equal(forged, draw_blank(design, Blank(seed=7, sigma=4.0)))
    residue = (forged.astype(np.float64) - genuine).mean(axis=2)
    assert residue.std() == pytest.approx(4.0, rel=0.15)
    power = np.abs(np.fft.rfft2(residue)) ** 2
    frequency = np.hypot(np.fft.fftfreq(residue.shape[0])[:, None], np.fft.rfftfreq(residue.shape[1])[None, :])
    scaled = frequency * design.width_px / 1000
    assert power[(scaled > 0.011) & (scaled < 0.073)].sum() > 0.9 * power.sum()


def test_shifted_labels_move_without_texture() -> None:
    design = first("card_front")
    moved = draw_blank(design, Blank(seed=7, sigma=0.0, label_shift_px=0.8))
    changed = (moved != draw_blank(design)).any(axis=2)
    assert 0 < changed.mean() < 0.2


def test_given_portrait_is_printed() -> None:
    design = first("card_front")
    drawn = draw(design, portrait=np.full((500, 400, 3), 99, dtype=np.uint8))
    x0, y0, x1, y1 = (int(value) for value in drawn.zones["portrait"])
    assert (x1 - x0, y1 - y0) == portrait_size(design)
    assert (drawn.image[y0:y1, x0:x1] == 99).all()


@pytest.mark.parametrize("design", [d for d in DESIGNS if d.layout.barcode], ids=lambda design: design.design_id)
def test_barcode_reads_back(design: Design) -> None:
    drawn = draw(design)
    found = zxingcpp.read_barcodes(cv2.cvtColor(drawn.image, cv2.COLOR_BGR2GRAY))
    assert [code.bytes.decode() for code in found] == [drawn.values["barcode_text"]]
