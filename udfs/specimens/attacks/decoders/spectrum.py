"""The radial spectrum of a reconstruction brought to its source's, so that blur alone tells nothing."""

from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt
from scipy.fft import dctn, idctn

Colour = npt.NDArray[np.float32]
Rings = npt.NDArray[np.int64]
Energy = npt.NDArray[np.float64]

RINGS = 48
# A pixel BGR times this is its luma and the differences of blue and red from it.
TO_LUMA = np.array([[0.114, 0.886, -0.114], [0.587, -0.587, -0.587], [0.299, -0.299, 0.701]], np.float32)
FROM_LUMA = np.linalg.inv(TO_LUMA).astype(np.float32)
LIFT = 1.5  # a decoded ring is amplified by no more; what then still lacks is grain
OCTAVES = (0.8, 1.6, 3.2)  # sigmas in pixels
AROUND = 6.0  # sigma in pixels
LOCAL_LIFT = 2.5
ROUNDS = 3  # what is right around each pixel is no longer right in each ring, a little less so every time
FAINT = 0.05  # energy that is nothing, in squared grey levels


def with_spectrum_of(source: Colour, decoded: Colour, grains: tuple[Colour, Colour], share: float) -> Colour:
    """The decoded BGR picture [h, w, 3] with the energy of `source` in every ring of spatial frequencies.

    Detail that the decoder keeps too faintly is amplified; what is lost for good is filled with grain, of which `share`
    of the energy is of the first kind and the rest of the second. Around each pixel, too, it is as lively as `source`.
    Luma and both differences of colour are matched each for itself: the three colours alone would leave open how they
    move together, and so how lively their sum is.
    """
    like = source @ TO_LUMA
    ring = _ring_numbers(source.shape)
    aim, own = _spectrum(like), _spectrum(decoded @ TO_LUMA)
    wanted = _energy(aim, ring)
    own = own * np.clip(_gain(wanted, _energy(own, ring)), 1 / LIFT, LIFT)[ring]
    missing = np.maximum(wanted - _energy(own, ring), 0)
    for grain, part in zip(grains, (share, 1 - share), strict=True):
        noise = _spectrum(grain @ TO_LUMA)
        own = own + noise * _gain(part * missing, _energy(noise, ring))[ring]
    for _ in range(ROUNDS):
        own = _spectrum(_as_lively(like, _picture(own)))
        own = own * _gain(wanted, _energy(own, ring))[ring]
        own[0, 0] = aim[0, 0]
    return np.asarray(_picture(own) @ FROM_LUMA, dtype=np.float32)


def _as_lively(source: Colour, picture: Colour) -> Colour:
    """The picture with the energy of `source` around each pixel, in each of some octaves."""
    whole = np.zeros_like(picture)
    for own, wanted in zip(_octaves(picture), _octaves(source), strict=True):
        gain = np.sqrt((_around(wanted) + FAINT) / (_around(own) + FAINT))
        whole += own * np.clip(gain, 1 / LOCAL_LIFT, LOCAL_LIFT)
    return whole + _soft(picture, OCTAVES[-1])


def _octaves(picture: Colour) -> list[Colour]:
    """Bands [h, w, c] of a picture from the finest on; what is coarser than all is left out."""
    levels = [picture, *(_soft(picture, sigma) for sigma in OCTAVES)]
    return [fine - coarse for fine, coarse in pairwise(levels)]


def _around(band: Colour) -> Colour:
    return _soft(band**2, AROUND)


def _soft(picture: Colour, sigma: float) -> Colour:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), dtype=np.float32)


def ring_energies(image: Colour) -> Energy:
    """Energy [RINGS, 3] of the rings of a BGR picture [h, w, 3], the lowest spatial frequency first: luma, colours."""
    return _energy(_spectrum(image @ TO_LUMA), _ring_numbers(image.shape))


def _spectrum(image: Colour) -> Colour:
    """Cosine transform: unlike Fourier's, it sees no jump between opposite borders."""
    return np.asarray(dctn(image, axes=(0, 1), norm="ortho"), dtype=np.float32)


def _picture(spectrum: Colour) -> Colour:
    return np.asarray(idctn(spectrum, axes=(0, 1), norm="ortho"), dtype=np.float32)


def _ring_numbers(shape: tuple[int, ...]) -> Rings:
    """Ring of each coefficient [h, w]; the last ends at the diagonal's Nyquist frequency."""
    rows, columns = (np.arange(size) / size for size in shape[:2])
    radius = np.hypot(rows[:, None], columns[None, :]) / np.sqrt(2)
    return np.asarray(radius * RINGS, dtype=np.int64)


def _energy(spectrum: Colour, ring: Rings) -> Energy:
    power = spectrum.astype(np.float64) ** 2
    flat = ring.ravel()
    return np.stack([np.bincount(flat, plane.ravel(), RINGS) for plane in np.moveaxis(power, 2, 0)], axis=1)


def _gain(wanted: Energy, found: Energy) -> Colour:
    return np.asarray(np.sqrt(wanted / np.maximum(found, 1e-9)), dtype=np.float32)
