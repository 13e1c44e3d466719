import cv2
import numpy as np
import numpy.typing as npt
import pytest

from udfs.forensics.zone_marks import zone_marks

Image = npt.NDArray[np.uint8]
LEFT, RIGHT = (16.0, 16.0, 100.0, 60.0), (120.0, 16.0, 200.0, 60.0)


def grained() -> Image:
    return np.random.default_rng(4).normal(128, 12, (80, 220, 3)).clip(0, 255).astype(np.uint8)


def test_a_blurred_place_has_less_fine_energy_than_its_twin() -> None:
    image = grained()
    before = zone_marks(image, {"left": LEFT, "right": RIGHT})
    assert before["left"] == pytest.approx(before["right"], abs=0.3)
    image[8:68, 112:208] = cv2.GaussianBlur(image, (0, 0), 1.5)[8:68, 112:208]
    after = zone_marks(image, {"left": LEFT, "right": RIGHT})
    assert after["left"] == pytest.approx(before["left"], abs=0.05)
    assert after["right"][1] < before["right"][1] - 1


def test_light_and_contrast_hardly_move_a_mark() -> None:
    image = grained()
    darker = (image * 0.6 + 20).astype(np.uint8)
    first, second = (zone_marks(each, {"left": LEFT})["left"] for each in (image, darker))
    assert second == pytest.approx(first, abs=0.25)


def test_a_mark_does_not_depend_on_the_other_places() -> None:
    image = grained()
    alone, among = zone_marks(image, {"right": RIGHT}), zone_marks(image, {"left": LEFT, "right": RIGHT})
    assert alone["right"] == pytest.approx(among["right"], abs=0.2)


@pytest.mark.parametrize("box", [(300.0, 10.0, 400.0, 20.0), (-50.0, -50.0, -20.0, -20.0), (5.0, 90.0, 9.0, 95.0)])
def test_a_place_outside_the_picture_has_no_marks(box: tuple[float, float, float, float]) -> None:
    assert set(zone_marks(grained(), {"there": LEFT, "nowhere": box})) == {"there"}


def test_an_even_picture_gives_finite_marks() -> None:
    marks = zone_marks(np.full((80, 220, 3), 200, np.uint8), {"left": LEFT})
    assert np.isfinite(marks["left"]).all()
