"""What a card has and its design has not: whitened residuals of plates, in the measured steps."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from udfs.neighbours.plate_alignment import Plate, Stack, polynomials

Embedded = npt.NDArray[np.float64]

BAND = (0.012, 0.072)  # cycles per pixel of a card 1000 pixels wide
LIGHT_SIGMA = 0.06  # of the width: above the longest wave of the band
MASK_SPREAD = 2.5  # times the usual spread, from which a pixel belongs to a field
CLIP = 3.0  # robust standard deviations
RINGS = 12
NUISANCE_RANK = 1e-6  # squared singular values below it are doubles of others
SAMPLE = 5  # every fifth pixel gives a residual's scale as well as all
PARTICIPATION = 0.2  # share of documents that must take part in an eigenvector


@dataclass(frozen=True)
class Fit:
    """A design as learned from some of its documents.

    Attributes:
        median: float32 [h, w], light removed.
        weight: float64 [h, w], one over the spread, zero in masked fields.
        nuisance: float64 [pixels, r], orthonormal: what misalignment, blur and contrast do to the median.
        directions: float64 [k, q], unit: what the design's documents share beside it.
        gains: float64 [k], what is left of each direction, 0 to 1.
        centre: float64 [q], mean of the banded residuals.
    """

    median: Plate
    weight: npt.NDArray[np.float64]
    nuisance: npt.NDArray[np.float64]
    directions: npt.NDArray[np.float64]
    gains: npt.NDArray[np.float64]
    centre: npt.NDArray[np.float64]


def without_light(plates: Stack) -> Stack:
    """Plates [n, h, w] as 128 (Y / blurred Y - 1), so that lamps and exposure do not tie."""
    sigma = LIGHT_SIGMA * plates.shape[2]
    slow = np.stack([np.asarray(cv2.GaussianBlur(plate, (0, 0), sigma), dtype=np.float32) for plate in plates])
    return np.asarray(128.0 * (plates / np.maximum(slow, 1.0) - 1.0), dtype=np.float32)


def fit(stack: Stack, *, participation: float = PARTICIPATION) -> Fit:
    """The design as seen in light-free aligned plates [n, h, w], none of which may be scored with it."""
    ranked = np.sort(stack, axis=0)
    median = _ranked_at(ranked, 0.5)
    weight = _weights(ranked)
    nuisance = _nuisance(median, weight)
    banded = _banded(stack, median, (weight, nuisance))
    centre = banded.mean(axis=0)
    directions, gains = _whitening(banded - centre, participation)
    return Fit(median, weight, nuisance, directions, gains, centre)


def embed(design: Fit, stack: Stack) -> Embedded:
    """Light-free aligned plates [n, h, w] as unit residual vectors [n, q]."""
    banded = _banded(stack, design.median, (design.weight, design.nuisance)) - design.centre
    shared = banded @ design.directions.T
    white = banded - (shared * (1.0 - design.gains)) @ design.directions
    return np.asarray(white / np.maximum(np.linalg.norm(white, axis=1, keepdims=True), 1e-9), dtype=np.float64)


def _ranked_at(ranked: Stack, share: float) -> Plate:
    """The quantile [h, w] of plates sorted pixel by pixel."""
    place = share * (len(ranked) - 1)
    low, high = int(np.floor(place)), int(np.ceil(place))
    return np.asarray(ranked[low] + (place - low) * (ranked[high] - ranked[low]), dtype=np.float32)


def _weights(ranked: Stack) -> npt.NDArray[np.float64]:
    """One over the spread [h, w]; zero where documents differ: their own text and portrait, two pixels around it."""
    within = _ranked_at(ranked, 0.75) - _ranked_at(ranked, 0.25)
    between = _ranked_at(ranked, 0.9) - _ranked_at(ranked, 0.1)
    spread = np.maximum(within / 1.349, between / 2.563)
    usual = float(np.median(spread)) + 1e-3
    fields = np.asarray(cv2.dilate((spread > MASK_SPREAD * usual).astype(np.uint8), np.ones((3, 3), np.uint8)))
    return np.where(fields > 0, 0.0, 1.0 / np.maximum(spread, 0.5 * usual)).astype(np.float64)


def _nuisance(median: Plate, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Orthonormal columns [pixels, r]: derivatives, Laplacians, contrast and gamma, each times six polynomials."""
    centre = median.astype(np.float64)
    down, across = np.gradient(centre)
    curves = (np.gradient(across, axis=1), np.gradient(down, axis=0), np.gradient(across, axis=0))
    fields = np.stack([across, down, *curves, centre, centre * np.abs(centre)])
    terms = polynomials(*median.shape).astype(np.float64)
    columns = (fields[:, None] * terms[None] * weight).reshape(-1, median.size).T
    columns = columns / np.maximum(np.linalg.norm(columns, axis=0), 1e-9)
    values, vectors = np.linalg.eigh(columns.T @ columns)
    strong = values > NUISANCE_RANK * values[-1]
    return np.asarray(columns @ (vectors[:, strong] / np.sqrt(values[strong])), dtype=np.float64)


def _banded(
    stack: Stack, median: Plate, shape: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
) -> npt.NDArray[np.float64]:
    """Residuals [n, q]: nuisance projected out, clipped, only the band, each ring of one energy."""
    weight, nuisance = shape
    residual = ((stack - median).astype(np.float64) * weight).reshape(len(stack), -1)
    residual -= (residual @ nuisance) @ nuisance.T
    open_pixels = np.flatnonzero(weight.ravel() > 0)[::SAMPLE]
    scale = 1.4826 * np.median(np.abs(residual[:, open_pixels]), axis=1, keepdims=True) + 1e-6
    clipped = np.clip(residual / scale, -CLIP, CLIP).reshape(stack.shape)
    spectrum = np.fft.rfft2(clipped)
    rings = _rings(stack.shape[1], stack.shape[2])
    return np.concatenate([_flat_ring(spectrum[:, rings == ring]) for ring in range(RINGS)], axis=1)


def _rings(height: int, width: int) -> npt.NDArray[np.int64]:
    """Number of the ring [h, w // 2 + 1] that a frequency of the real transform lies in; -1 outside the band."""
    down = np.fft.fftfreq(height)[:, None]
    across = np.fft.rfftfreq(width)[None, :]
    radius = np.hypot(down, across) * width / 1000.0
    ring = np.floor((radius - BAND[0]) / (BAND[1] - BAND[0]) * RINGS).astype(np.int64)
    return np.where((ring >= 0) & (ring < RINGS), ring, -1)


def _flat_ring(coefficients: npt.NDArray[np.complex128]) -> npt.NDArray[np.float64]:
    """One ring's coefficients [n, c] as reals [n, 2 c] with mean square one."""
    reals = np.concatenate([coefficients.real, coefficients.imag], axis=1)
    energy = np.sqrt(np.mean(reals**2, axis=1, keepdims=True)) if reals.shape[1] else np.ones((len(reals), 1))
    return np.asarray(reals / np.maximum(energy, 1e-9), dtype=np.float64)


def _whitening(
    centred: npt.NDArray[np.float64], participation: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Directions [k, q] in which many documents take part, and gains [k] that bring them down to the rest."""
    count = len(centred)
    values, vectors = np.linalg.eigh(centred @ centred.T)
    sizes = np.sqrt(np.maximum(values, 0.0))
    floor = float(np.median(sizes[1:])) if count > 2 else float(sizes[-1])
    shared = (1.0 / np.sum(vectors**4, axis=0) > participation * count) & (sizes > floor)
    directions = (vectors[:, shared].T @ centred) / sizes[shared, None]
    return directions, floor / sizes[shared]
