"""How a forger hides an edit: left as set, feathered, softened like the rest, or given the noise of the rest."""

import cv2
import numpy as np

from udfs.specimens.attacks.canvas import Mask, Plane, around, blended
from udfs.specimens.rendered import Image

AS_SET, FEATHERED, SOFTENED = 0.35, 0.5, 0.75  # shares added up; the rest has its noise matched
RIM = 5  # px around an edit that its hiding may touch
LEAST_SHARE = 0.02  # of the edit that is left at its rim
NOISE_REACH = 31  # px in which the picture's own noise is measured


def hidden(genuine: Image, forged: Image, rng: np.random.Generator) -> Image:
    """The forgery as its maker leaves it; further than its rim from the edit nothing changes."""
    touched = (genuine != forged).any(axis=2)
    chance = rng.random()
    if chance < AS_SET or not touched.any():
        return forged
    near = around(touched, RIM + NOISE_REACH)
    before, after, place = genuine[near], forged[near], touched[near]
    image = genuine.copy()
    if chance < FEATHERED:
        image[near] = _feathered(before, after, place, rng)
    elif chance < SOFTENED:
        image[near] = _softened(after, place, rng)
    else:
        image[near] = _with_noise(before, after, place, rng)
    return image


def _feathered(before: Image, after: Image, place: Mask, rng: np.random.Generator) -> Image:
    """The edit faded into what was there over a pixel or two."""
    rim = cv2.dilate(place.astype(np.uint8), np.ones((3, 3), np.uint8))
    soft: Plane = np.asarray(cv2.GaussianBlur(rim.astype(np.float32), (0, 0), float(rng.uniform(0.7, 1.6))))
    return blended(before, after.astype(np.float32), np.where(soft < LEAST_SHARE, np.float32(0), soft))


def _softened(after: Image, place: Mask, rng: np.random.Generator) -> Image:
    """The edit and its rim blurred as much as the lens blurs the rest."""
    soft = cv2.GaussianBlur(after, (0, 0), float(rng.uniform(0.4, 0.9)))
    rim = cv2.dilate(place.astype(np.uint8), np.ones((RIM, RIM), np.uint8))
    return np.asarray(np.where(rim[..., None] > 0, soft, after), dtype=np.uint8)


def _with_noise(before: Image, after: Image, place: Mask, rng: np.random.Generator) -> Image:
    """The edit softened, with grain as strong as the picture's own beside it laid over."""
    soft = _softened(after, place, rng).astype(np.float32)
    grain = before.astype(np.float32) - cv2.medianBlur(before, 3)
    strength = np.clip(1.4826 * np.median(np.abs(grain[~place]), axis=0) if (~place).any() else 0.0, 0.8, 6.0)
    noise = rng.standard_normal(after.shape, dtype=np.float32) * strength.astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.5) * np.float32(1.5)
    noisy = np.clip(np.rint(soft + noise), 0, 255)
    return np.asarray(np.where(place[..., None], noisy, soft), dtype=np.uint8)
