"""The parts in the order in which they look, each made safe against one document's pixels."""

import logging
import time
from collections.abc import Sequence

import cv2

from udfs.images.refusals import Refused
from udfs.observing.card_part import look_at_card
from udfs.observing.copy_part import look_for_copies
from udfs.observing.file_part import look_at_file
from udfs.observing.forensics_part import look_at_pixels
from udfs.observing.lacking import DEVICE_FAULTS, free_memory, memory_lacked
from udfs.observing.look import Look, Opened, Part
from udfs.observing.plate_part import make_plates
from udfs.observing.portrait_part import look_for_portraits
from udfs.observing.quality_part import look_at_quality
from udfs.observing.reading_part import look_at_text
from udfs.observing.vectors_part import look_for_vectors
from udfs.observing.zones_part import look_at_zones

ORDER: dict[str, Part] = {
    "file": look_at_file,
    "quality": look_at_quality,
    "card": look_at_card,
    "reading": look_at_text,
    "forensics": look_at_pixels,
    "portrait": look_for_portraits,
    "vectors": look_for_vectors,
    "copy": look_for_copies,
    "plate": make_plates,
    "zones": look_at_zones,
}
BATCHED = ("card", "vectors")
# What odd pixels can provoke in numeric code; anything else is a fault of the worker and must stop it.
PROVOKED = (cv2.error, ValueError, ArithmeticError, LookupError, RuntimeError)
log = logging.getLogger(__name__)


def look_at_all(looks: Sequence[Look], opened: Opened) -> None:
    """Let every part that the settings name look at every document."""
    for name, part in ORDER.items():
        if name in opened.settings.parts:
            _run(name, part, [look for look in looks if look.refused is None], opened)


def _run(name: str, part: Part, looks: Sequence[Look], opened: Opened) -> None:
    """Run one part: over the whole batch where its nets gain by that, else document by document.

    A batch that memory does not hold is halved, in the nets' padded shape; one that a part dies on is taken apart.
    """
    if name not in BATCHED or len(looks) < 2:
        for look in looks:
            _run_alone(name, part, look, opened)
        return
    began = time.perf_counter()
    try:
        part(looks, opened)
    except (MemoryError, *PROVOKED) as error:
        at_once = (len(looks) + 1) // 2 if memory_lacked(error) else 1
        if at_once == 1 and isinstance(error, DEVICE_FAULTS):
            raise
        log.warning("part %s died on a batch (%s); %d at a time instead", name, type(error).__name__, at_once)
    else:
        _share(name, looks, time.perf_counter() - began)
        return
    free_memory()
    for start in range(0, len(looks), at_once):
        _run(name, part, looks[start : start + at_once], opened)


def _run_alone(name: str, part: Part, look: Look, opened: Opened) -> None:
    """Run one part over one document, which is refused if the part dies on it.

    Raises:
        MemoryError: the document does not fit; whether that is its own fault shows where it is alone in a process.
    """
    began = time.perf_counter()
    try:
        part([look], opened)
    except DEVICE_FAULTS:
        raise
    except PROVOKED as error:
        if memory_lacked(error):
            raise MemoryError(f"part {name}") from error
        log.exception("part %s died on %s", name, look.sha256[:12])
        look.refused = Refused("crash", f"part {name}: {type(error).__name__}")
    _share(name, [look], time.perf_counter() - began)


def _share(name: str, looks: Sequence[Look], seconds: float) -> None:
    for look in looks:
        look.seconds[name] = seconds / len(looks)
