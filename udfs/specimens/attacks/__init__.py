"""Forgeries of a flat document, each in a file of its own; none knows camera or codec."""

from udfs.specimens.attacks import (
    copy_move,
    cut_out,
    dye_sublimation,
    generated,
    grey_copy,
    halftone,
    inkjet,
    pasted_photo,
    pentile_screen,
    portrait_swap,
    retype,
    splice,
    stripe_screen,
    untouched,
)
from udfs.specimens.attacks.attacked import Attack, Attacked

__all__ = ["ATTACKS", "Attack", "Attacked"]

ATTACKS: dict[str, Attack] = {
    "retype": Attack("tampered", retype.apply, retype.applies),
    "copy_move": Attack("tampered", copy_move.apply, copy_move.applies),
    "portrait_swap": Attack("tampered", portrait_swap.apply, portrait_swap.applies),
    "splice": Attack("tampered", splice.apply, splice.applies),
    "halftone": Attack("physical", halftone.apply, halftone.applies),
    "stripe_screen": Attack("physical", stripe_screen.apply, stripe_screen.applies),
    "pasted_photo": Attack("physical", pasted_photo.apply, pasted_photo.applies),
    "inkjet": Attack("physical", inkjet.apply, inkjet.applies),
    "pentile_screen": Attack("physical", pentile_screen.apply, pentile_screen.applies),
    "cut_out": Attack("physical", cut_out.apply, cut_out.applies),
    "dye_sublimation": Attack("physical", dye_sublimation.apply, dye_sublimation.applies),
    "grey_copy": Attack("physical", grey_copy.apply, grey_copy.applies),
    "generated": Attack("generated", generated.apply, generated.applies),
    "null": Attack("none", untouched.apply, untouched.applies),
}
