"""Convolutions and their least-squares fit: the layers of which the small decoders are made."""

import numpy as np
import numpy.typing as npt

Colour = npt.NDArray[np.float32]
Kernel = npt.NDArray[np.float32]
Taps = npt.NDArray[np.bool_]

SAMPLE = 5_000
RIDGE = 1e-5
LEAK = 0.2
EVERYWHERE: Taps = np.ones((3, 3), np.bool_)


def convolve(planes: Colour, kernel: Kernel) -> Colour:
    """Planes [h, w, k] through a kernel [3, 3, k, m], mirrored at the rim: [h, w, m]."""
    height, width = planes.shape[:2]
    padded = _rimmed(planes)
    out = np.zeros((height, width, kernel.shape[3]), np.float32)
    for row, column in np.argwhere(kernel.any(axis=(2, 3))):
        out += padded[row : row + height, column : column + width] @ kernel[row, column]
    return out


def fit(planes: Colour, target: Colour, rng: np.random.Generator, taps: Taps = EVERYWHERE) -> Kernel:
    """The kernel [3, 3, k, m], zero outside `taps`, that takes planes [h, w, k] nearest to a target [h, w, m]."""
    height, width, depth = planes.shape
    chosen = rng.permutation(height * width)[:SAMPLE]
    rows, columns = np.divmod(chosen, width)
    padded, places = _rimmed(planes), np.argwhere(taps)
    seen = np.concatenate([padded[rows + row, columns + column] for row, column in places], axis=1).astype(np.float64)
    size = np.sqrt((seen**2).mean(axis=0)) + 1e-6  # faint latents must not drown in the ridge
    seen /= size
    gram = seen.T @ seen + RIDGE * len(seen) * np.eye(seen.shape[1])
    weights = np.linalg.solve(gram, seen.T @ target[rows, columns]) / size[:, None]
    kernel = np.zeros((3, 3, depth, target.shape[2]), np.float32)
    kernel[places[:, 0], places[:, 1]] = weights.reshape(len(places), depth, -1)
    return kernel


def random_kernel(depth: int, width: int, rng: np.random.Generator) -> Kernel:
    """An untrained layer [3, 3, depth + 1, width] for `lifted`."""
    return rng.normal(0, 1, (3, 3, depth + 1, width)).astype(np.float32)


def lifted(planes: Colour, hidden: Kernel) -> Colour:
    """Planes [h, w, k], a constant, and an untrained layer over both behind a leaky rectifier."""
    own = with_constant(planes)
    seen = convolve(own, hidden)
    return np.concatenate([own, np.maximum(seen, LEAK * seen)], axis=2)


def with_constant(planes: Colour) -> Colour:
    """Planes and one more that is 1 everywhere, for a layer's bias."""
    return np.concatenate([planes, np.ones((*planes.shape[:2], 1), np.float32)], axis=2)


def _rimmed(planes: Colour) -> Colour:
    return np.pad(planes, ((1, 1), (1, 1), (0, 0)), mode="symmetric")
