"""The radial spectrum of a reconstruction brought to its source's, so that blur alone tells nothing."""

import numpy as np
import numpy.typing as npt
from scipy.fft import dctn, idctn

Colour = npt.NDArray[np.float32]
Rings = npt.NDArray[np.int64]
Energy = npt.NDArray[np.float64]

RINGS = 48
LIFT = 1.5  # a decoded ring is amplified by no more; what then still lacks is grain


def with_spectrum_of(source: Colour, decoded: Colour, grains: tuple[Colour, Colour], share: float) -> Colour:
    """The decoded picture [h, w, c] with the energy of `source` in every ring of spatial frequencies.

    Detail that the decoder keeps too faintly is amplified; what is lost for good is filled with grain, of which `share`
    of the energy is of the first kind and the rest of the second.
    """
    ring = _ring_numbers(source.shape)
    aim = _spectrum(source)
    wanted = _energy(aim, ring)
    own = _spectrum(decoded)
    own = own * np.clip(_gain(wanted, _energy(own, ring)), 1 / LIFT, LIFT)[ring]
    missing = np.maximum(wanted - _energy(own, ring), 0)
    for grain, part in zip(grains, (share, 1 - share), strict=True):
        noise = _spectrum(grain)
        own = own + noise * _gain(part * missing, _energy(noise, ring))[ring]
    own = own * _gain(wanted, _energy(own, ring))[ring]
    own[0, 0] = aim[0, 0]
    return np.asarray(idctn(own, axes=(0, 1), norm="ortho"), dtype=np.float32)


def ring_energies(image: Colour) -> Energy:
    """Energy [RINGS, c] of each ring of a picture [h, w, c], from the lowest spatial frequency to the highest."""
    return _energy(_spectrum(image), _ring_numbers(image.shape))


def _spectrum(image: Colour) -> Colour:
    """Cosine transform: unlike Fourier's, it sees no jump between opposite borders."""
    return np.asarray(dctn(image, axes=(0, 1), norm="ortho"), dtype=np.float32)


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
