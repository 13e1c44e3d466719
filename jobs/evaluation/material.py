"""Flat cards to judge and train on, drawn once and kept in memory or in a cache file."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import cv2
import numpy as np

from udfs.specimens.issuers import Design
from udfs.specimens.people import draw_papers, draw_person
from udfs.specimens.render import render
from udfs.specimens.rendered import Image, Rendered

CARD_WIDTH = 320  # px: more than any small net's input shows of a card
FIRST_DAY = date(2019, 1, 1)
DAYS = 2_000


@dataclass(frozen=True)
class Card:
    """A flat card reduced to 320 px of width, and which design (index in its pool) it is of."""

    image: Image
    design: int


def draw_document(design: Design, rng: np.random.Generator, *, portrait: Image | None = None) -> Rendered:
    """A whole flat document of a new person, with a portrait photograph of its own or the one given."""
    person = draw_person(rng)
    day = FIRST_DAY + timedelta(days=int(rng.integers(DAYS)))
    return render(design, person, draw_papers(person, design, day, rng), portrait=portrait)


def draw_cards(designs: Sequence[Design], each: int, *, seed: int) -> list[Card]:
    """`each` people's cards of every design, reduced."""
    return [
        Card(reduced(draw_document(design, np.random.default_rng((seed, index, copy))).image), index)
        for index, design in enumerate(designs)
        for copy in range(each)
    ]


def cached_cards(designs: Sequence[Design], each: int, *, seed: int, cache: Path) -> list[Card]:
    """The same cards, read from a file in `cache` where an earlier run has left them there."""
    key = hashlib.sha256(repr((seed, each, [design.design_id for design in designs])).encode()).hexdigest()[:16]
    path = cache / f"cards-{key}.npz"
    if path.exists():
        with np.load(path, allow_pickle=False) as kept:
            return [Card(kept[f"image{i}"], int(design)) for i, design in enumerate(kept["designs"])]
    cards = draw_cards(designs, each, seed=seed)
    cache.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    images = {f"image{i}": card.image for i, card in enumerate(cards)}
    np.savez(partial, allow_pickle=False, designs=np.array([card.design for card in cards]), **images)
    partial.replace(path)
    return cards


def reduced(image: Image, width: int = CARD_WIDTH) -> Image:
    """An image reduced by area to `width` pixels."""
    height = max(1, round(image.shape[0] * width / image.shape[1]))
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
