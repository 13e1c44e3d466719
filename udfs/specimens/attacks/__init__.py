"""Forgeries of a page or of its opened picture, each in a file of its own; none knows camera or codec."""

from collections.abc import Callable, Sequence

import numpy as np

from udfs.specimens.attacks import (
    copy_move,
    cut_out,
    dye_sublimation,
    generated,
    grey_copy,
    halftone,
    inkjet,
    inpaint,
    pasted_photo,
    pentile_screen,
    portrait_swap,
    retype,
    splice,
    stripe_screen,
    untouched,
)
from udfs.specimens.attacks.attacked import Apply, Attack, Attacked
from udfs.specimens.rendered import Rendered

__all__ = ["ATTACKS", "SHOW_A_STRANGER", "Attack", "Attacked", "in_turn"]


def _printed(make: Callable[[Rendered, np.random.Generator], Attacked]) -> Apply:
    """A forgery that only a camera turns into a picture: made of the page, whatever picture of it there is."""
    return lambda canvas, rng: make(canvas.page, rng)


ATTACKS: dict[str, Attack] = {
    "retype": Attack("tampered", retype.apply, retype.applies),
    "copy_move": Attack("tampered", copy_move.apply, copy_move.applies),
    "portrait_swap": Attack("tampered", portrait_swap.apply, portrait_swap.applies),
    "inpaint": Attack("tampered", inpaint.apply, inpaint.applies),
    "splice": Attack("tampered", splice.apply, splice.applies),
    "halftone": Attack("physical", _printed(halftone.apply), halftone.applies),
    "stripe_screen": Attack("physical", _printed(stripe_screen.apply), stripe_screen.applies),
    "pasted_photo": Attack("physical", _printed(pasted_photo.apply), pasted_photo.applies),
    "inkjet": Attack("physical", _printed(inkjet.apply), inkjet.applies),
    "pentile_screen": Attack("physical", _printed(pentile_screen.apply), pentile_screen.applies),
    "cut_out": Attack("physical", _printed(cut_out.apply), cut_out.applies),
    "dye_sublimation": Attack("physical", _printed(dye_sublimation.apply), dye_sublimation.applies),
    "grey_copy": Attack("physical", _printed(grey_copy.apply), grey_copy.applies),
    **generated.ATTACKS,
    "null": Attack("none", untouched.apply, untouched.applies),
}
# Their first two draws are the stranger's face and photograph.
SHOW_A_STRANGER = ("portrait_swap", "pasted_photo")


def in_turn(names: Sequence[str], index: int) -> str:
    """The attack whose turn it is: families one after another, each with its attacks in the order given."""
    families = list(dict.fromkeys(ATTACKS[name].family for name in names))
    members = [name for name in names if ATTACKS[name].family == families[index % len(families)]]
    return members[index // len(families) % len(members)]
