"""Photographs whose copies are to be found again: drawn faces, or pictures from a folder of the user's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from conf.errors import BadLake
from udfs.specimens.faces import draw_face
from udfs.specimens.portraits import FacePool, draw_portrait, picture_names
from udfs.specimens.rendered import Image

TAKEN = (240, 300)  # px (w, h): as finely as a card shows it
SHOTS = 2  # photographs of a family's first face; the second is the hardest stranger
FAMILY = SHOTS + 1  # with one photograph of another face of the same kind
FIRST_FACE = 7_000_000_000  # no training draws a face from here on
KIN = 100_000  # face seeds in which a kind appears at least once: no two faces are given one stranger
LEAST_SIDE = 64  # px: a smaller picture shows less than a card's portrait does
LEAST_FILES = 8  # fewer make no gallery
OLDER = 0.5  # of a drawn face's age, 0 to 1: from here on it has folds


@dataclass(frozen=True)
class Photo:
    """One photograph.

    Attributes:
        image: uint8 [300, 240, 3].
        face: whose it is.
        family: of faces that stay together when an interval leaves some out.
        shot: which photograph of its face it is.
        traits: what is known of the face: `sex`, `age`, `skin`; nothing of a picture from a folder.
    """

    image: Image
    face: int
    family: int
    shot: int = 0
    traits: Mapping[str, str] = field(default_factory=dict)


def drawn_photos(families: int, seed: int) -> list[Photo]:
    """Of each family two photographs of one face, and one of another face with the same skin, hair, sex and style."""
    photos = []
    for family in range(families):
        face = FIRST_FACE + seed * 1_000_003 + family
        taken = [(face, shot) for shot in range(SHOTS)] + [(lookalike(face), 0)]
        photos += [
            Photo(draw_portrait(shown, shown * SHOTS + shot, TAKEN), shown, family, shot, traits_of(shown))
            for shown, shot in taken
        ]
    return photos


def lookalike(face: int) -> int:
    """A face seed above 10^15 whose face is of the same kind, another one for each face."""
    kind = _kind(face)
    return next(other for other in count(10**15 + face * KIN) if _kind(other) == kind)


def traits_of(face: int) -> dict[str, str]:
    """Sex, age and skin of a drawn face."""
    drawn = draw_face(face)
    return {
        "sex": "F" if face % 2 else "M",
        "age": "older" if drawn.age >= OLDER else "younger",
        "skin": "dark" if drawn.skin >= 4 else "light",
    }


def folder_photos(folder: Path, most: int, seed: int) -> tuple[list[Photo], int]:
    """At most `most` pictures of a folder, dealt as the seed shuffles them, and how many could not be used.

    What is no picture, or one with a side below 64 px, is counted and left out.

    Raises:
        BadLake: the folder is not there, or has fewer than 8 usable pictures.
    """
    names, photos, bad = picture_names(folder), list[Photo](), 0
    for place in np.random.default_rng(seed).permutation(len(names)).tolist():
        if len(photos) == most:
            break
        image = _usable(folder, names[place], seed + place)
        if image is None:
            bad += 1
        else:
            photos.append(Photo(image, len(photos), len(photos)))
    if len(photos) < LEAST_FILES:
        raise BadLake(
            f"{folder}: {len(photos)} pictures can be used and {bad} cannot; an evaluation needs {LEAST_FILES} people. "
            f"Add portraits with sides of at least {LEAST_SIDE} px as .jpg, .png or .webp files"
        )
    return photos, bad


def _usable(folder: Path, name: str, seed: int) -> Image | None:
    """A file's picture in the shape of a portrait, None where it is none or too small."""
    try:
        picture = cv2.imread(str(folder / name), cv2.IMREAD_COLOR)
    except cv2.error:  # more pixels than OpenCV opens
        return None
    if picture is None or min(picture.shape[:2]) < LEAST_SIDE:
        return None
    return FacePool(folder, {seed: name})(seed, seed, TAKEN)


def _kind(face: int) -> tuple[int, int, int, int]:
    drawn = draw_face(face)
    return drawn.skin, drawn.hair, drawn.hair_style, face % 2
