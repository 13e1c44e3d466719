"""Perceptual hash of a card: near copies differ in few of its bits."""

from dataclasses import dataclass

import numpy as np
import pdqhash

from udfs.images.decode import Image


@dataclass(frozen=True)
class CopyHash:
    """PDQ as 64 hex digits, and its quality, 0 (flat) to 100."""

    pdq: str
    quality: int


def copy_hash(card: Image) -> CopyHash:
    """Hash a card, uint8 [h, w, 3] BGR."""
    bits, quality = pdqhash.compute(np.ascontiguousarray(card[:, :, ::-1]))
    return CopyHash(np.packbits(np.asarray(bits, np.uint8)).tobytes().hex(), int(quality))
