"""A typed field as it was read."""

from dataclasses import dataclass

from udfs.reading.lines import Box


@dataclass(frozen=True)
class FieldReading:
    """One field of one source.

    Attributes:
        name: field name of the closed list.
        source: `visual`, `mrz`, `barcode` or `text`.
        value: canonical value; None where the text as read has none (a malformed or impossible date).
        raw: the text as read.
        confidence: chance that it was read as it stands, in [0, 1].
        box: where it stands, in pixels; None where that is not known.
    """

    name: str
    source: str
    value: str | None
    raw: str
    confidence: float
    box: Box | None
