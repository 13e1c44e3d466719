import cv2
import numpy as np
import torch
from torch import Tensor

from udfs.nets.blocks import as_tensor
from udfs.nets.residuals import CHANNELS, LAGS, NUMBERS, Bands, ResidualNumbers


def noisy(seed: int = 1) -> np.ndarray:
    return np.clip(np.random.default_rng(seed).normal(128, 12, (192, 192, 3)), 0, 255).astype(np.uint8)


def bands(image: np.ndarray) -> Tensor:
    return Bands(4)(as_tensor([image]))[0]


def numbers(image: np.ndarray) -> Tensor:
    return ResidualNumbers()(as_tensor([image]))[0]


def test_both_have_their_shapes() -> None:
    assert bands(noisy()).shape == (CHANNELS, 48, 48)
    assert numbers(noisy()).shape == (NUMBERS,)
    assert torch.isfinite(numbers(np.full((192, 192, 3), 255, np.uint8))).all()


def test_a_place_without_grain_has_less_energy_than_its_tile() -> None:
    image = noisy()
    image[64:96, 64:128] = cv2.GaussianBlur(image, (0, 0), 2.0)[64:96, 64:128]
    against_tile = bands(image)[5]
    assert against_tile[17:23, 17:31].max() < -1
    assert against_tile[30:, 30:].min() > -2 < against_tile[30:, 30:].mean()


def test_what_repeats_shows_at_its_lag_and_at_no_shorter_one() -> None:
    image = noisy().astype(np.float32)
    image[:, ::8] += 25
    seen = numbers(np.clip(image, 0, 255).astype(np.uint8))[: 2 * len(LAGS)].reshape(len(LAGS), 2)
    across = dict(zip(LAGS, seen[:, 1].tolist(), strict=True))
    assert across[8] > max(across[lag] for lag in (2, 3, 4, 6, 12)) + 0.1


def test_light_moves_no_lag() -> None:
    brighter = np.clip(noisy().astype(np.float32) * 1.2 - 20, 0, 255).astype(np.uint8)
    lags = 4 * len(LAGS)
    assert torch.allclose(numbers(noisy())[:lags], numbers(brighter)[:lags], atol=0.05)


def test_levels_of_neighbours_are_shares() -> None:
    roots = numbers(noisy())[4 * len(LAGS) : 4 * len(LAGS) + 100].reshape(4, 25)
    assert torch.allclose((roots**2).sum(dim=1), torch.ones(4), atol=1e-4)
