"""The camera returns where the document really stands, and the same draw gives the same picture."""

import dataclasses

import cv2
import numpy as np
import pytest

from udfs.specimens.backgrounds import TEXTURES, draw_background
from udfs.specimens.camera import CameraDraw, draw_camera, photograph


def dotted_page(width: int = 1200, height: int = 760) -> np.ndarray:
    """A white page with a black disc in the middle of each quarter."""
    page = np.full((height, width, 3), 235, np.uint8)
    for x, y in quarter_centres(width, height):
        cv2.circle(page, (round(x), round(y)), 30, (10, 10, 10), -1)
    return page


def quarter_centres(width: int, height: int) -> list[tuple[float, float]]:
    return [(width * x, height * y) for x in (0.25, 0.75) for y in (0.25, 0.75)]


def centroid(grey: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Darkness-weighted centre in a window of 90 pixels around a point."""
    x, y = np.rint(near).astype(int)
    window = 255.0 - grey[y - 45 : y + 45, x - 45 : x + 45]
    window = np.clip(window - np.median(window) - 40, 0, None)
    down, across = np.mgrid[y - 45 : y + 45, x - 45 : x + 45]
    return np.array([(window * across).sum(), (window * down).sum()]) / window.sum()


@pytest.mark.parametrize("seed", range(6))
def test_corners_say_where_the_document_stands(seed: int) -> None:
    page = dotted_page()
    draw = draw_camera(np.random.default_rng(seed), mode=("photo", "cropped", "scan")[seed % 3])
    plain = dataclasses.replace(draw, light=dataclasses.replace(draw.light, glare=0.0))
    photo = photograph(page, plain)
    flat = np.array([[0, 0], [1200, 0], [1200, 760], [0, 760]], np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(flat, photo.corners)
    expected = cv2.perspectiveTransform(np.array([quarter_centres(1200, 760)], np.float32), matrix)[0]
    grey = cv2.cvtColor(photo.image, cv2.COLOR_BGR2GRAY).astype(float)
    for point in expected:
        assert np.linalg.norm(centroid(grey, point) - point) < 1.0


def test_the_whole_document_is_in_the_frame_or_a_little_of_its_rim_outside() -> None:
    page, outside = np.full((600, 952, 3), 200, np.uint8), 0
    for seed in range(40):
        draw = draw_camera(np.random.default_rng(seed))
        photo = photograph(page, draw)
        beyond = max(float(-photo.corners.min()), float((photo.corners - photo.image.shape[1::-1]).max()) + 0.5, 0.0)
        cut = draw.geometry.card_width_px * float(np.abs(draw.geometry.cut).max())
        assert beyond == pytest.approx(cut, abs=1.0) if cut else beyond == 0.0
        assert 900 <= np.linalg.norm(photo.corners[1] - photo.corners[0]) <= 1450
        outside += cut > 0
    assert outside < 8


def test_the_same_draw_gives_the_same_picture_and_another_seed_another() -> None:
    draw = draw_camera(np.random.default_rng(5))
    page = dotted_page()
    once, again = photograph(page, draw), photograph(page, draw)
    other = photograph(page, dataclasses.replace(draw, seed=draw.seed ^ 1))
    assert np.array_equal(once.image, again.image)
    assert not np.array_equal(once.image, other.image)


def test_a_change_on_the_page_changes_the_photograph_only_there() -> None:
    page = dotted_page()
    forged = page.copy()
    forged[300:340, 500:700] = 60
    draw: CameraDraw = draw_camera(np.random.default_rng(9), mode="photo")
    genuine, changed = photograph(page, draw), photograph(forged, draw)
    moved = np.abs(genuine.image.astype(int) - changed.image).max(axis=2) > 0
    inside = np.zeros(page.shape[:2], np.uint8)
    inside[280:360, 480:720] = 1
    allowed = cv2.warpPerspective(inside, photograph(page, draw).homography, moved.shape[::-1])
    assert moved.any()
    assert not (moved & (allowed == 0)).any()


@pytest.mark.parametrize("name", sorted(TEXTURES))
def test_every_surface_fills_any_frame(name: str) -> None:
    for size in ((301, 200), (200, 301)):
        surface = draw_background(name, np.random.default_rng(0), size)
        assert surface.shape == (size[1], size[0], 3)
        assert surface.dtype == np.uint8
