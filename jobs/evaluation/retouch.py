"""What light, lens and codec leave of a small picture: fast stand-ins for the camera at a net's own scale."""

import cv2
import numpy as np

from udfs.specimens.rendered import Image


def relight(image: Image, rng: np.random.Generator, strength: float = 1.0) -> Image:
    """Exposure, colour cast, contrast, gamma and a slope of light over the frame."""
    height, width = image.shape[:2]
    gain = np.exp(rng.normal(0, 0.16 * strength)) * np.exp(rng.normal(0, 0.07 * strength, 3))
    slope = rng.normal(0, 0.18 * strength, 2)
    ramp = (
        1.0
        + slope[0] * np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
        + slope[1] * np.linspace(-1, 1, height, dtype=np.float32)[:, None, None]
    )
    value = image.astype(np.float32) * (ramp * gain).astype(np.float32)
    middle = 128.0 + rng.normal(0, 12 * strength)
    value = (value - middle) * float(np.exp(rng.normal(0, 0.15 * strength))) + middle
    table = 255.0 * (np.arange(256) / 255.0) ** float(np.exp(rng.normal(0, 0.15 * strength)))
    return np.asarray(cv2.LUT(np.clip(value, 0, 255).astype(np.uint8), table.astype(np.uint8)), np.uint8)


def soften(image: Image, rng: np.random.Generator, most: float = 1.6) -> Image:
    """Defocus, shake or a detour over fewer pixels, each now and then."""
    chance = rng.random()
    if chance < 0.3:
        sigma = float(rng.uniform(0.3, most))
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)
    if chance < 0.45:
        length = int(rng.integers(3, 3 + round(2 * most)))
        kernel = np.zeros((length, length), np.float32)
        angle = rng.uniform(0, np.pi)
        reach = np.array([np.cos(angle), np.sin(angle)]) * (length - 1) / 2
        centre = (length - 1) / 2
        ends = [tuple(np.round(centre + sign * reach).astype(int).tolist()) for sign in (-1, 1)]
        cv2.line(kernel, ends[0], ends[1], 1.0, 1)
        return np.asarray(cv2.filter2D(image, -1, kernel / kernel.sum()), np.uint8)
    if chance < 0.6:
        scale = float(rng.uniform(0.4, 0.9))
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(small, image.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.uint8)
    return image


def grain(image: Image, rng: np.random.Generator, most: float = 9.0) -> Image:
    """Sensor noise, and JPEG at any quality."""
    if rng.random() < 0.5:
        noise = rng.standard_normal(image.shape, dtype=np.float32) * float(rng.uniform(0.5, most))
        image = np.clip(image + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        _, written = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 95))])
        image = np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), np.uint8)
    return image


def glare(image: Image, rng: np.random.Generator) -> Image:
    """A soft reflection somewhere in the frame."""
    height, width = image.shape[:2]
    centre = (rng.uniform(0, width), rng.uniform(0, height))
    reach = rng.uniform(0.06, 0.3, 2) * width
    turn = rng.uniform(0, np.pi)
    across = np.arange(width, dtype=np.float32)[None, :] - centre[0]
    down = np.arange(height, dtype=np.float32)[:, None] - centre[1]
    along = (across * np.cos(turn) + down * np.sin(turn)) / reach[0]
    aside = (down * np.cos(turn) - across * np.sin(turn)) / reach[1]
    shine = float(rng.uniform(60, 230)) * np.exp(-(along**2 + aside**2))
    return np.asarray(np.clip(image + shine[..., None], 0, 255), np.uint8)


def tint(image: Image, rng: np.random.Generator) -> Image:
    """Grey copy, or a turned hue with another saturation: what colour management does to a picture."""
    if rng.random() < 0.25:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        return np.asarray(cv2.merge([grey, grey, grey]), np.uint8)
    spread = np.eye(3) + rng.normal(0, 0.08, (3, 3))
    mixed = image.astype(np.float32) @ spread.astype(np.float32)
    return np.clip(mixed, 0, 255).astype(np.uint8)
