"""Decoders that know the coarse bands of a picture and guess the fine ones from them."""

from collections.abc import Iterator
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.decoders.convolution import convolve, fit, lifted, random_kernel
from udfs.specimens.attacks.decoders.latents import from_blocks, to_blocks
from udfs.specimens.attacks.decoders.reconstruct import Autoencoder

Colour = npt.NDArray[np.float32]
Layer = tuple[Colour, Colour]  # its untrained half and its fitted one

HIDDEN = 12
# A guess is put right only where it is wrong by more, in grey levels: from the coarsest decoder to the finest.
DEAD_ZONES = (48.0, 34.0, 24.0, 16.0, 11.0, 8.0, 5.5, 4.0, 2.5, 1.0)
LEVELS = 3
HAAR = np.kron(np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2, np.eye(3)).astype(
    np.float32
)


def wavelet(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """Haar wavelets: the three fine bands of a level from its coarse one."""
    layers: list[Layer] = []
    coarse = source
    for _ in range(LEVELS):
        bands = _split(coarse)
        hidden = random_kernel(3, HIDDEN, rng)
        layers.append((hidden, fit(lifted(bands[..., :3], hidden), bands[..., 3:], rng)))
        coarse = bands[..., :3]
    for dead_zone in DEAD_ZONES:
        yield partial(_wavelet, tuple(layers), dead_zone)


def laplacian(source: Colour, rng: np.random.Generator) -> Iterator[Autoencoder]:
    """A Laplacian pyramid: each finer level from the one before, drawn out."""
    layers: list[Layer] = []
    fine = source
    for _ in range(LEVELS):
        coarse = _halved(fine)
        drawn = _drawn_out(coarse, fine)
        hidden = random_kernel(3, HIDDEN, rng)
        layers.append((hidden, fit(lifted(drawn, hidden), fine, rng)))
        fine = coarse
    for dead_zone in DEAD_ZONES:
        yield partial(_laplacian, tuple(layers), dead_zone)


def _wavelet(layers: tuple[Layer, ...], dead_zone: float, picture: Colour) -> Colour:
    if not layers:
        return picture
    hidden, kernel = layers[0]
    bands = _split(picture)
    coarse = _wavelet(layers[1:], dead_zone, bands[..., :3])
    guess = convolve(lifted(coarse, hidden), kernel)
    whole = np.concatenate([coarse, guess + _beyond(bands[..., 3:] - guess, dead_zone)], axis=2)
    return from_blocks(np.asarray(whole @ HAAR, np.float32), 2, picture.shape)


def _laplacian(layers: tuple[Layer, ...], dead_zone: float, picture: Colour) -> Colour:
    if not layers:
        return picture
    hidden, kernel = layers[0]
    coarse = _laplacian(layers[1:], dead_zone, _halved(picture))
    guess = convolve(lifted(_drawn_out(coarse, picture), hidden), kernel)
    return guess + _beyond(picture - guess, dead_zone)


def _beyond(error: Colour, dead_zone: float) -> Colour:
    """What of an error is put right: all of it where it is large."""
    return np.where(np.abs(error) > dead_zone, error, np.float32(0))


def _split(picture: Colour) -> Colour:
    """Haar bands [h / 2, w / 2, 12]: coarse, across, down, diagonal, three colours each."""
    return np.asarray(to_blocks(picture, 2) @ HAAR.T, dtype=np.float32)


def _halved(picture: Colour) -> Colour:
    return np.asarray(cv2.pyrDown(picture), dtype=np.float32)


def _drawn_out(coarse: Colour, like: Colour) -> Colour:
    return np.asarray(cv2.pyrUp(coarse, dstsize=like.shape[1::-1]), dtype=np.float32)
