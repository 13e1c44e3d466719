"""The line net on drawn rows: alone, in a zone that the text reader lost, and on an untrimmed photograph."""

from datetime import date
from unittest.mock import Mock

import cv2
import numpy as np
import pytest

from udfs.nets.mrz import MrzNet, see_rows
from udfs.nets.opening import open_mrz, shipped_inspector
from udfs.reading.lines import TextLine
from udfs.reading.mrz import parse_mrz
from udfs.reading.mrz_band import propose_zones
from udfs.reading.mrz_places import find_places
from udfs.reading.mrz_rows import row_crop
from udfs.reading.mrz_search import TURNS, find_on_card, find_on_photo, turned_back
from udfs.specimens.issuers import find_design
from udfs.specimens.mrz_face import mrz_mask
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Rendered

ROWS = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "0O1IL8B5S2Z6GQDCU<VYWMNHKXRPFTJE4793",
)


@pytest.fixture(scope="module")
def net() -> MrzNet:
    return open_mrz(shipped_inspector())


@pytest.fixture(scope="module")
def passport() -> Rendered:
    design, rng = find_design("uto-passport-0-page"), np.random.default_rng(4)
    person = draw_person(rng)
    return render(design, person, draw_papers(person, design, date(2026, 3, 1), rng))


def lines_of(page: Rendered) -> tuple[str, ...]:
    return (page.values["mrz_line_1"], page.values["mrz_line_2"])


def alike(text: str) -> str:
    """O and 0, of which OCR-B's differ by a tenth of their height in width: the place in the zone tells them apart."""
    return text.replace("O", "0")


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("pitch", [14.0, 23.0])
def test_a_clean_row_is_read_to_the_letter(net: MrzNet, row: str, pitch: float) -> None:
    mask = mrz_mask(row, pitch)
    page = np.full((mask.shape[0] + 40, mask.shape[1] + 60), 225, np.float32)
    page[20 : 20 + mask.shape[0], 30 : 30 + mask.shape[1]] -= 190 * mask
    top, foot = 18 - 0.1 * pitch, 22 + mask.shape[0] + 0.1 * pitch
    quad = np.array([[12, top], [page.shape[1] - 12, top], [page.shape[1] - 12, foot], [12, foot]], np.float32)
    (seen,) = see_rows(net, [row_crop(page.astype(np.uint8), quad)])
    places = find_places(seen, len(row))
    assert alike(places.text) == alike(row)
    first, last = (places.along[[0, -1]] * (quad[1, 0] - quad[0, 0])) + quad[0, 0]
    assert abs(first - (30 + pitch / 2)) < 0.3 * pitch
    assert abs(last - (30 + (len(row) - 0.5) * pitch)) < 0.3 * pitch


def test_a_zone_is_found_without_any_text_line(net: MrzNet, passport: Rendered) -> None:
    mrz = find_on_card(net, passport.image, ())
    assert mrz is not None
    assert mrz.lines == lines_of(passport)
    box, zone = mrz.boxes[0], passport.zones["mrz_line_1"]
    assert all(abs(got - true) < 25 for got, true in zip(box, zone, strict=True))


@pytest.mark.parametrize("turn", TURNS)
def test_a_zone_is_found_on_an_untrimmed_photo_however_it_is_turned(
    net: MrzNet, passport: Rendered, turn: int | None
) -> None:
    page = passport.image
    photo = np.full((page.shape[0] + 500, page.shape[1] + 700, 3), (70, 90, 110), np.uint8)
    photo[200 : 200 + page.shape[0], 300 : 300 + page.shape[1]] = page
    turned = photo if turn is None else cv2.rotate(photo, turn)
    mrz = find_on_photo(net, turned, np.eye(3))
    assert mrz is not None
    assert mrz.lines == lines_of(passport)
    x0, y0, x1, y1 = passport.zones["mrz_line_2"]
    corners = np.array([[[x0 + 300, y0 + 200], [x1 + 300, y1 + 200]]], np.float64)
    there = cv2.perspectiveTransform(corners, np.linalg.inv(turned_back(turn, photo.shape)))[0]
    low, high = there.min(axis=0), there.max(axis=0)
    box = mrz.boxes[1]
    assert np.abs(np.array(box) - np.concatenate([low, high])).max() < 25


def test_a_page_without_a_zone_proves_none(net: MrzNet) -> None:
    page = np.full((700, 1100, 3), 215, np.uint8)
    for row in range(5):
        cv2.putText(page, "THE QUICK BROWN FOX JUMPS OVER IT", (60, 380 + 60 * row), 0, 1.5, (30, 30, 30), 3)
    assert find_on_card(net, page, ()) is None
    assert propose_zones(np.full((400, 600, 3), 200, np.uint8)) == []


def test_a_page_of_bars_proves_none_by_its_fillers(net: MrzNet, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = parse_mrz(["P" + "<" * 43, "<" * 44])
    assert empty is not None
    assert sum(held is True for held in empty.checks.values()) > 2
    said = {"propose_zones": [[np.zeros((4, 2), np.float32)]], "read_bands": [], "best_mrz": empty}
    for name, answer in said.items():
        monkeypatch.setattr(f"udfs.reading.mrz_search.{name}", Mock(return_value=answer))
    assert find_on_photo(net, np.full((700, 1100, 3), 215, np.uint8), np.eye(3)) is None


def test_without_the_net_the_text_reader_alone_reads(passport: Rendered) -> None:
    lines = [
        TextLine(text, (40, 600 + 60 * place, 1150, 640 + 60 * place), ((40, 0), (1150, 0), (1150, 9), (40, 9)), 0.99)
        for place, text in enumerate(lines_of(passport))
    ]
    mrz = find_on_card(None, passport.image, lines)
    assert mrz is not None
    assert mrz.lines == lines_of(passport)
    assert find_on_card(None, passport.image, ()) is None


def test_a_large_photograph_is_searched_in_a_reduced_copy(net: MrzNet, passport: Rendered) -> None:
    page = cv2.resize(passport.image, None, fx=3.0, fy=3.0, interpolation=cv2.INTER_CUBIC)
    mrz = find_on_photo(net, page, np.eye(3))
    assert mrz is not None
    assert mrz.lines == lines_of(passport)
    assert np.abs(np.array(mrz.boxes[1]) / 3 - passport.zones["mrz_line_2"]).max() < 25
