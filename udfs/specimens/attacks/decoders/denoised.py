"""A decoder in the manner of latent diffusion: noise taken away in steps that keep edges, then the latents' decoder."""

from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.decoders.convolution import convolve, fit, with_constant
from udfs.specimens.attacks.decoders.latents import Components, components, from_blocks, to_blocks
from udfs.specimens.attacks.decoders.reconstruct import Autoencoder

Colour = npt.NDArray[np.float32]

STRIDE = 4
# Latents, and grey levels over which each step smooths: the coarsest decoder first.
DETAIL = (
    (4, (36.0, 24.0, 14.0)),
    (6, (30.0, 20.0, 12.0)),
    (9, (26.0, 16.0, 10.0)),
    (14, (22.0, 14.0, 8.0)),
    (20, (18.0, 12.0, 7.0)),
    (32, (12.0, 8.0, 5.0)),
)
REACH = 2.0  # sigma of a step in pixels
SIDE = 9


def denoised(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Latents of a picture that was smoothed in steps; a kernel for each phase makes pixels of them."""
    found = components(source, STRIDE, rng)
    target = to_blocks(source, STRIDE)
    for rank, steps in DETAIL:
        latents = found.encode(to_blocks(_smoothed(steps, source), STRIDE), rank)
        yield partial(_decoded, found, steps, fit(with_constant(latents), target, rng))


def _decoded(found: Components, steps: tuple[float, ...], kernel: Colour, picture: Colour) -> Colour:
    latents = found.encode(to_blocks(_smoothed(steps, picture), STRIDE), kernel.shape[2] - 1)
    return from_blocks(convolve(with_constant(latents), kernel), STRIDE, picture.shape)


def _smoothed(steps: tuple[float, ...], picture: Colour) -> Colour:
    for levels in steps:
        picture = np.asarray(cv2.bilateralFilter(picture, SIDE, levels, REACH), dtype=np.float32)
    return picture
