"""Part `forensics`: the trunk's logits, map and boxes, and the baseline signals beside them."""

from collections.abc import Sequence

from udfs.forensics.quantization import low_steps, luma_steps, quantization_tables
from udfs.forensics.signals import baseline_signals
from udfs.images.headers import JPEG
from udfs.images.rectify import side_lengths
from udfs.nets.pixels import Forensics, inspect_pixels
from udfs.observing.card_part import frame
from udfs.observing.look import RENDERED, Look, Opened

LEAST_SIDE = 64  # px: below that, of card or picture, no statistics carry


def look_at_pixels(looks: Sequence[Look], opened: Opened) -> None:
    """Look at each card's pixels on the picture's own grid, never resized."""
    for look in looks:
        if look.rendered:
            look.skipped["forensics"] = RENDERED
            continue
        corners = look.corners if look.corners is not None else frame(look)
        if min(*look.image.shape[:2], side_lengths(corners)[0]) < LEAST_SIDE:
            look.skipped["forensics"] = f"card smaller than {LEAST_SIDE} px"
            continue
        zones = look.places()
        every_step = luma_steps(look.content, look.header)
        seen = inspect_pixels(opened.nets.forensic, look.image, corners, zones or None, steps=every_step)
        steps = low_steps(quantization_tables(look.content, look.header) if look.header.format == JPEG else {})
        signals = baseline_signals(look.image, corners, list(zones.values()), steps)
        signals["trailing_bytes"] = float(len(look.content) - look.header.end)
        look.pixels = seen
        look.parts["forensics"] = _answer(seen, signals)


def _answer(seen: Forensics, signals: dict[str, float]) -> dict[str, object]:
    rows, columns = seen.map.shape
    return {
        "signals": signals
        | {
            "trunk_tampered": seen.tampered_logit,
            "trunk_physical": seen.physical_logit,
            "trunk_generated": seen.generated_logit,
        },
        "map_rows": rows,
        "map_cols": columns,
        "map": [float(value) for value in seen.map.ravel()],
        "boxes": [[float(value) for value in box] for box in seen.boxes],
    }
