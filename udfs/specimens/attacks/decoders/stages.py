"""Decoders that double the picture stage by stage, with one kernel for all phases of a stage."""

from collections.abc import Callable, Iterator
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt
from scipy.signal import firwin

from udfs.specimens.attacks.decoders.convolution import convolve, fit, lifted, random_kernel
from udfs.specimens.attacks.decoders.latents import Components, components, to_blocks
from udfs.specimens.attacks.decoders.reconstruct import Autoencoder

Colour = npt.NDArray[np.float32]
Doubling = Callable[[Colour], Colour]
Layer = tuple[Colour, Colour]  # its untrained half and its fitted one

STRIDES = (8, 4, 2)
WIDTHS = (32, 32, 12)  # latents at each stride
# How many of them a decoder is given, from the coarsest decoder to the finest; the rest it makes of the stage before.
GIVEN = ((10, 0, 0), (20, 4, 0), (32, 12, 0), (32, 24, 5), (32, 32, 12))
HIDDEN = 8
KAISER = 2 * firwin(13, 0.5, window=("kaiser", 6.0)).astype(np.float32)


def nearest(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Pixels repeated, then smoothed."""
    return _staged(_repeated, source, rng)


def bilinear(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Pixels interpolated, then smoothed."""
    return _staged(_interpolated, source, rng)


def kaiser(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Pixels doubled by a long filter that lets hardly an alias through, and so leaves hardly a period."""
    return _staged(_filtered, source, rng)


def _staged(double: Doubling, source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    found = tuple(components(source, stride, rng) for stride in STRIDES)
    first, *later = _latents(found, source)
    for given in GIVEN:
        planes, layers = first[..., : given[0]], []
        for aim, known in zip((*later, source), (*given[1:], 0), strict=True):
            hidden = random_kernel(planes.shape[2], HIDDEN, rng)
            seen = lifted(_doubled(double, planes, aim), hidden)
            layers.append((hidden, fit(seen, aim, rng)))
            planes = _completed(convolve(seen, layers[-1][1]), aim, known)
        yield partial(_decoded, found, double, given, tuple(layers))


def _decoded(
    found: tuple[Components, ...], double: Doubling, given: tuple[int, ...], layers: tuple[Layer, ...], picture: Colour
) -> Colour:
    first, *later = _latents(found, picture)
    planes = first[..., : given[0]]
    for (hidden, kernel), aim, known in zip(layers, (*later, picture), (*given[1:], 0), strict=True):
        planes = _completed(convolve(lifted(_doubled(double, planes, aim), hidden), kernel), aim, known)
    return planes


def _latents(found: tuple[Components, ...], picture: Colour) -> list[Colour]:
    """Latents [h / stride, w / stride, width] at each stride."""
    strides = zip(found, STRIDES, WIDTHS, strict=True)
    return [each.encode(to_blocks(picture, stride), width) for each, stride, width in strides]


def _completed(made: Colour, true: Colour, known: int) -> Colour:
    """What a stage made, with the first `known` planes as they truly are."""
    return np.concatenate([true[..., :known], made[..., known:]], axis=2)


def _doubled(double: Doubling, planes: Colour, like: Colour) -> Colour:
    return double(planes)[: like.shape[0], : like.shape[1]]


def _repeated(planes: Colour) -> Colour:
    return planes.repeat(2, axis=0).repeat(2, axis=1)


def _interpolated(planes: Colour) -> Colour:
    size = (2 * planes.shape[1], 2 * planes.shape[0])
    return np.asarray(cv2.resize(planes, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _filtered(planes: Colour) -> Colour:
    sparse = np.zeros((2 * planes.shape[0], 2 * planes.shape[1], planes.shape[2]), np.float32)
    sparse[::2, ::2] = planes
    return np.asarray(cv2.sepFilter2D(sparse, -1, KAISER, KAISER, borderType=cv2.BORDER_REFLECT), dtype=np.float32)
