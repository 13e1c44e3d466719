"""What a sensor and its firmware do to light: mosaic, noise, demosaicing, white balance, tone and sharpening."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from udfs.specimens.rendered import Image

Plane = npt.NDArray[np.float32]

DEMOSAIC = {"bilinear": cv2.COLOR_BayerRGGB2BGR, "edge_aware": cv2.COLOR_BayerRGGB2BGR_EA}
SCENE_GAMMA = 2.2
FULL_WELL = 65_535
# A fresh print reflects little over 90 % and cameras keep head room, so white stays under the clip.
HEAD_ROOM = 0.86


@dataclass(frozen=True)
class DeviceDraw:
    """One camera or scanner; noise figures are shares of full scale in linear light.

    Attributes:
        demosaic: which demosaicing the firmware uses.
        shot: variance per unit of signal.
        read: standard deviation in the dark.
        gamma: of the tone curve.
        sharpen: strength of the unsharp mask.
        vignette: loss of light in the corners.
        gains: white balance of blue, green and red relative to green.
        lid: grey level of a scanner's white lid.
        streaks: a scanner line's unevenness.
        seed: of the pattern that is the device's own.
    """

    demosaic: Literal["bilinear", "edge_aware"]
    shot: float
    read: float
    gamma: float
    sharpen: float
    vignette: float
    gains: tuple[float, float, float]
    lid: int
    streaks: float
    seed: int


@dataclass(frozen=True)
class Light:
    """What falls on the scene: level, slope across and down, colour cast (b, g, r), reflection and where it is."""

    level: float
    slope: tuple[float, float]
    cast: tuple[float, float, float]
    glare: float
    glare_at: tuple[float, float]


def draw_device(rng: np.random.Generator) -> DeviceDraw:
    """Any camera phone or scanner."""
    return DeviceDraw(
        demosaic="bilinear" if rng.random() < 0.5 else "edge_aware",
        shot=float(rng.uniform(0.4, 2.2)) * 1e-4,
        read=float(rng.uniform(0.8, 3.0)) * 1e-3,
        gamma=float(rng.uniform(2.0, 2.4)),
        sharpen=float(rng.uniform(0.15, 0.9)),
        vignette=float(rng.uniform(0.02, 0.22)),
        gains=(float(rng.uniform(1.3, 1.9)), 1.0, float(rng.uniform(1.4, 2.1))),
        lid=int(rng.integers(243, 255)),
        streaks=float(rng.uniform(0.001, 0.006)),
        seed=int(rng.integers(2**63)),
    )


def develop(scene: Image, device: DeviceDraw, light: Light, rng: np.random.Generator) -> Image:
    """A BGR scene as the camera's firmware delivers it: exposure, RGGB mosaic, noise, demosaicing, tone, sharpening."""
    sites, cast, gains = _rggb(scene), _sites(light.cast), _sites(device.gains)
    signal = np.asarray(cv2.LUT(sites, _linear()), dtype=np.float32)
    signal *= _field(scene.shape[:2], device, light)
    signal += _glare(scene.shape[:2], light)
    _tile_multiply(signal, cast)
    noise = rng.standard_normal(signal.shape, dtype=np.float32)
    # A site behind a gain g collected 1/g of the light, so its relative shot noise and its read noise grow by it.
    sigma = signal * np.float32(device.shot)
    _tile_multiply(sigma, gains)
    sigma += np.float32(device.read**2)
    noise *= np.sqrt(sigma, out=sigma)
    signal += noise
    signal *= np.float32(HEAD_ROOM * FULL_WELL)
    raw = np.clip(signal, 0, FULL_WELL, out=signal).astype(np.uint16)
    colour = cv2.cvtColor(raw, DEMOSAIC[device.demosaic])
    return _sharpened(np.asarray(cv2.LUT(colour, _tone(device.gamma)), dtype=np.uint8), device.sharpen)


