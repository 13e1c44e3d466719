"""Colour and contrast of what is laid into a picture, brought near those of the place that it covers."""

import numpy as np

from udfs.specimens.attacks.canvas import Plane
from udfs.specimens.rendered import Image

LEAST_SPREAD = 4.0  # grey levels: below it a place has no contrast to be matched


def toned(piece: Image, place: Image, rng: np.random.Generator) -> Plane:
    """A piece [h, w, 3] as float32 with mean and spread of each channel moved most of the way to the place's."""
    share = float(rng.uniform(0.6, 1.0))
    own, sought = piece.astype(np.float32), place.astype(np.float32)
    spread, aim = (np.maximum(plane.std(axis=(0, 1)), LEAST_SPREAD) for plane in (own, sought))
    middle, goal = own.mean(axis=(0, 1)), sought.mean(axis=(0, 1))
    matched = (own - middle) * (aim / spread) + goal
    return np.asarray(np.clip(own + np.float32(share) * (matched - own), 0, 255), dtype=np.float32)
