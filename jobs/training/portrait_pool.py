"""Photographs to learn copies from: drawn faces and scenes, as drawn and as they come back from printed cards."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from jobs.evaluation.held_out import training_designs
from jobs.evaluation.photos import rectified
from jobs.evaluation.printed import portrait_corners, print_and_capture
from udfs.specimens.backgrounds import TEXTURES, draw_background
from udfs.specimens.faces import draw_face
from udfs.specimens.portraits import draw_portrait
from udfs.specimens.rendered import Image

log = logging.getLogger(__name__)

FACES, SCENES, SHOTS = 900, 100, 2
PRINTED = 500  # subjects whose photographs are printed too, scenes among them
PRINTS = 2  # cards that each of their photographs is printed on
TAKEN = (240, 300)  # px (w, h): as finely as a card shows it
KEPT = (112, 140)  # px (w, h): a little above the net's input
MARGIN = 0.15  # of the portrait's sides: the card around it, for boxes that are cut too large
KEPT_PRINT = (146, 182)  # px (w, h): KEPT with that margin on each side
TEXTURED = 0.5  # share of faces with the skin, cloth and light of a photograph instead of an even drawing's


@dataclass(frozen=True)
class Pool:
    """What is learnt from.

    Attributes:
        photos: uint8 [subjects, SHOTS, 140, 112, 3], as drawn.
        prints: uint8 [printed subjects, SHOTS, PRINTS, 182, 146, 3], as captured, with MARGIN of card around each.
        printed: int64 [printed subjects], their rows in `photos`.
        kinds: int64 [subjects]; faces of one kind share skin, hair and sex.
    """

    photos: npt.NDArray[np.uint8]
    prints: npt.NDArray[np.uint8]
    printed: npt.NDArray[np.int64]
    kinds: npt.NDArray[np.int64]


def cached_pool(seed: int, designs: int, work: Path) -> Pool:
    """The pool of a seed, read from a file in `work` where an earlier run has left it there."""
    path = work / f"portraits-{seed}-{designs}-{FACES}-{SCENES}-{PRINTED}-{KEPT_PRINT[0]}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as kept:
            return Pool(kept["photos"], kept["prints"], kept["printed"], kept["kinds"])
    start = time.monotonic()
    pool = draw_pool(seed, designs)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, allow_pickle=False, **vars(pool))
    partial.replace(path)
    log.info("portraits drawn, printed and captured in %.0f s", time.monotonic() - start)
    return pool


def draw_pool(seed: int, designs: int) -> Pool:
    """Photographs of every subject, and those of some printed on cards of `designs` designs that training may see."""
    subjects = FACES + SCENES
    printed = np.sort(np.random.default_rng(seed).permutation(subjects)[:PRINTED])
    cards = [design for design in training_designs(designs, seed) if design.layout.portrait]
    photos = np.zeros((subjects, SHOTS, KEPT[1], KEPT[0], 3), np.uint8)
    prints = np.zeros((len(printed), SHOTS, PRINTS, KEPT_PRINT[1], KEPT_PRINT[0], 3), np.uint8)
    places = {int(subject): place for place, subject in enumerate(printed)}
    for subject in range(subjects):
        for shot in range(SHOTS):
            photo = take_photo(seed, subject, shot)
            photos[subject, shot] = cv2.resize(photo, KEPT, interpolation=cv2.INTER_AREA)
            for copy in range(PRINTS if subject in places else 0):
                rng = np.random.default_rng((seed, subject, shot, copy))
                # By runs of subjects, as the blank of a design is dear to draw and the newest are kept.
                design = cards[(subject // 8 * PRINTS + copy) % len(cards)]
                taken = print_and_capture(photo, design, rng, split=True)
                prints[places[subject], shot, copy] = rectified(
                    taken.image, portrait_corners(taken, MARGIN), KEPT_PRINT
                )
    return Pool(photos, prints, printed.astype(np.int64), np.array([kind_of(seed, each) for each in range(subjects)]))


def face_seed(seed: int, subject: int) -> int:
    """The face of a subject; evaluations draw theirs from numbers far above."""
    return seed * 1_000_003 + subject


def kind_of(seed: int, subject: int) -> int:
    """A number that faces of one skin, hair and sex share; scenes are one kind."""
    if subject >= FACES:
        return -1
    face = draw_face(face_seed(seed, subject))
    return (face.skin * 100 + face.hair) * 2 + face_seed(seed, subject) % 2


def take_photo(seed: int, subject: int, shot: int) -> Image:
    """One photograph of a subject, uint8 [300, 240, 3]."""
    rng = np.random.default_rng((seed, subject, shot, 1_000))
    if subject >= FACES:
        return scene(rng)
    photo = draw_portrait(face_seed(seed, subject), face_seed(seed, subject) * SHOTS + shot, TAKEN)
    like_a_photo = np.random.default_rng((seed, subject)).random() < TEXTURED
    return textured(photo, rng) if like_a_photo else photo


def textured(photo: Image, rng: np.random.Generator) -> Image:
    """A drawing with the uneven skin, cloth and one-sided light of a photograph."""
    height, width = photo.shape[:2]
    fine = _octaves(rng, (height, width), coarsest=float(rng.uniform(8, 40)))
    light = _octaves(rng, (height, width), coarsest=float(rng.uniform(120, 240)), octaves=2)
    shade = np.exp(rng.uniform(0.02, 0.10) * fine + rng.uniform(0.05, 0.25) * light)
    return np.asarray(np.clip(photo * shade[..., None], 0, 255), np.uint8)


def scene(rng: np.random.Generator) -> Image:
    """A picture of no face: surfaces in shapes over one another."""
    names = list(TEXTURES)
    picture = draw_background(str(rng.choice(names)), rng, TAKEN).copy()
    for _ in range(int(rng.integers(3, 8))):
        mask = np.zeros(picture.shape[:2], np.uint8)
        box = (
            (float(rng.uniform(0, TAKEN[0])), float(rng.uniform(0, TAKEN[1]))),
            (float(rng.uniform(20, 160)), float(rng.uniform(20, 200))),
            float(rng.uniform(0, 180)),
        )
        cv2.ellipse(mask, box, 255, -1)
        cover = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(0.5, 3)))[..., None] / 255.0
        laid = draw_background(str(rng.choice(names)), rng, TAKEN)
        picture = np.asarray(picture + cover * (laid.astype(np.float32) - picture), np.uint8)
    return textured(picture, rng)


def _octaves(
    rng: np.random.Generator, size: tuple[int, int], *, coarsest: float, octaves: int = 5
) -> npt.NDArray[np.float32]:
    """Noise [h, w] about zero whose every octave is as strong per area as the last, as natural pictures have it."""
    total, cell, weight = np.zeros(size, np.float32), coarsest, 1.0
    for _ in range(octaves):
        rows, columns = max(2, round(size[0] / cell) + 2), max(2, round(size[1] / cell) + 2)
        coarse = rng.standard_normal((rows, columns), dtype=np.float32)
        total += weight * np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC), np.float32)
        cell, weight = max(1.0, cell / 2), weight * 0.7
    return total / max(float(total.std()), 1e-6)
