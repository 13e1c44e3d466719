"""Latents of a picture: blocks of pixels, and the few numbers that stand for each."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Colour = npt.NDArray[np.float32]

SAMPLE = 4_000
RANKS = (3, 5, 8, 12, 20, 32, 48, 72, 108, 160, 240, 360, 540)


@dataclass(frozen=True)
class Components:
    """Mean [d] and principal axes [d, d] of vectors, the strongest first."""

    mean: Colour
    axes: Colour

    def encode(self, vectors: Colour, rank: int) -> Colour:
        """The `rank` strongest components of vectors [..., d]."""
        return np.asarray((vectors - self.mean) @ self.axes[:, :rank], dtype=np.float32)

    def decode(self, latents: Colour) -> Colour:
        """Vectors [..., d] that latents [..., k] stand for."""
        return np.asarray(latents @ self.axes[:, : latents.shape[-1]].T + self.mean, dtype=np.float32)


def components(image: Colour, side: int, rng: np.random.Generator) -> Components:
    """Principal components of patches from anywhere in a picture [h, w, c]."""
    patches = sampled_patches(image, side, rng).astype(np.float64)
    mean = patches.mean(axis=0)
    axes = np.linalg.eigh((patches - mean).T @ (patches - mean))[1][:, ::-1]
    # An axis points either way; the libraries that find it differ in which.
    axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])] < 0, -1.0, 1.0)
    return Components(mean.astype(np.float32), axes.astype(np.float32))


def sampled_patches(image: Colour, side: int, rng: np.random.Generator) -> Colour:
    """Patches [SAMPLE, side * side * c] from anywhere in a picture [h, w, c]."""
    padded = _padded(image, side)
    rows = rng.integers(padded.shape[0] - side + 1, size=SAMPLE)
    columns = rng.integers(padded.shape[1] - side + 1, size=SAMPLE)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(0, 1))
    return np.moveaxis(windows[rows, columns], 1, 3).reshape(SAMPLE, -1)


def to_blocks(image: Colour, side: int) -> Colour:
    """Blocks [rows, columns, side * side * c] of a picture [h, w, c], mirrored at its right and lower rim."""
    padded = _padded(image, side)
    rows, columns, depth = padded.shape[0] // side, padded.shape[1] // side, padded.shape[2]
    blocks = padded.reshape(rows, side, columns, side, depth).swapaxes(1, 2)
    return np.ascontiguousarray(blocks).reshape(rows, columns, side * side * depth)


def from_blocks(blocks: Colour, side: int, shape: tuple[int, ...]) -> Colour:
    """The picture of `shape` [h, w, c] that blocks came from."""
    rows, columns = blocks.shape[:2]
    whole = blocks.reshape(rows, columns, side, side, shape[2]).swapaxes(1, 2)
    return np.ascontiguousarray(whole.reshape(rows * side, columns * side, shape[2])[: shape[0], : shape[1]])


def ranks_below(size: int) -> tuple[int, ...]:
    """Numbers of components to try, few first; all of `size` would lose nothing."""
    return tuple(rank for rank in RANKS if rank < size)


def _padded(image: Colour, side: int) -> Colour:
    """The picture, mirrored at its right and lower rim to a multiple of `side`."""
    height, width = image.shape[:2]
    return np.pad(image, ((0, -height % side), (0, -width % side), (0, 0)), mode="symmetric")
