"""Portraits laid over the mean face of their gallery, so that copies of one photograph lie on one another."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from udfs.neighbours.portrait_patches import SIZE, Floats

ROUNDS = 3  # of mean and registration: the first mean is smeared by what the later ones remove
REFERENCE_PATCHES = 256  # more teach a mean face nothing
STARTS = (1.0, 0.8, 1.2)  # scales to begin at: boxes are found up to a fifth too large or too small
ITERATIONS, PRECISION = 40, 1e-4
FIRST_BLUR, BLUR = 7, 5  # px of the search's own smoothing: the first mean is coarse
LIGHT_SIGMA = 8.0  # px: light is slower, a face is faster
HELD = 0.7  # correlation from which another start ends in the same place
FACE_AT = 0.4  # correlation with the mean face below which a patch shows none: barcodes, empty ground
SCALES, STRETCH, SHIFT = (0.45, 1.6), 1.35, 0.25  # what a wrong box explains; farther, the search ran away
COMPARED = (16, 20)  # width and height of the descriptor: what registration leaves over is less than its pixel
RIM = 2  # pixels of it that a differing crop reaches
FINE_SIGMA = 3.0  # px of the patch: what is slower than that, faces have in common

Warp = Floats
Placed = tuple[float, Warp]  # correlation with what it was laid over, and how
Item = TypeVar("Item")


@dataclass(frozen=True)
class Search:
    """How a warp is searched for.

    Attributes:
        mask: uint8 [60, 48], 255 where the template counts.
        blur: px of the search's own smoothing.
        iterations: at most.
    """

    mask: npt.NDArray[np.uint8]
    blur: int = BLUR
    iterations: int = ITERATIONS


WHOLE = np.full((SIZE[1], SIZE[0]), 255, np.uint8)
FIRST, LATER = Search(WHOLE, FIRST_BLUR), Search(WHOLE)


@dataclass(frozen=True)
class Registered:
    """Patches laid over their mean face.

    Attributes:
        warps: float32 [n, 2, 3], from pixels of the mean face to those of the patch.
        likeness: float64 [n], correlation with the mean face.
        vectors: float32 [n, 192], unit: what is compared by cosine.
    """

    warps: npt.NDArray[np.float32]
    likeness: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]

    @property
    def faces(self) -> npt.NDArray[np.bool_]:
        """Which patches show a face at all [n]."""
        return np.asarray(self.likeness >= FACE_AT, dtype=np.bool_)


def registered(patches: Sequence[Floats]) -> Registered:
    """Lay patches float32 [60, 48] over the mean face that at most 256 of them give."""
    flat = [without_light(patch, LIGHT_SIGMA) for patch in patches]
    reference = _mean_face(_sample(flat))
    found = _by_outlines(patches, [_register(reference, patch, LATER) for patch in flat])
    warps = np.stack([warp for _, warp in found])
    return Registered(
        warps=warps,
        likeness=np.round([likeness for likeness, _ in found], 4),
        vectors=np.stack([_descriptor(warped(patch, warp)) for patch, warp in zip(patches, warps, strict=True)]),
    )


def warped(patch: Floats, warp: Warp) -> Floats:
    """A patch [60, 48] sampled where an affine warp [2, 3] sends each pixel; its own edge drawn out."""
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(patch, warp, SIZE, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.float32)


def without_light(patch: Floats, sigma: float) -> Floats:
    """A patch without what is slower than `sigma` px, at unit standard deviation."""
    fast = patch - np.asarray(cv2.GaussianBlur(patch, (0, 0), sigma), np.float32)
    return np.asarray((fast - fast.mean()) / (float(fast.std()) + 1e-6), np.float32)


def searched(template: Floats, patch: Floats, start: Warp, how: Search) -> Warp | None:
    """The affine warp [2, 3] that lays a patch over a template (Evangelidis and Psarakis 2008), None where none is."""
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, how.iterations, PRECISION)
    try:
        _, warp = cv2.findTransformECC(template, patch, start.copy(), cv2.MOTION_AFFINE, criteria, how.mask, how.blur)
    except cv2.error:
        return None
    return np.asarray(warp, np.float32)


def stretches(warp: Warp) -> tuple[float, float]:
    """The larger and the smaller factor by which a warp [2, 3] stretches: its singular values."""
    (a, b, _), (c, d, _) = warp.tolist()
    turned, mirrored = math.hypot(a + d, c - b), math.hypot(a - d, b + c)
    return (turned + mirrored) / 2, abs(turned - mirrored) / 2


def _by_outlines(patches: Sequence[Floats], found: list[Placed]) -> list[Placed]:
    """The same, and what does not resemble the mean face (grey hair over dark skin) laid over its outlines instead."""
    faces = [number for number, (likeness, _) in enumerate(found) if likeness >= FACE_AT]
    if not faces or len(faces) == len(found):
        return found
    laid = [warped(_outlines(patches[number]), found[number][1]) for number in _sample(faces)]
    reference = np.asarray(np.mean(laid, axis=0), np.float32)
    return [
        placed if placed[0] >= FACE_AT else _register(reference, _outlines(patch), FIRST)
        for patch, placed in zip(patches, found, strict=True)
    ]


def _outlines(patch: Floats) -> Floats:
    """Where a patch changes, whichever side is darker."""
    soft = np.asarray(cv2.GaussianBlur(patch, (0, 0), 1.0), np.float32)
    down, across = np.gradient(soft)
    steps = np.hypot(across, down).astype(np.float32)
    return without_light(np.sqrt(steps), LIGHT_SIGMA)


def _sample(items: Sequence[Item]) -> Sequence[Item]:
    """At most 256 of them, at even strides."""
    return items[:: -(-len(items) // REFERENCE_PATCHES)]


def _mean_face(flat: Sequence[Floats]) -> Floats:
    """The mean of patches [60, 48] after they were laid over it; those that do not resemble it count less."""
    found = [(1.0, _scaled(1.0)) for _ in flat]
    reference = np.asarray(np.mean(flat, axis=0), np.float32)
    for number in range(ROUNDS - 1):
        found = [_register(reference, patch, LATER if number else FIRST) for patch in flat]
        weights = [max(likeness, 0.0) ** 2 + 1e-6 for likeness, _ in found]
        laid = [warped(patch, warp) for patch, (_, warp) in zip(flat, found, strict=True)]
        reference = np.asarray(np.average(laid, axis=0, weights=weights), np.float32)
    return reference


def _register(reference: Floats, patch: Floats, how: Search) -> Placed:
    """The best of the searches from several scales, or the first that holds: correlation and warp; -1 where none is."""
    found = [(-1.0, _scaled(1.0))]
    for scale in STARTS:
        warp = searched(reference, patch, _scaled(scale), how)
        if warp is not None and _plausible(warp):
            found.append((_correlation(reference, warped(patch, warp)), warp))
            if found[-1][0] >= HELD:
                break
    return max(found, key=lambda each: each[0])


def _correlation(one: Floats, other: Floats) -> float:
    """Correlation of two pictures' pixels."""
    left, right = (picture.ravel().astype(np.float64) - float(picture.mean()) for picture in (one, other))
    return float(left @ right) / max(float(np.sqrt((left @ left) * (right @ right))), 1e-9)


def _scaled(scale: float) -> Warp:
    """Scaling about the middle as a warp."""
    middle = (np.array(SIZE) - 1) / 2 * (1 - scale)
    return np.array([[scale, 0, middle[0]], [0, scale, middle[1]]], np.float32)


def _plausible(warp: Warp) -> bool:
    """Whether a wrongly cut box explains a warp."""
    large, small = stretches(warp)
    middle = np.append((np.array(SIZE) - 1) / 2, 1.0)
    moved = np.abs((warp @ middle - middle[:2]) / SIZE)
    return bool(SCALES[0] < small <= large < SCALES[1] and large < STRETCH * small and moved.max() < SHIFT)


def _descriptor(laid: Floats) -> npt.NDArray[np.float32]:
    """A registered patch as unit vector [192]."""
    small = np.asarray(cv2.resize(without_light(laid, FINE_SIGMA), COMPARED, interpolation=cv2.INTER_AREA), np.float32)
    inner = small[RIM:-RIM, RIM:-RIM].ravel()
    inner = inner - inner.mean()
    return np.asarray(inner / max(float(np.linalg.norm(inner)), 1e-6), np.float32)
