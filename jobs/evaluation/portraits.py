"""Is a portrait photograph found again after print and recapture, and not another one of the same face?"""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.designs import dhash, hamming
from jobs.evaluation.held_out import held_out_designs
from jobs.evaluation.material import draw_document
from jobs.evaluation.measures import Z95, EvaluationSettings, Measure, average_precision
from jobs.evaluation.photos import rectified
from jobs.evaluation.views import portrait_view
from udfs.nets.embedding import PORTRAIT_INPUT, embed_portraits
from udfs.nets.opening import open_portrait
from udfs.specimens.camera import draw_camera
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import decoded, draw_codec
from udfs.specimens.portraits import draw_portrait
from udfs.specimens.rendered import Image

COPIES = 2
SHOTS = 2  # photographs of each face: the second is the hard stranger
DRAWN = (240, 300)
GROUPS = 12  # of faces, left out in turn
Copy = Callable[[Image, np.random.Generator], Image]


def evaluate(settings: EvaluationSettings) -> list[Measure]:
    """Micro average precision of finding copies among all portraits, after edits and after print and recapture."""
    net = open_portrait(settings.folder)
    answers = []
    for segment, copy in (("all", _recaptured), ("chain=edited", _edited)):
        faces = max(2, settings.samples // (COPIES * SHOTS))
        pictures, photos = _gallery(faces, settings.seed, copy)
        vectors = embed_portraits(net, pictures)
        likeness = {
            "net": vectors @ vectors.T,
            "dhash": -hamming(np.stack([dhash(picture) for picture in pictures])),
        }
        value, low, high = _precision(likeness["net"], photos)
        baseline = {"dhash": _precision(likeness["dhash"], photos)[0]}
        answers.append(Measure("portrait_uap", segment, value, low, high, len(photos), baseline))
    return answers


def _gallery(faces: int, seed: int, copy: Copy) -> tuple[list[Image], npt.NDArray[np.int64]]:
    """Copies of `SHOTS` photographs of each face, and the number of the photograph that each shows."""
    pictures, photos = [], []
    for number in range(faces * SHOTS):
        face = 7_000_000_000 + seed * 1_000_003 + number // SHOTS
        photo = draw_portrait(face, face * SHOTS + number % SHOTS, DRAWN)
        for index in range(COPIES):
            pictures.append(copy(photo, np.random.default_rng((seed, number, index))))
            photos.append(number)
    return pictures, np.array(photos)


def _edited(photo: Image, rng: np.random.Generator) -> Image:
    """The digital copy: cropped, recoloured, flipped, drawn over."""
    return portrait_view(photo, PORTRAIT_INPUT, rng)


def _recaptured(photo: Image, rng: np.random.Generator) -> Image:
    """The photograph printed on some card of a held-out design, photographed, sent, found and cut out again."""
    designs = [design for design in held_out_designs() if design.layout.portrait]
    flat = draw_document(designs[int(rng.integers(len(designs)))], rng, portrait=photo)
    camera, codec = draw_camera(rng), replace(draw_codec(rng), orientation=1)
    shot = shoot(flat, camera, codec)
    x0, y0, x1, y1 = flat.zones["portrait"]
    x0, y0, x1, y1 = np.array([x0, y0, x1, y1]) + rng.normal(0, 0.03, 4) * (x1 - x0)
    box = np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]])
    seen = cv2.perspectiveTransform(box.astype(np.float64), shot.to_file)[0].astype(np.float32)
    return rectified(decoded(shot.data), seen, PORTRAIT_INPUT)


def _precision(likeness: npt.NDArray[np.float32], photos: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    """Average precision over all pairs, with a 95 % interval from the jackknife over groups of faces."""
    one, two = np.triu_indices(len(photos), 1)
    values, truths = likeness[one, two], photos[one] == photos[two]
    group = photos // SHOTS % GROUPS
    left_out = []
    for index in range(GROUPS):
        kept = (group[one] != index) & (group[two] != index)
        left_out.append(average_precision(values[kept], truths[kept]))
    value = average_precision(values, truths)
    half = Z95 * float(np.sqrt((GROUPS - 1) * np.var(left_out)))
    return value, max(0.0, value - half), min(1.0, value + half)
