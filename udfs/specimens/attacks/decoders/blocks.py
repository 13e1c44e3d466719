"""Decoders that set a picture together from patches: what they leave behind is the grid of the patches."""

from collections.abc import Iterator
from functools import partial
from itertools import product

import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.decoders.latents import Components, components, from_blocks, ranks_below, to_blocks
from udfs.specimens.attacks.decoders.reconstruct import Autoencoder

Colour = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

SIDES = (8, 16)
LAPS = ((8, 4), (12, 4), (12, 6), (16, 8))  # side of a patch, and the step to the next
COSINE_SIDES = (5, 6, 7, 9, 10, 12, 14)
KEPT = (0.06, 0.1, 0.16, 0.25, 0.4, 0.6, 0.8)  # of the cosines
LEVEL = 8.0  # between two weights that a cosine can have


def patches(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Principal components of patches that are set side by side."""
    side = int(rng.choice(SIDES))
    found = components(source, side, rng)
    for rank in ranks_below(3 * side * side):
        yield partial(_tiled, found, side, rank)


def overlapping(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Principal components of patches that overlap and are added up under a window: a period without a seam."""
    side, step = LAPS[int(rng.integers(len(LAPS)))]
    found = components(source, side, rng)
    for rank in ranks_below(3 * side * side):
        yield partial(_lapped, found, (side, step), rank)


def cosine(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """The strongest cosines of blocks, in coarse levels; the blocks are not JPEG's."""
    side = int(rng.choice(COSINE_SIDES))
    axes = _cosines(side)
    energy = (_weights(axes, source) ** 2).sum(axis=(0, 1, 4))
    for kept in KEPT:
        mask = energy >= np.quantile(energy, 1 - kept)
        yield partial(_cut, axes, mask[..., None])


def _tiled(found: Components, side: int, rank: int, picture: Colour) -> Colour:
    return from_blocks(found.decode(found.encode(to_blocks(picture, side), rank)), side, picture.shape)


def _lapped(found: Components, grid: tuple[int, int], rank: int, picture: Colour) -> Colour:
    side, step = grid
    padded = np.pad(picture, ((side, side), (side, side), (0, 0)), mode="symmetric")
    total, weight = np.zeros_like(padded), np.zeros((*padded.shape[:2], 1), np.float32)
    hill = np.hanning(side + 2)[1:-1].astype(np.float32)
    for top, left in product(range(0, side, step), repeat=2):
        part = padded[top:, left:]
        window = np.outer(np.resize(hill, part.shape[0]), np.resize(hill, part.shape[1]))[..., None]
        total[top:, left:] += _tiled(found, side, rank, part) * window
        weight[top:, left:] += window
    inside = (slice(side, side + picture.shape[0]), slice(side, side + picture.shape[1]))
    return np.asarray(total[inside] / weight[inside], dtype=np.float32)


def _cut(axes: Colour, mask: Mask, picture: Colour) -> Colour:
    side = len(axes)
    weights = np.rint(_weights(axes, picture) / LEVEL) * np.float32(LEVEL) * mask
    blocks = np.einsum("ui,rsuvc,vj->rsijc", axes, weights, axes, optimize=True)
    return from_blocks(blocks.reshape(*blocks.shape[:2], 3 * side * side), side, picture.shape)


def _weights(axes: Colour, picture: Colour) -> Colour:
    """Weights [rows, columns, side, side, 3] of the cosines in each block."""
    side = len(axes)
    blocks = to_blocks(picture, side)
    blocks = blocks.reshape(*blocks.shape[:2], side, side, 3)
    return np.asarray(np.einsum("ui,rsijc,vj->rsuvc", axes, blocks, axes, optimize=True), dtype=np.float32)


def _cosines(side: int) -> Colour:
    """Orthonormal cosines [frequency, place]."""
    waves = np.cos(np.pi * np.outer(np.arange(side), (np.arange(side) + 0.5) / side)) * np.sqrt(2 / side)
    waves[0] /= np.sqrt(2)
    return np.asarray(waves, dtype=np.float32)
