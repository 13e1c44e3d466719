"""Part `copy`: the perceptual hash of the card."""

from collections.abc import Sequence
from dataclasses import asdict

from udfs.images.copies import copy_hash
from udfs.observing.look import Look, Opened


def look_for_copies(looks: Sequence[Look], opened: Opened) -> None:
    """Hash each flat card, or the whole frame where no card was found."""
    del opened
    for look in looks:
        look.parts["copy"] = asdict(copy_hash(look.card.image if look.card is not None else look.image))
