"""One document on its way through the parts, and what every part may use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from conf.settings import InspectSettings
from udfs.images.decode import Image
from udfs.images.headers import Header
from udfs.images.rectify import Card
from udfs.images.refusals import Refused
from udfs.nets.opening import Nets
from udfs.nets.pixels import Forensics
from udfs.reading.lines import Box
from udfs.reading.reader import Reading
from udfs.reading.text import TextReader

Floats = npt.NDArray[np.float32]
PRINTED = ("visual", "mrz")  # sources whose boxes are those of what was printed
RENDERED = "rendered from a page: its grid is ours"
CARD_LINES = 3  # a frame without a visible edge is taken for a card where so many lines were read


@dataclass(frozen=True)
class Opened:
    """What a worker opens once."""

    settings: InspectSettings
    nets: Nets
    reader: TextReader
    fingerprints: Mapping[str, str]


@dataclass
class Look:
    """A decoded document and what has been seen on it so far.

    Attributes:
        sha256: digest of its bytes.
        content: its bytes.
        header: what its header says.
        image: its pixels, upright, on their own grid.
        rendered: whether they were drawn from a page: then they tell of what was written, not how it was taken.
        parts: what each part saw, as the table observations declares it.
        skipped: parts, or kinds of vectors, that could not look, each with its reason.
        fields: rows of `fields`, without keys of the content.
        vectors: rows of `vectors`, likewise.
        plate: the row of `plates`, likewise.
        seconds: time that each part took.
        refused: why the document is given up, if it is.
        corners: the card's corners in decoded pixels; those of the frame where no card was found.
        card: the card laid flat.
        reading: what was read.
        portrait: box of the portrait in pixels of the flat card.
        pixels: what the forensic trunk saw.
    """

    sha256: str
    content: bytes
    header: Header
    image: Image
    rendered: bool = False
    parts: dict[str, Mapping[str, object]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    fields: list[Mapping[str, object]] = field(default_factory=list)
    vectors: list[Mapping[str, object]] = field(default_factory=list)
    plate: Mapping[str, object] | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    refused: Refused | None = None
    corners: Floats | None = None
    found: bool = False
    card: Card | None = None
    reading: Reading | None = None
    portrait: tuple[int, int, int, int] | None = None
    pixels: Forensics | None = None

    @property
    def is_card(self) -> bool:
        """Whether it shows a card: its edges were found, or it is filled with a card's text."""
        read = len(self.reading.lines) if self.reading is not None else 0
        return self.card is not None and (self.found or read >= CARD_LINES)

    def places(self) -> dict[str, Box]:
        """Boxes of what was read on the card by source and name, in decoded pixels; of two of a name the last."""
        fields = self.reading.fields if self.reading is not None else ()
        return {
            f"{field.source}.{field.name}": field.box
            for field in fields
            if field.box is not None and field.source in PRINTED
        }


Part = Callable[[Sequence[Look], Opened], None]
