"""A character of a field laid over another of the same field: no foreign pixel, only pixels twice."""

import numpy as np

from udfs.specimens.attacks.after_edits import hidden
from udfs.specimens.attacks.attacked import Attacked, altered, fields_to_change, unaltered
from udfs.specimens.attacks.canvas import Canvas, copied, ink_mask, whole_box
from udfs.specimens.rendered import Image, Rendered

Glyph = tuple[int, int]


def applies(page: Rendered) -> bool:
    """Where some field has two characters that can be told apart and exchanged."""
    return any(_exchanges(page, name) for name in fields_to_change(page))


def apply(canvas: Canvas, rng: np.random.Generator) -> Attacked:
    """Copy one character or two over others, moved by whole pixels of the picture."""
    page = canvas.page
    names = [name for name in fields_to_change(page) if _exchanges(page, name)]
    if not names:
        return unaltered(canvas)
    name = str(rng.choice(names))
    pairs = _exchanges(page, name)
    image = canvas.image
    for index in rng.choice(len(pairs), size=min(len(pairs), int(rng.integers(1, 3))), replace=False):
        image = _copied(canvas, image, name, pairs[int(index)])
    return altered(canvas, hidden(canvas.image, image, rng), (name,))


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


def _copied(canvas: Canvas, image: Image, name: str, move: tuple[Glyph, Glyph]) -> Image:
    """The source's columns, of the target's width and about the source's middle, laid over the target."""
    (start, end), (left, right) = move
    _, top, _, bottom = whole_box(canvas.page, canvas.page.zones[name], 2)
    middle = (top + bottom) / 2
    step = canvas.step(((left + right) / 2, middle), ((start + end) / 2, middle))
    place = canvas.box_region((left - 1, top, right + 1, bottom))
    laid = image.copy()
    laid[place] = copied(canvas.image, place, step)[place]
    return laid
