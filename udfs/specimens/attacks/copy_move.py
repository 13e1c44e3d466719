"""A character of a field laid over another of the same field: no foreign pixel, only pixels twice."""

import numpy as np

from udfs.specimens.attacks.attacked import (
    Attacked,
    altered,
    fields_to_change,
    ink_mask,
    unaltered,
    whole_box,
)
from udfs.specimens.rendered import Image, Rendered

Glyph = tuple[int, int]


def applies(page: Rendered) -> bool:
    """Where some field has two characters that can be told apart and exchanged."""
    return any(_exchanges(page, name) for name in fields_to_change(page))


def apply(page: Rendered, rng: np.random.Generator) -> Attacked:
    """Copy one character over another, moved by whole pixels."""
    names = [name for name in fields_to_change(page) if _exchanges(page, name)]
    if not names:
        return unaltered(page)
    name = str(rng.choice(names))
    pairs = _exchanges(page, name)
    image = page.image.copy()
    for index in rng.choice(len(pairs), size=min(len(pairs), int(rng.integers(1, 3))), replace=False):
        source, target = pairs[int(index)]
        _copy(page, image, name, (source, target))
    return altered(page, image, (name,))


def _glyphs(page: Rendered, name: str) -> list[Glyph]:
    """Columns (start, end) in page pixels of each run of ink."""
    box = whole_box(page, page.zones[name], 1)
    columns = ink_mask(page, box).any(axis=0).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], columns, [0]))))
    return [(int(start) + box[0], int(end) + box[0]) for start, end in edges.reshape(-1, 2)]


def _exchanges(page: Rendered, name: str) -> list[tuple[Glyph, Glyph]]:
    """Pairs (source, target) of digits of one field that differ and are about equally wide."""
    characters = page.printed[name].replace(" ", "")
    glyphs = _glyphs(page, name)
    if len(glyphs) != len(characters):
        return []
    digits = [(char, glyph) for char, glyph in zip(characters, glyphs, strict=True) if char.isdigit()]
    return [
        (source, target)
        for char, source in digits
        for other, target in digits
        if char != other and abs((source[1] - source[0]) - (target[1] - target[0])) <= 3
    ]


def _copy(page: Rendered, image: Image, name: str, move: tuple[Glyph, Glyph]) -> None:
    """Lay the source's columns, of the target's width and about the source's middle, over the target."""
    (start, end), (left, right) = move
    _, top, _, bottom = whole_box(page, page.zones[name], 2)
    left, right = left - 1, right + 1
    offset = round((start + end) / 2 - (left + right) / 2)
    limit = image.shape[1] - (right - left)
    begin = int(np.clip(left + offset, 0, limit))
    piece = page.image[top:bottom, begin : begin + right - left]
    image[top:bottom, left:right] = piece
