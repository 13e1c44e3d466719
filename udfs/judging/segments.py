"""Segments: documents whose evidence is compared with one another, by type, width of the card and codec."""

from collections.abc import Mapping
from typing import NamedTuple

from udfs.judging.cells import given, number, text

ALL = "all"
NARROW, WIDE = 600.0, 1_000.0  # px of card width: below the one print is not judged, above the other fine print shows
FINE = 85.0  # JPEG quality that cameras write; messengers and web forms write less


class Segment(NamedTuple):
    """Declared type, bucket of card width, bucket of codec."""

    doc_type: str
    width: str
    codec: str


def segment_of(row: Mapping[str, object]) -> Segment:
    """The segment of a document.

    Args:
        row: doc_type, card_found, card_width in pixels, format and jpeg_quality 1 to 100; each None where not known.
    """
    return Segment(text(row["doc_type"]) or "unknown", _width(row), _codec(row))


def names_of(segment: Segment) -> tuple[str, ...]:
    """Names of a segment and of its parents, the narrowest first."""
    doc_type, width, codec = segment
    return f"{doc_type}/{width}/{codec}", f"{doc_type}/{width}", doc_type, ALL


def threshold_of(thresholds: Mapping[str, float], segment: Segment) -> float | None:
    """The threshold of the narrowest segment that has one."""
    return next((thresholds[name] for name in names_of(segment) if name in thresholds), None)


def _width(row: Mapping[str, object]) -> str:
    width = number(row["card_width"])
    if not given(row["card_found"]) or width is None:
        return "no_card"
    return "narrow" if width < NARROW else "medium" if width < WIDE else "wide"


def _codec(row: Mapping[str, object]) -> str:
    if text(row["format"]) != "jpeg":
        return text(row["format"]) or "unknown"
    quality = number(row["jpeg_quality"])
    return "jpeg_fine" if quality is not None and quality >= FINE else "jpeg_coarse"
