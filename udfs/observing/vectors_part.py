"""Part `vectors`: design, label geometry, portrait photograph and background."""

from collections.abc import Sequence

from udfs.images.vectors import background, geometry
from udfs.nets.embedding import embed_designs, embed_portraits
from udfs.observing.look import Floats, Look, Opened


def look_for_vectors(looks: Sequence[Look], opened: Opened) -> None:
    """Describe each document; the nets see all of a batch at once, in batches of their own fixed shape."""
    print_of = opened.fingerprints["vectors"]
    for look in looks:
        look.vectors.clear()
    cards = [(look, look.card.image) for look in looks if look.card is not None and look.is_card]
    for (look, _), vector in zip(cards, embed_designs(opened.nets.design, [card for _, card in cards]), strict=True):
        _add(look, "design", vector, print_of)
    faces = [(look, look.card.image, look.portrait) for look in looks if look.card is not None and look.portrait]
    crops = [card[y0:y1, x0:x1] for _, card, (x0, y0, x1, y1) in faces]
    for (look, _, _), vector in zip(faces, embed_portraits(opened.nets.portrait, crops), strict=True):
        _add(look, "portrait", vector, print_of)
    for look in looks:
        _describe(look, print_of)


def _describe(look: Look, print_of: str) -> None:
    """Add the vectors that need no net, and say which of the four are absent and why."""
    if look.card is not None and look.reading is not None and look.reading.lines:
        size = (look.card.image.shape[1], look.card.image.shape[0])
        _add(look, "geometry", geometry(look.reading.lines, size), print_of)
    else:
        look.skipped["vectors.geometry"] = "nothing was read"
    around = background(look.image, look.corners) if look.found and look.corners is not None else None
    if around is not None:
        _add(look, "background", around, print_of)
    else:
        look.skipped["vectors.background"] = "no background around the card"
    if not look.is_card:
        look.skipped["vectors.design"] = "no card"
    if look.portrait is None:
        look.skipped["vectors.portrait"] = "no portrait"


def _add(look: Look, kind: str, vector: Floats, print_of: str) -> None:
    look.vectors.append({"fingerprint": print_of, "kind": kind, "vector": [float(value) for value in vector]})
