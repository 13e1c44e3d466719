"""Reads a document: text, machine readable zone, barcode and visual zone in one call."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import numpy.typing as npt

from udfs.nets.mrz import MrzNet
from udfs.reading.barcode import DECODED, Barcode, read_barcode
from udfs.reading.detector import Image
from udfs.reading.fields import FieldReading
from udfs.reading.lines import TextLine, moved_box
from udfs.reading.mrz import Mrz
from udfs.reading.mrz_search import find_on_card, find_on_photo
from udfs.reading.text import TextReader, read_text
from udfs.reading.visual_zone import read_visual_zone

__all__ = ["FieldReading", "Page", "Reading", "read_document"]


@dataclass(frozen=True)
class Reading:
    """What was read on one card.

    Attributes:
        lines: its lines, boxes in pixels of the card.
        fields: every typed field and line, boxes in pixels of the decoded image.
        mrz: its machine readable zone, boxes in pixels of the card, or None.
        barcode: its barcode, box in pixels of the card, or None.
        mean_confidence: mean certainty of its lines, in [0, 1]; 0 without lines.
    """

    lines: tuple[TextLine, ...]
    fields: tuple[FieldReading, ...]
    mrz: Mrz | None
    barcode: Barcode | None
    mean_confidence: float


@dataclass(frozen=True)
class Page:
    """What is to be read.

    Attributes:
        card: BGR uint8 [h, w, 3], the card, rectified and upright, at native resolution.
        to_image: float64 [3, 3], the homography from card pixels to pixels of the decoded image.
        photo: BGR uint8, the decoded image itself where no card was found in it, so that `card` is all of it.
    """

    card: Image
    to_image: npt.NDArray[np.float64]
    photo: Image | None = None


def read_document(reader: TextReader, second: MrzNet | None, page: Page) -> Reading:
    """Read a page: its text with `reader`, the rows of its machine readable zone with `second` too, if there is one."""
    lines = tuple(read_text(reader, page.card))
    mrz = find_on_card(second, page.card, lines)
    if mrz is None and second is not None and page.photo is not None:
        mrz = find_on_photo(second, page.photo, np.asarray(np.linalg.inv(page.to_image), np.float64))
    barcode = read_barcode(page.card)
    found = [*_mrz_fields(mrz), *_barcode_fields(barcode), *read_visual_zone(lines, mrz), *_text_fields(lines)]
    return Reading(
        lines=lines,
        fields=tuple(_moved(field, page.to_image) for field in found),
        mrz=mrz,
        barcode=barcode,
        mean_confidence=fmean(line.confidence for line in lines) if lines else 0.0,
    )


def _mrz_fields(mrz: Mrz | None) -> Iterator[FieldReading]:
    if mrz is None:
        return
    for number, (line, box) in enumerate(zip(mrz.lines, mrz.boxes, strict=True), start=1):
        held = min((f.confidence for f in mrz.fields.values()), default=0.0)
        yield FieldReading(f"mrz_line_{number}", "mrz", line, line, held, box)
    for name, field in mrz.fields.items():
        yield FieldReading(name, "mrz", field.value or None, field.raw, field.confidence, field.box)


def _barcode_fields(barcode: Barcode | None) -> Iterator[FieldReading]:
    if barcode is None:
        return
    yield FieldReading("barcode_text", "barcode", barcode.text, barcode.text, DECODED, barcode.box)
    for name, value in barcode.fields.items():
        yield FieldReading(name, "barcode", value, value, DECODED, barcode.box)


def _text_fields(lines: Sequence[TextLine]) -> Iterator[FieldReading]:
    for line in lines:
        yield FieldReading("line", "text", line.text, line.text, line.confidence, line.box)


def _moved(field: FieldReading, to_image: npt.NDArray[np.float64]) -> FieldReading:
    if field.box is None:
        return field
    box = moved_box(field.box, to_image)
    return FieldReading(field.name, field.source, field.value, field.raw, field.confidence, box)
