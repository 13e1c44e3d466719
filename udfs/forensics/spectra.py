"""Regular patterns in the picture's spectrum: the marks of a printed halftone or of a screen's pixels."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from udfs.forensics.residuals import Plane

TILE = 256
MOST_TILES = 12
LOWEST, HIGHEST = 0.06, 0.48  # cycles a pixel: below stands layout, above the codec's own chroma grid
RINGS = 24
AXIS = 0.012  # cycles a pixel: frames and lines of text fill the axes, so they are left out


def spectral_marks(luma: Plane) -> tuple[float, float]:
    """Strongest peak over its ring's median, as a logarithm, and the slope of the fall-off with frequency.

    Args:
        luma: float32 [h, w], 0 to 255.

    Returns:
        The median over tiles of 256 px of the peak's height (two-sided peaks of a lattice), and the spectrum's slope
        in log-power per log-frequency. (0, 0) where no tile fits.
    """
    tiles = _tiles(luma)
    if not tiles:
        return 0.0, 0.0
    window = np.hanning(TILE)[:, None] * np.hanning(TILE)[None, :]
    centres = np.log(LOWEST + (np.arange(RINGS) + 0.5) * (HIGHEST - LOWEST) / RINGS)
    peaks, slopes = [], []
    for tile in tiles:
        power = np.log(np.abs(np.fft.rfft2((tile - tile.mean()) * window)) + 1.0).ravel()
        rings = [power[bins] for bins in _rings()]
        floors = [float(np.median(ring)) for ring in rings]
        peaks.append(max(float(ring.max()) - floor for ring, floor in zip(rings, floors, strict=True)))
        slopes.append(float(np.polyfit(centres, np.array(floors), 1)[0]))
    return float(np.median(peaks)), float(np.median(slopes))


@lru_cache(maxsize=1)
def _rings() -> tuple[npt.NDArray[np.intp], ...]:
    """Places, in the flattened spectrum, of the bins of each ring that are looked at."""
    down = np.fft.fftfreq(TILE)[:, None]
    across = np.fft.rfftfreq(TILE)[None, :]
    radius = np.hypot(down, across)
    usable = (radius >= LOWEST) & (radius <= HIGHEST) & (np.abs(down) > AXIS) & (across > AXIS)
    ring = np.clip(((radius - LOWEST) / (HIGHEST - LOWEST) * RINGS).astype(np.int64), 0, RINGS - 1)
    return tuple(np.flatnonzero(usable & (ring == k)) for k in range(RINGS))


def _tiles(luma: Plane) -> list[Plane]:
    """Tiles spread evenly over the picture, MOST_TILES at most."""
    rows, columns = luma.shape[0] // TILE, luma.shape[1] // TILE
    places = [(row * TILE, column * TILE) for row in range(rows) for column in range(columns)]
    if len(places) > MOST_TILES:
        places = [places[k] for k in np.linspace(0, len(places) - 1, MOST_TILES).round().astype(int)]
    return [luma[top : top + TILE, left : left + TILE] for top, left in places]
