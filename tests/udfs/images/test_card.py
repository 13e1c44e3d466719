import cv2
import numpy as np
import pytest

from udfs.images.copies import copy_hash
from udfs.images.decode import Image
from udfs.images.portraits import find_portrait
from udfs.images.quality import quality_of
from udfs.images.rectify import plate_of, rectify, side_lengths
from udfs.images.vectors import background, geometry
from udfs.observing.card_part import quarter_turns
from udfs.reading.lines import TextLine


def flat_card(width: int = 856, height: int = 540) -> Image:
    rng = np.random.default_rng(5)
    rough = rng.integers(90, 230, (height // 20, width // 20, 3), dtype=np.uint8)
    return cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)


def photographed(card: Image, corners: np.ndarray) -> Image:
    height, width = card.shape[:2]
    flat = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], np.float32)
    warp = cv2.getPerspectiveTransform(flat, corners)
    return cv2.warpPerspective(card, warp, (1200, 900), borderValue=(30, 60, 20))


CORNERS = np.array([[150, 120], [1010, 180], [990, 720], [130, 680]], np.float32)


def test_a_card_is_laid_flat_and_its_homography_leads_back() -> None:
    image = photographed(flat_card(), CORNERS)
    card = rectify(image, CORNERS, 1_100)
    height, width = card.image.shape[:2]
    assert abs(width - side_lengths(CORNERS)[0]) < 2  # never grown
    assert width / height == pytest.approx(85.6 / 53.98, rel=0.01)
    ends = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float64) - 0.5
    assert np.allclose(cv2.perspectiveTransform(ends, card.to_image)[0], CORNERS, atol=1e-3)
    reference = cv2.resize(flat_card(), (width, height), interpolation=cv2.INTER_AREA)
    assert np.abs(card.image.astype(float) - reference).mean() < 3


def test_the_plate_is_the_area_mean_of_the_card() -> None:
    card = flat_card()
    whole = np.array([[0, 0], [855, 0], [855, 539], [0, 539]], np.float32)
    plate = plate_of(card, whole, 192)
    luma = cv2.imdecode(np.frombuffer(plate.luma, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert luma.shape == (121, 192) == (plate.height, plate.width)
    reference = cv2.resize(cv2.cvtColor(card, cv2.COLOR_BGR2GRAY), (192, 121), interpolation=cv2.INTER_AREA)
    assert np.abs(luma.astype(float) - reference).mean() < 1.5


def test_a_plate_does_not_alias() -> None:
    stripes = np.zeros((1080, 1712, 3), np.uint8)
    stripes[:, ::2] = 255
    whole = np.array([[0, 0], [1711, 0], [1711, 1079], [0, 1079]], np.float32)
    luma = cv2.imdecode(np.frombuffer(plate_of(stripes, whole, 192).luma, np.uint8), cv2.IMREAD_GRAYSCALE)
    reference = cv2.resize(stripes[:, :, 0], (192, 121), interpolation=cv2.INTER_AREA)
    assert luma.std() < 1.2 * reference.std()


@pytest.mark.parametrize("turns", range(4))
def test_quarter_turns_are_told_by_the_corners(turns: int) -> None:
    around = np.array([[0, 0], [100, 0], [100, 60], [0, 60]], np.float32)
    assert quarter_turns(np.roll(around, -turns, axis=0)) == turns


def test_a_portrait_is_found_and_a_page_without_one_has_none() -> None:
    card = flat_card()
    card[...] = 205
    assert find_portrait(card, []) is None
    card[150:420, 60:270] = 150
    cv2.ellipse(card, (165, 270), (60, 85), 0, 0, 360, (120, 150, 200), -1)
    cv2.ellipse(card, (165, 200), (65, 50), 0, 180, 360, (20, 20, 30), -1)
    found = find_portrait(cv2.GaussianBlur(card, (0, 0), 2), [])
    assert found is not None
    assert np.allclose(found.box, (60, 150, 270, 420), atol=12)


def test_a_header_is_not_the_top_of_a_portrait() -> None:
    card = flat_card()
    card[...] = (220, 200, 190)
    card[:90] = (120, 60, 40)
    card[150:420, 60:270] = (205, 185, 175)
    cv2.ellipse(card, (165, 270), (60, 85), 0, 0, 360, (120, 150, 200), -1)
    cv2.ellipse(card, (165, 420), (95, 70), 0, 180, 360, (90, 60, 50), -1)
    cv2.putText(card, "SPECIMEN", (70, 470), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (140, 90, 60), 4)
    found = find_portrait(cv2.GaussianBlur(card, (0, 0), 2), [])
    assert found is not None
    assert np.allclose(found.box, (60, 150, 270, 420), atol=12)


def test_a_strip_is_not_searched_for_a_portrait() -> None:
    assert find_portrait(np.zeros((11_999, 8, 3), np.uint8), []) is None  # 384,000 rows of the work width


def test_near_copies_hash_alike_and_other_cards_do_not() -> None:
    card = flat_card()
    again = cv2.imdecode(cv2.imencode(".jpg", card, [cv2.IMWRITE_JPEG_QUALITY, 60])[1], cv2.IMREAD_COLOR)
    other = np.ascontiguousarray(card[:, ::-1])
    bits = {name: int(copy_hash(image).pdq, 16) for name, image in (("a", card), ("b", again), ("c", other))}
    assert (bits["a"] ^ bits["b"]).bit_count() < 20
    assert (bits["a"] ^ bits["c"]).bit_count() > 80


def test_quality_falls_with_blur_glare_and_darkness() -> None:
    rng = np.random.default_rng(0)
    sharp = np.clip(flat_card() + rng.normal(0, 12, (540, 856, 3)), 0, 255).astype(np.uint8)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 3)
    assert quality_of(blurred).sharpness < quality_of(sharp).sharpness
    assert quality_of(sharp).noise == pytest.approx(12 * 0.66, rel=0.25)  # luma averages three channels
    lit = blurred.copy()
    lit[100:200, 100:200] = 255
    assert quality_of(lit).glare == pytest.approx(10_000 / (540 * 856), rel=0.1)
    assert quality_of(lit // 3).exposure < quality_of(lit).exposure
    assert quality_of(np.zeros((2, 2, 3), np.uint8)).noise == 0.0


def test_the_background_tells_surfaces_apart_and_not_cards() -> None:
    first, second = photographed(flat_card(), CORNERS), photographed(255 - flat_card(), CORNERS)
    one, two = background(first, CORNERS), background(second, CORNERS)
    assert one is not None
    assert two is not None
    assert float(one @ two) > 0.99
    warm = first.copy()
    warm[np.all(first == (30, 60, 20), axis=2)] = (40, 90, 200)
    other = background(warm, CORNERS)
    assert other is not None
    assert float(one @ other) < 0.8
    assert background(flat_card(), np.array([[0, 0], [855, 0], [855, 539], [0, 539]], np.float32)) is None


def test_geometry_places_labels_in_shares_of_the_width() -> None:
    quad = ((100.0, 50.0), (200.0, 50.0), (200.0, 70.0), (100.0, 70.0))
    vector = geometry([TextLine("Surname", (100.0, 50.0, 200.0, 70.0), quad, 0.9)], (1_000, 630))
    assert vector.shape == (78,)
    assert np.allclose(vector[:3], (0.1, 0.06, 0.02))
    assert (vector[3:] == -1).all()
