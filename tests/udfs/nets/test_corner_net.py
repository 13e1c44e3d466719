import cv2
import numpy as np
import pytest
import torch

from udfs.nets.corners import CornerNet, find_corners, upright_square
from udfs.nets.quads import best_quad, clockwise, frame_of, letterbox


@pytest.fixture(scope="module")
def net() -> CornerNet:
    torch.manual_seed(1)
    return CornerNet(width=8).eval()


def noise(seed: int, height: int = 90, width: int = 140) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_same_image_same_bits_whatever_its_neighbours(net: CornerNet) -> None:
    alone = find_corners(net, [noise(0)])[0]
    among = find_corners(net, [noise(1), noise(2), noise(3), noise(4), noise(0), noise(5)])[4]
    assert alone.points.tobytes() == among.points.tobytes()
    assert alone.confidence == among.confidence


def test_no_image_no_corners(net: CornerNet) -> None:
    assert find_corners(net, []) == []


def test_confidence_is_a_share(net: CornerNet) -> None:
    assert all(0 <= found.confidence <= 1 for found in find_corners(net, [noise(seed) for seed in range(3)]))


@pytest.mark.parametrize("shape", [(90, 140), (1400, 900), (17, 2000)])
def test_frame_maps_its_own_points_back(shape: tuple[int, int]) -> None:
    frame = frame_of(shape, 192)
    image = np.zeros((*shape, 3), np.uint8)
    y, x = shape[0] // 3, shape[1] // 4
    half = max(2, round(3 / frame.scale))
    image[max(0, y - half) : y + half + 1, max(0, x - half) : x + half + 1] = 255
    rows, columns = np.nonzero(letterbox(image, frame, 192)[..., 0] > 200)
    centre = np.array([[columns.mean(), rows.mean()]], np.float32)
    assert np.abs(frame.to_image(centre)[0] - (x, y)).max() <= 1.5 / frame.scale + half / 2


@pytest.mark.parametrize("shape", [(1, 1), (1, 3_000), (3_000, 1), (2, 11_999)])
def test_a_strip_of_pixels_is_looked_at_as_any_picture(net: CornerNet, shape: tuple[int, int]) -> None:
    assert letterbox(noise(1, *shape), frame_of(shape, 192), 192).shape == (192, 192, 3)
    (found,) = find_corners(net, [noise(1, *shape)])
    assert np.isfinite(found.points).all()


def test_best_quad_joins_four_peaks_and_ignores_a_fifth() -> None:
    corners = np.array([[8, 10], [38, 12], [37, 33], [9, 31]], np.float32)
    mask = np.zeros((48, 48), np.float32)
    cv2.fillConvexPoly(mask, corners.astype(np.int32), 1.0)
    heat = np.zeros((48, 48), np.float32)
    for x, y in [*corners, (44, 44)]:
        heat[int(y), int(x)] = 0.9
    quad, agreement = best_quad(cv2.GaussianBlur(heat, (0, 0), 1.0) * 6, mask)
    assert np.abs(quad - corners).max() < 0.6
    assert agreement > 0.8


def test_best_quad_without_peaks_falls_back_to_the_mask_with_low_confidence() -> None:
    mask = np.zeros((48, 48), np.float32)
    mask[10:30, 5:40] = 1.0
    quad, agreement = best_quad(np.zeros_like(mask), mask)
    assert np.abs(quad - [[5, 10], [39, 10], [39, 29], [5, 29]]).max() <= 1
    assert agreement <= 0.3


def test_clockwise_begins_at_the_top_left() -> None:
    shuffled = np.array([[10, 10], [0, 0], [0, 10], [10, 0]], np.float32)
    assert clockwise(shuffled).tolist() == [[0, 0], [10, 0], [10, 10], [0, 10]]


def test_upright_square_shows_the_document_only() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    image[50:150, 100:250] = 200
    quad = np.array([[102, 52], [247, 52], [247, 147], [102, 147]], np.float32)
    assert upright_square(image, quad).min() == 200
