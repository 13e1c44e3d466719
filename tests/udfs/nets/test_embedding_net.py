from collections.abc import Callable

import numpy as np
import pytest
import torch

from udfs.nets.embedding import DIMENSIONS, EmbeddingNet, embed_designs, embed_portraits


@pytest.fixture(scope="module")
def net() -> EmbeddingNet:
    torch.manual_seed(2)
    return EmbeddingNet(width=8).eval()


def noise(seed: int, height: int, width: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("embed", [embed_designs, embed_portraits])
def test_vectors_have_length_one_for_any_size(net: EmbeddingNet, embed: Callable[..., np.ndarray]) -> None:
    vectors = embed(net, [noise(0, 300, 480), noise(1, 40, 30), noise(2, 121, 192)])
    assert vectors.shape == (3, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("embed", [embed_designs, embed_portraits])
def test_same_image_same_bits_whatever_its_neighbours(net: EmbeddingNet, embed: Callable[..., np.ndarray]) -> None:
    alone = embed(net, [noise(7, 120, 192)])[0]
    among = embed(net, [noise(seed, 120, 192) for seed in range(11)])[7]
    assert alone.tobytes() == among.tobytes()


def test_nothing_in_nothing_out(net: EmbeddingNet) -> None:
    assert embed_designs(net, []).shape == (0, DIMENSIONS)
