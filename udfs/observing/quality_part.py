"""Part `quality`: how well the picture can be seen."""

from collections.abc import Sequence
from dataclasses import asdict

from udfs.images.quality import quality_of
from udfs.observing.look import Look, Opened


def look_at_quality(looks: Sequence[Look], opened: Opened) -> None:
    """Measure each picture."""
    del opened
    for look in looks:
        look.parts["quality"] = asdict(quality_of(look.image))
