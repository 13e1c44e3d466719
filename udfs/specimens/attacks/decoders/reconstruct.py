"""A picture through a decoder: as coarse as fidelity allows, and as rich in every spatial frequency as its source."""

from collections.abc import Callable, Iterator
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.decoders.fidelity import LEAST_PSNR, psnr, whole_psnr
from udfs.specimens.attacks.decoders.spectrum import with_spectrum_of
from udfs.specimens.rendered import Image

Colour = npt.NDArray[np.float32]
# A picture [h, w, 3] to itself through latents that hold less than it does.
Autoencoder = Callable[[Colour], Colour]
# Autoencoders of one kind, fitted on a picture, the coarsest first.
Family = Callable[[Colour, np.random.Generator], Iterator[Autoencoder]]

LEAST_WHOLE_PSNR = 33.0  # edges and all: below this a portrait is no longer its holder's
SHARES = (0.35, 0.6, 0.8, 0.9)
GRAIN_SHARE = (0.7, 1.0)  # of the grain's energy that the decoder itself makes
ACTIVITY = 4.0  # sigma in pixels over which grain follows what was lost


def reconstruct(family: Family, image: Image, rng: np.random.Generator) -> Image:
    """BGR uint8 [h, w, 3] through the coarsest decoder of a family that keeps the fidelity, of equal size and spectrum.

    Where even the finest does not keep it, as little of the lost detail as fidelity needs goes past the decoder; where
    nothing does, the picture stays as it is.
    """
    source = image.astype(np.float32)
    noise = rng.normal(0, 1, source.shape).astype(np.float32)
    share = float(rng.uniform(*GRAIN_SHARE))
    for code in _with_shortcuts(family(source, rng)):
        decoded = code(source)
        if not _faithful(image, _pixels(decoded)):
            continue
        grain = noise * _local_size(source - decoded)
        own_grain = code(source + grain) - decoded
        result = _pixels(with_spectrum_of(source, decoded, (own_grain, grain), share))
        if _faithful(image, result):
            return result
    return image.copy()


def _with_shortcuts(codes: Iterator[Autoencoder]) -> Iterator[Autoencoder]:
    """The decoders, then the last of them with more and more of the lost detail let past it."""
    last = None
    for last in codes:
        yield last
    if last is not None:
        yield from (partial(_past, last, share) for share in SHARES)


def _past(code: Autoencoder, share: float, picture: Colour) -> Colour:
    decoded = code(picture)
    return np.asarray(decoded + np.float32(share) * (picture - decoded), dtype=np.float32)


def _local_size(lost: Colour) -> Colour:
    """Root mean square [h, w, 3] of what was lost around each pixel."""
    power = cv2.GaussianBlur(lost**2, (0, 0), ACTIVITY)
    return np.asarray(np.sqrt(power), dtype=np.float32)


def _faithful(image: Image, decoded: Image) -> bool:
    """Whether a reconstruction passes the gate."""
    return psnr(image, decoded) >= LEAST_PSNR and whole_psnr(image, decoded) >= LEAST_WHOLE_PSNR


def _pixels(planes: Colour) -> Image:
    """Grey levels."""
    return np.clip(np.rint(planes), 0, 255).astype(np.uint8)
