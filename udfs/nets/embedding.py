"""Two embeddings from one small net: which design a card is of, and which photograph a portrait is a copy of."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from udfs.nets.blocks import Conv, Floats, Image, Residual, device_of, run_padded

DIMENSIONS = 64
BATCH = 8
CARD_INPUT = (192, 120)  # w, h: the proportions of ID-1, and print of 1 mm is still 2 px
PORTRAIT_INPUT = (96, 96)


class EmbeddingNet(nn.Module):
    """[n, 3, h, w] to L2-normalised [n, 64]; pooled on a coarse grid, because layout is where things stand.

    One that is `mirrored` looks at each picture both ways round once it is trained, so that a picture and its mirror
    image have one vector; while it learns, its recipe shows it either.
    """

    def __init__(self, width: int = 24, grid: int = 3, *, mirrored: bool = False) -> None:
        super().__init__()
        self.mirrored = mirrored
        levels = (width, 2 * width, 3 * width, 4 * width)
        self.body = nn.Sequential(
            Conv(3, levels[0], stride=2),
            Conv(levels[0], levels[1], stride=2),
            Residual(levels[1]),
            Conv(levels[1], levels[2], stride=2),
            Residual(levels[2]),
            Conv(levels[2], levels[3], stride=2),
            Residual(levels[3]),
        )
        self.pool = nn.AdaptiveAvgPool2d(grid)
        self.project = nn.Linear(levels[3] * (grid * grid + 1), DIMENSIONS)

    def forward(self, images: Tensor) -> Tensor:
        """Unit vectors [n, 64]."""
        seen = self._seen(images)
        if self.mirrored and not self.training:
            seen = seen + self._seen(images.flip(3))
        return nn.functional.normalize(seen, dim=1)

    def _seen(self, images: Tensor) -> Tensor:
        """Unit vectors [n, 64] of the pictures as they lie."""
        features = self.body(images)
        pooled = torch.cat([self.pool(features).flatten(1), features.amax(dim=(2, 3))], dim=1)
        return nn.functional.normalize(self.project(pooled), dim=1)


def embed_designs(net: EmbeddingNet, cards: Sequence[Image]) -> Floats:
    """Vectors [n, 64] of rectified cards of any size; cards of one design lie close, whoever holds them."""
    return _embed(net, cards, CARD_INPUT)


def embed_portraits(net: EmbeddingNet, portraits: Sequence[Image]) -> Floats:
    """Vectors [n, 64] of portrait crops of any size; copies of one photograph lie close."""
    return _embed(net, portraits, PORTRAIT_INPUT)


def fit(image: Image, size: tuple[int, int]) -> Image:
    """Resize an image to `size` (w, h): by area where it shrinks, linearly where it grows."""
    shrinks = image.shape[1] >= size[0] and image.shape[0] >= size[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


def _embed(net: EmbeddingNet, images: Sequence[Image], size: tuple[int, int]) -> Floats:
    if not images:
        return np.zeros((0, DIMENSIONS), np.float32)
    return run_padded(net, [fit(image, size) for image in images], BATCH, device_of(net))
