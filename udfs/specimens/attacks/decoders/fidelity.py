"""How near a reconstruction comes to its source."""

import cv2
import numpy as np

from udfs.specimens.rendered import Image

# Below this a reconstruction shows by its blur alone, and a detector learns nothing else (DETECTION.md, fidelity gate).
LEAST_PSNR = 35.0
BLOCK = 8


def psnr(first: Image, second: Image) -> float:
    """Peak signal to noise in dB, of the flatter half of the 8x8 blocks: text says nothing about fidelity."""
    error = ((first.astype(np.float32) - second) ** 2).mean(axis=2)
    height, width = (size // BLOCK * BLOCK for size in error.shape)
    if not height or not width:
        return _decibels(float(error.mean()))
    blocks = (height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    grey = cv2.cvtColor(first, cv2.COLOR_BGR2GRAY).astype(np.float32)[:height, :width]
    busy = grey.reshape(blocks).std(axis=(1, 3))
    means = error[:height, :width].reshape(blocks).mean(axis=(1, 3))
    return _decibels(float(means[busy <= np.median(busy)].mean()))


def whole_psnr(first: Image, second: Image) -> float:
    """Peak signal to noise in dB over all pixels."""
    return _decibels(float(((first.astype(np.float32) - second) ** 2).mean()))


def _decibels(error: float) -> float:
    return float(10 * np.log10(255**2 / max(error, 1e-6)))
