import cv2
import numpy as np
import pytest
import torch

from udfs.nets.cosines import BlockCosines, combs
from udfs.nets.pixels import MOST_TILES, inspect_pixels, tile_places
from udfs.nets.trunk import ForensicNet, PolarSpectrum, ZeroSum


@pytest.fixture(scope="module")
def net() -> ForensicNet:
    torch.manual_seed(3)
    return ForensicNet(width=8).eval()


def picture(height: int = 480, width: int = 640) -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, (height, width, 3), dtype=np.uint8)


CARD = np.array([[40, 60], [600, 50], [610, 400], [30, 410]], np.float32)


def test_answers_have_their_shapes_and_repeat_exactly(net: ForensicNet) -> None:
    first, second = (inspect_pixels(net, picture(), CARD) for _ in range(2))
    assert first.map.shape == (40, 64)
    assert first.map.min() >= 0
    assert first.map.max() <= 1
    assert first.map.tobytes() == second.map.tobytes()
    assert (first.tampered_logit, first.physical_logit) == (second.tampered_logit, second.physical_logit)


def test_what_lies_outside_the_card_changes_no_map_far_from_it(net: ForensicNet) -> None:
    whole = picture()
    small = np.array([[200, 150], [420, 150], [420, 290], [200, 290]], np.float32)
    places = tile_places(whole.shape[:2], small, net.side)
    changed = whole.copy()
    touched = np.zeros(whole.shape[:2], bool)
    for left, top in places:
        touched[top : top + net.side, left : left + net.side] = True
    changed[~touched] = 0
    assert inspect_pixels(net, whole, small).map.tobytes() == inspect_pixels(net, changed, small).map.tobytes()


def test_zones_limit_where_the_score_comes_from(net: ForensicNet) -> None:
    zone = {"visual.number": (100.0, 100.0, 180.0, 130.0)}
    assert (
        inspect_pixels(net, picture(), CARD, zone).tampered_logit <= inspect_pixels(net, picture(), CARD).tampered_logit
    )


def test_an_image_smaller_than_a_tile_is_still_looked_at(net: ForensicNet) -> None:
    corners = np.array([[2, 2], [90, 2], [90, 60], [2, 60]], np.float32)
    assert np.isfinite(inspect_pixels(net, picture(70, 100), corners).tampered_logit)


@pytest.mark.parametrize("scale", [1, 6])
def test_tiles_lie_on_the_jpeg_grid_inside_the_image_and_the_budget(scale: int) -> None:
    shape = (480 * scale, 640 * scale)
    places = tile_places(shape, CARD * scale, 192)
    assert 0 < len(places) <= MOST_TILES
    assert all(left % 8 == 0 and top % 8 == 0 for left, top in places)
    assert all(0 <= left <= shape[1] - 192 and 0 <= top <= shape[0] - 192 for left, top in places)


def test_residuals_of_a_flat_picture_are_zero() -> None:
    torch.manual_seed(5)
    flat = torch.full((1, 3, 32, 32), 0.4)
    assert ZeroSum(4)(flat)[..., 4:-4, 4:-4].abs().max() < 1e-4


def test_block_cosines_are_the_dct() -> None:
    block = np.random.default_rng(6).integers(0, 256, (8, 8)).astype(np.float32) / 127.5 - 1
    steps = torch.linspace(1, 100, 64)
    seen = BlockCosines()(torch.from_numpy(block)[None, None], steps[None])[0, :, 0, 0]
    magnitude = np.abs(cv2.dct(block)).ravel() * 127.5
    assert np.allclose(torch.expm1(seen[:64]), magnitude, atol=1e-2)
    assert np.allclose(seen[64:128], np.minimum(magnitude / steps.numpy(), 3), atol=1e-3)


def test_a_place_off_the_comb_of_an_earlier_quantization_is_told() -> None:
    rng = np.random.default_rng(9)
    levels = rng.laplace(0, 5, (1, 12, 24, 24))
    twice = np.round(levels / 2) * 2  # an earlier quantization twice as coarse leaves every other level empty
    once = np.round(levels)
    off = twice.copy()
    off[..., 8:12, 8:12] = once[..., 8:12, 8:12]
    told = combs(torch.from_numpy(off).float()).mean(dim=1)[0]
    around = torch.ones(24, 24, dtype=torch.bool)
    around[8:12, 8:12] = False
    assert told[8:12, 8:12].mean() < told[around].mean() - 0.1
    alone = combs(torch.from_numpy(once).float()).mean(dim=1)[0]
    assert abs(float(alone[8:12, 8:12].mean() - alone[around].mean())) < 0.05


def test_the_map_has_cells_of_four_pixels_and_heeds_the_steps(net: ForensicNet) -> None:
    tiles, steps = torch.rand(2, 3, 192, 192) * 2 - 1, torch.ones(2, 64)
    cells, logits = net(tiles, steps)
    assert cells.shape == (2, 48, 48)
    assert logits.shape == (2, 2)
    assert not torch.equal(net(tiles, 40 * steps)[0], cells)


def test_spectrum_shows_a_raster_as_a_peak() -> None:
    rows, columns = np.mgrid[0:192, 0:192]
    flat = np.random.default_rng(8).normal(0, 0.05, (192, 192)).astype(np.float32)
    raster = flat + 0.3 * np.cos(2 * np.pi * (0.25 * columns + 0.1 * rows)).astype(np.float32)
    spectrum = PolarSpectrum(192)
    quiet, loud = (spectrum(torch.from_numpy(plane)[None, None])[0, 96:].max() for plane in (flat, raster))
    assert loud > quiet + 2
