"""Small decoders of different kinds and strides, each fitted on the very picture that it gives back."""

from collections.abc import Callable
from functools import partial

import numpy as np

from udfs.specimens.attacks.decoders.bands import laplacian, wavelet
from udfs.specimens.attacks.decoders.blocks import cosine, overlapping, patches
from udfs.specimens.attacks.decoders.codebook import codebook
from udfs.specimens.attacks.decoders.denoised import denoised
from udfs.specimens.attacks.decoders.reconstruct import Family, reconstruct
from udfs.specimens.attacks.decoders.stages import bilinear, kaiser, nearest
from udfs.specimens.attacks.decoders.strided import shuffled, transposed
from udfs.specimens.rendered import Image

__all__ = ["DECODERS", "Decode"]

# A picture BGR uint8 [h, w, 3] to its reconstruction of equal size.
Decode = Callable[[Image, np.random.Generator], Image]

FAMILIES: dict[str, Family] = {
    "patches": patches,
    "overlapping": overlapping,
    "transposed": transposed,
    "shuffled": shuffled,
    "nearest": nearest,
    "bilinear": bilinear,
    "kaiser": kaiser,
    "wavelet": wavelet,
    "laplacian": laplacian,
    "codebook": codebook,
    "cosine": cosine,
    "denoised": denoised,
}
DECODERS: dict[str, Decode] = {name: partial(reconstruct, family) for name, family in FAMILIES.items()}
