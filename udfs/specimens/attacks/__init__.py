"""Forgeries of a flat document, each in a file of its own; none knows camera or codec."""

from udfs.specimens.attacks import (
    copy_move,
    generated,
    portrait_swap,
    print_recapture,
    retype,
    screen_recapture,
    splice,
    untouched,
)
from udfs.specimens.attacks.attacked import Attack, Attacked

__all__ = ["ATTACKS", "Attack", "Attacked"]

ATTACKS: dict[str, Attack] = {
    "retype": Attack("tampered", retype.apply, retype.applies),
    "copy_move": Attack("tampered", copy_move.apply, copy_move.applies),
    "portrait_swap": Attack("tampered", portrait_swap.apply, portrait_swap.applies),
    "splice": Attack("tampered", splice.apply, splice.applies),
    "print_recapture": Attack("physical", print_recapture.apply, print_recapture.applies),
    "screen_recapture": Attack("physical", screen_recapture.apply, screen_recapture.applies),
    **generated.ATTACKS,
    "null": Attack("none", untouched.apply, untouched.applies),
}
