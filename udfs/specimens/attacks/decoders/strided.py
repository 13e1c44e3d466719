"""Decoders whose every phase of the stride has a kernel of its own: what they leave behind is the checkerboard."""

from collections.abc import Iterator
from functools import partial

import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.decoders.convolution import (
    convolve,
    fit,
    lifted,
    random_kernel,
    with_constant,
)
from udfs.specimens.attacks.decoders.latents import Components, components, from_blocks, ranks_below, to_blocks
from udfs.specimens.attacks.decoders.reconstruct import Autoencoder

Colour = npt.NDArray[np.float32]
Taps = npt.NDArray[np.bool_]

# Stride, and width of a kernel that the stride does not divide.
TRANSPOSED = ((2, 3), (4, 5), (4, 7), (8, 11), (8, 13))
SHUFFLED = (4, 8)
HIDDEN = 24


def transposed(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Transposed convolution: phases differ in how many latents reach them."""
    stride, width = TRANSPOSED[int(rng.integers(len(TRANSPOSED)))]
    found = components(source, stride, rng)
    target = to_blocks(source, stride)
    for rank in ranks_below(3 * stride * stride):
        latents = with_constant(found.encode(target, rank))
        kernel = np.zeros((3, 3, rank + 1, target.shape[2]), np.float32)
        for outputs, taps in _phases(stride, width):
            kernel[..., outputs] = fit(latents, target[..., outputs], rng, taps)
        yield partial(_transposed, found, stride, kernel)


def shuffled(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Pixel shuffle: a hidden layer of the latents, then a kernel for each phase, all fitted apart."""
    stride = int(rng.choice(SHUFFLED))
    found = components(source, stride, rng)
    target = to_blocks(source, stride)
    for rank in ranks_below(3 * stride * stride):
        hidden = random_kernel(rank, HIDDEN, rng)
        kernel = fit(lifted(found.encode(target, rank), hidden), target, rng)
        yield partial(_shuffled, found, stride, (hidden, kernel))


def _transposed(found: Components, stride: int, kernel: Colour, picture: Colour) -> Colour:
    latents = found.encode(to_blocks(picture, stride), kernel.shape[2] - 1)
    return from_blocks(convolve(with_constant(latents), kernel), stride, picture.shape)


def _shuffled(found: Components, stride: int, layers: tuple[Colour, Colour], picture: Colour) -> Colour:
    hidden, kernel = layers
    latents = found.encode(to_blocks(picture, stride), hidden.shape[2] - 1)
    return from_blocks(convolve(lifted(latents, hidden), kernel), stride, picture.shape)


def _phases(stride: int, width: int) -> Iterator[tuple[npt.NDArray[np.int64], Taps]]:
    """Outputs of a block [stride * stride * 3] that see the same neighbours, and which [3, 3] these are."""
    reach = np.stack([_seen(place, stride, width) for place in range(stride)])
    kinds = [tuple(kind) for kind in np.unique(reach, axis=0)]
    outputs = np.arange(stride * stride * 3).reshape(stride, stride, 3)
    for rows in kinds:
        for columns in kinds:
            own = np.ix_((reach == rows).all(axis=1), (reach == columns).all(axis=1))
            yield outputs[own].ravel(), np.outer(rows, columns)


def _seen(place: int, stride: int, width: int) -> Taps:
    """Which of the latents before, at and after a block reach its `place`, for a kernel of `width`."""
    start = place + (width - stride) // 2
    return np.array([0 <= start - stride * offset < width for offset in (-1, 0, 1)])
