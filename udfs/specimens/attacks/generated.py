"""A portrait or a page as a small decoder gives it back: what a generated picture shares with its source and loses."""

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.attacks.attacked import Attacked, altered
from udfs.specimens.attacks.canvas import Canvas, redrawn, whole_box
from udfs.specimens.rendered import Image, Rendered

Colour = npt.NDArray[np.float32]

# Below this a reconstruction shows by its blur alone, and a detector learns nothing else (DETECTION.md, fidelity gate).
LEAST_PSNR = 35.0
PATCHES = (8, 16)
RANKS = (12, 20, 32, 48, 72, 108, 160, 240, 360, 540)
SHARES = (0.0, 0.3, 0.5, 0.65, 0.8, 0.9)
SAMPLE = 4_000


def applies(page: Rendered) -> bool:
    """On every page."""
    return page.image.size > 0


def apply(canvas: Canvas, rng: np.random.Generator) -> Attacked:
    """The portrait, where there is one, or else the whole page, through a patch decoder or a strided one."""
    page = canvas.page
    zone = "portrait" if "portrait" in page.zones and rng.random() < 0.7 else "page"
    height, width = page.image.shape[:2]
    box = whole_box(page, page.zones[zone], 0) if zone == "portrait" else (0, 0, width, height)
    decode = patch_decoder if rng.random() < 0.5 else strided_decoder
    return altered(canvas, redrawn(canvas, box, lambda image: decode(image, rng)), (zone,))


def psnr(first: Image, second: Image) -> float:
    """Peak signal to noise in dB, of the flatter half of the 8x8 blocks: text says nothing about fidelity."""
    error = ((first.astype(np.float32) - second) ** 2).mean(axis=2)
    height, width = (size // 8 * 8 for size in error.shape)
    grey = cv2.cvtColor(first, cv2.COLOR_BGR2GRAY).astype(np.float32)[:height, :width]
    busy = grey.reshape(height // 8, 8, width // 8, 8).std(axis=(1, 3))
    blocks = error[:height, :width].reshape(height // 8, 8, width // 8, 8).mean(axis=(1, 3))
    return float(10 * np.log10(255**2 / max(float(blocks[busy <= np.median(busy)].mean()), 1e-6)))


def patch_decoder(image: Image, rng: np.random.Generator) -> Image:
    """Every patch from the fewest principal components of the picture's own patches that keep the fidelity."""
    side = int(rng.choice(PATCHES))
    height, width = image.shape[:2]
    padded = cv2.copyMakeBorder(image, 0, -height % side, 0, -width % side, cv2.BORDER_REFLECT_101)
    rows, columns = padded.shape[0] // side, padded.shape[1] // side
    patches = padded.reshape(rows, side, columns, side, 3).swapaxes(1, 2).reshape(rows * columns, -1).astype(np.float64)
    mean = patches.mean(axis=0)
    chosen = patches[rng.permutation(len(patches))[:SAMPLE]] - mean
    basis = np.linalg.eigh(chosen.T @ chosen)[1][:, ::-1]
    decoded = image
    for rank in RANKS:
        axes = basis[:, :rank]
        back = (patches - mean) @ axes @ axes.T + mean
        whole = back.reshape(rows, columns, side, side, 3).swapaxes(1, 2).reshape(padded.shape)[:height, :width]
        decoded = np.asarray(np.clip(np.rint(whole), 0, 255), dtype=np.uint8)
        if psnr(image, decoded) >= LEAST_PSNR:
            break
    return decoded


def strided_decoder(image: Image, rng: np.random.Generator) -> Image:
    """Half the resolution and back by a decoder's up-sampling, with as little of the lost detail as fidelity needs."""
    height, width = image.shape[:2]
    small = cv2.resize(image, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    nearest = rng.random() < 0.5
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR)
    base: Colour = cv2.GaussianBlur(large, (3, 3), 0.8).astype(np.float32) if nearest else large.astype(np.float32)
    lost = image.astype(np.float32) - base
    decoded = image
    for share in SHARES:
        decoded = np.asarray(np.clip(np.rint(base + np.float32(share) * lost), 0, 255), dtype=np.uint8)
        if psnr(image, decoded) >= LEAST_PSNR:
            break
    return decoded
