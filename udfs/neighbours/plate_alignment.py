"""Plates laid over their design's median: project-out Lucas-Kanade with a quadratic displacement."""

from typing import cast

import cv2
import numpy as np
import numpy.typing as npt

Stack = npt.NDArray[np.float32]
Plate = npt.NDArray[np.float32]

ROUNDS = 2  # of median and alignment: the first median is smeared by what the second removes
ITERATIONS = 12
HIGH_PASS = 0.02  # sigma as a share of the width: light is slower, guilloche is faster
RESIDUAL_CLIP = 2.5  # robust standard deviations: names and portraits must not pull
SAMPLE = 7  # every seventh pixel gives the residual's scale as well as all
MAX_SHIFT = 0.03  # of the width: farther than any corner error, so the fit has failed


def polynomials(height: int, width: int) -> npt.NDArray[np.float32]:
    """The six terms 1, u, v, u2, uv, v2 over a plate, float32 [6, h, w]; u and v run from -1 to 1."""
    v, u = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(u), u, v, u * u, u * v, v * v]).astype(np.float32)


def align(plates: Stack, reference: Plate, weights: Plate) -> Stack:
    """Plates [n, h, w] in grey levels warped onto a reference [h, w]; weights [h, w] of 0 to 1 mask its fields."""
    height, width = reference.shape
    terms = polynomials(height, width)
    target = _high_passed(reference)
    solve, jacobian_weights = _solver(target, terms, weights)
    aligned = [_aligned_one(plate, target, terms, (solve, jacobian_weights)) for plate in plates]
    return np.stack(aligned).astype(np.float32)


def align_to_median(plates: Stack) -> Stack:
    """Plates [n, h, w] aligned to their own median, which is made anew in every round."""
    aligned = plates.astype(np.float32)
    for _ in range(ROUNDS):
        reference = np.median(aligned, axis=0).astype(np.float32)
        aligned = align(plates, reference, steadiness(aligned))
    return aligned


def steadiness(stack: Stack) -> Plate:
    """Weights [h, w] of 0 to 1: near one where plates [n, h, w] agree, near zero in fields and portrait."""
    flat = np.stack([_high_passed(plate) for plate in stack])
    spread = np.median(np.abs(flat - np.median(flat, axis=0)), axis=0)
    usual = float(np.median(spread)) + 1e-3
    return np.asarray(1.0 / (1.0 + (spread / (2 * usual)) ** 4), dtype=np.float32)


def _high_passed(plate: Plate) -> Plate:
    """A plate without its light, divided by its own standard deviation."""
    slow = cv2.GaussianBlur(plate, (0, 0), HIGH_PASS * plate.shape[1])
    fast = plate - np.asarray(slow, dtype=np.float32)
    return np.asarray(fast / (float(fast.std()) + 1e-3), dtype=np.float32)


def _solver(
    target: Plate, terms: npt.NDArray[np.float32], weights: Plate
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Pseudo-inverse [12, pixels] of the displacement's effect with contrast and blur projected out, and weights."""
    down, across = np.gradient(target.astype(np.float64))
    root = np.sqrt(weights.astype(np.float64)).ravel()
    effect = np.concatenate([terms * across, terms * down]).reshape(12, -1).T * root[:, None]
    curve = np.gradient(across, axis=1) + np.gradient(down, axis=0)
    nuisance = np.stack([np.ones_like(curve), target, curve]).reshape(3, -1).T * root[:, None]
    basis, _ = np.linalg.qr(nuisance)
    effect = effect - basis @ (basis.T @ effect)
    ridge = 1e-6 * np.trace(effect.T @ effect) * np.eye(12)
    return np.linalg.solve(effect.T @ effect + ridge, effect.T), root


def _aligned_one(
    plate: Plate,
    target: Plate,
    terms: npt.NDArray[np.float32],
    solver: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]],
) -> Plate:
    """One plate warped by the displacement found; the plate itself where the fit runs away."""
    solve, root = solver
    moving = _high_passed(plate)
    parameters = np.zeros(12)
    for _ in range(ITERATIONS):
        residual = (_warped(moving, terms, parameters) - target).astype(np.float64)
        scale = 1.4826 * float(np.median(np.abs(residual.ravel()[::SAMPLE]))) + 1e-3
        clipped = np.clip(residual, -RESIDUAL_CLIP * scale, RESIDUAL_CLIP * scale)
        step = solve @ (clipped.ravel() * root)
        parameters -= step
        if float(np.abs(step).max()) < 1e-3:
            break
    if float(np.abs(parameters).max()) > MAX_SHIFT * plate.shape[1]:
        return plate.astype(np.float32)
    return _warped(plate.astype(np.float32), terms, parameters)


def _warped(plate: Plate, terms: npt.NDArray[np.float32], parameters: npt.NDArray[np.float64]) -> Plate:
    """A plate sampled at its pixels displaced by the 12 parameters: x first, then y."""
    height, width = plate.shape
    shift = np.tensordot(parameters.reshape(2, 6), terms, axes=(1, 0))
    across = (np.arange(width)[None, :] + shift[0]).astype(np.float32)
    down = (np.arange(height)[:, None] + shift[1]).astype(np.float32)
    picture = cv2.remap(plate, across, down, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cast("Plate", np.asarray(picture, dtype=np.float32))