def scan(scene: Image, device: DeviceDraw, rng: np.random.Generator) -> Image:
    """A BGR scene from a line scanner: three full channels, faint streaks of its own along the travel, little noise."""
    own = np.random.default_rng(device.seed)
    streaks = 1 + device.streaks * own.standard_normal((1, scene.shape[1], 1), dtype=np.float32)
    noise = rng.standard_normal(scene.shape[:2], dtype=np.float32) * np.float32(400 * device.read)
    lines = np.asarray(scene * np.repeat(streaks, 3, axis=2), dtype=np.float32)
    lines += np.asarray(cv2.merge([noise, noise, noise]), dtype=np.float32)
    return _sharpened(np.clip(lines + 0.5, 0, 255).astype(np.uint8), device.sharpen)


def _rggb(scene: Image) -> Image:
    """The one colour [h, w] that each site of an RGGB mosaic sees."""
    sites = scene[..., 1].copy()
    sites[0::2, 0::2] = scene[0::2, 0::2, 2]
    sites[1::2, 1::2] = scene[1::2, 1::2, 0]
    return sites


def _sites(bgr: tuple[float, float, float]) -> Plane:
    """A factor per channel as the 2x2 RGGB tile [2, 2]."""
    blue, green, red = bgr
    return np.array([[red, green], [green, blue]], np.float32)


def _tile_multiply(plane: Plane, tile: Plane) -> None:
    """Multiplies a plane [h, w] in place by a 2x2 tile repeated over it."""
    for row, column in ((0, 0), (0, 1), (1, 0), (1, 1)):
        if tile[row, column] != 1.0:
            plane[row::2, column::2] *= tile[row, column]


def _linear() -> Plane:
    """Linear light 0 to 1 of each of the 256 grey levels."""
    return ((np.arange(256, dtype=np.float32) / 255) ** SCENE_GAMMA).astype(np.float32)


def _tone(gamma: float) -> Image:
    """Grey level of each of the 65,536 linear levels."""
    curve = np.arange(FULL_WELL + 1, dtype=np.float32) / (FULL_WELL * HEAD_ROOM)
    return np.asarray(np.clip(255 * curve ** (1 / gamma) + 0.5, 0, 255), dtype=np.uint8)


def _grid(shape: tuple[int, ...]) -> tuple[Plane, Plane, tuple[int, int]]:
    """Coordinates -1 to 1 down and across on a grid of a 16th of the frame, and the frame's (width, height)."""
    height, width = shape[:2]
    down = np.linspace(-1, 1, height // 16 + 2, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width // 16 + 2, dtype=np.float32)[None, :]
    return down, across, (width, height)


def _field(shape: tuple[int, ...], device: DeviceDraw, light: Light) -> Plane:
    """Illumination [h, w] about 1: level, slope and vignetting."""
    down, across, size = _grid(shape)
    slope = 1 + light.slope[0] * across + light.slope[1] * down
    fall = 1 - device.vignette * (across**2 + down**2) / 2
    return np.asarray(cv2.resize((light.level * slope * fall).astype(np.float32), size), dtype=np.float32)


def _glare(shape: tuple[int, ...], light: Light) -> Plane | np.float32:
    """Reflected light [h, w] that is added to the scene, or nothing."""
    if light.glare == 0.0:
        return np.float32(0)
    down, across, size = _grid(shape)
    x, y = 2 * light.glare_at[0] - 1, 2 * light.glare_at[1] - 1
    spot = light.glare * np.exp(-((across - x) ** 2 + (down - y) ** 2) / 0.06)
    return np.asarray(cv2.resize(spot.astype(np.float32), size), dtype=np.float32)


def _sharpened(image: Image, strength: float) -> Image:
    """Unsharp masking with a radius of one pixel."""
    return np.asarray(
        cv2.addWeighted(image, 1 + strength, cv2.GaussianBlur(image, (0, 0), 1.0), -strength, 0), np.uint8
    )
