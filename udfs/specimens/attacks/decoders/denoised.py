"""A decoder in the manner of diffusion: noise, taken away in steps that keep edges, then a last doubling."""

from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.decoders.convolution import convolve, fit, with_constant
from udfs.specimens.attacks.decoders.latents import from_blocks, to_blocks
from udfs.specimens.attacks.decoders.reconstruct import Autoencoder

Colour = npt.NDArray[np.float32]

STRIDE = 2
# Grey levels over which a step smooths, from the first step to the last; coarsest decoder first.
STEPS = ((36.0, 24.0, 14.0), (26.0, 16.0, 10.0), (18.0, 12.0, 7.0), (12.0, 8.0, 5.0), (7.0, 4.0, 2.0))
REACH = 2.0  # sigma of a step in pixels
SIDE = 9


def denoised(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Smoothed in steps that keep edges; a kernel for each phase of 2 sharpens what they left."""
    for steps in STEPS:
        kernel = fit(with_constant(to_blocks(_smoothed(steps, source), STRIDE)), to_blocks(source, STRIDE), rng)
        yield partial(_sharpened, steps, kernel)


def _sharpened(steps: tuple[float, ...], kernel: Colour, picture: Colour) -> Colour:
    blocks = with_constant(to_blocks(_smoothed(steps, picture), STRIDE))
    return from_blocks(convolve(blocks, kernel), STRIDE, picture.shape)


def _smoothed(steps: tuple[float, ...], picture: Colour) -> Colour:
    for levels in steps:
        picture = np.asarray(cv2.bilateralFilter(picture, SIDE, levels, REACH), dtype=np.float32)
    return picture
