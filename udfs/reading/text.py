"""Reads the lines of text of an upright card."""

from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean

from conf.settings import ReadingSettings
from udfs.reading.detector import Detector, Image
from udfs.reading.lines import TextLine
from udfs.reading.quantised import Floats
from udfs.reading.recogniser import Decoded, Recogniser

__all__ = ["TextLine", "TextReader", "open_text_reader", "read_text"]

# A line less certain than this on average is ground that was taken for text.
LEAST_CERTAIN = 0.5


@dataclass(frozen=True)
class TextReader:
    """A detector and a recogniser, kept by a worker for its life; for one thread at a time."""

    detector: Detector
    recogniser: Recogniser


@lru_cache(maxsize=1)
def open_text_reader(settings: ReadingSettings) -> TextReader:
    """Open the nets once in a process; the settings are the key."""
    return TextReader(Detector(settings.detector_side), Recogniser(settings.width_buckets, settings.batch))


def read_text(reader: TextReader, image: Image) -> list[TextLine]:
    """Read an upright image (BGR uint8 [h, w, 3]) at its native pixels; lines from the top down."""
    quads = reader.detector(image)
    lines = [_line(quad, decoded) for quad, decoded in zip(quads, reader.recogniser(image, quads), strict=True)]
    return [line for line in lines if line.text and line.confidence >= LEAST_CERTAIN]


def _line(quad: Floats, decoded: Decoded) -> TextLine:
    start = len(decoded.text) - len(decoded.text.lstrip())
    end = len(decoded.text.rstrip())
    certainties = decoded.certainties[start:end]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = ((float(x), float(y)) for x, y in quad)
    return TextLine(
        text=decoded.text[start:end],
        box=(min(ax, dx), min(ay, by), max(bx, cx), max(cy, dy)),
        quad=((ax, ay), (bx, by), (cx, cy), (dx, dy)),
        confidence=fmean(certainties) if certainties else 0.0,
        certainties=certainties,
        centres=decoded.centres[start:end],
    )
