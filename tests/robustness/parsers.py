"""The way of a bad input through guard, decode and parsers, in this process."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from conf.settings import ImageLimits
from tests.robustness.bad_inputs import BadInput
from udfs.forensics.file_facts import file_facts
from udfs.forensics.quantization import low_steps, quantization_tables
from udfs.images.decode import decode
from udfs.images.guard import guard
from udfs.images.headers import JPEG
from udfs.images.pages import read_page
from udfs.images.refusals import Refused
from udfs.reading.barcode import aamva_date, parse_aamva
from udfs.reading.dates import looks_like_date, mrz_date, read_date
from udfs.reading.lines import TextLine
from udfs.reading.mrz import find_mrz, parse_mrz
from udfs.reading.values import canonical, of_kind

LIMITS = ImageLimits()
SEEN = "seen"
Outcome = str


def through_parsers(bad: BadInput) -> Outcome:
    """What guard, decode and parsers make of an input: `seen`, or the reason of its refusal."""
    if isinstance(bad.content, bytes):
        try:
            return _through_codecs(bad.kind, bad.content)
        except Refused as refused:
            return refused.reason
    PARSERS[bad.kind](bad.content)
    return SEEN


def _through_codecs(kind: str, content: bytes) -> Outcome:
    """As the inspector goes: of a PDF its first page, then guard, file facts and pixels."""
    if kind == "pdf":
        content = read_page(content, 1, LIMITS.max_bytes).content
    header = guard(content, LIMITS)
    file_facts(content, header)
    low_steps(quantization_tables(content, header) if header.format == JPEG else {})
    image = decode(content, header)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise TypeError(f"decoded to {image.dtype} {image.shape}")
    return SEEN


def _mrz(lines: tuple[str, ...]) -> None:
    parse_mrz(lines)
    parse_mrz(lines, on=date(2026, 3, 1))
    find_mrz([_read_line(text, place) for place, text in enumerate(lines)])
    for line in lines:
        for start in (0, 13, 21):
            mrz_date(line[start : start + 6], latest="2030-01-01", on=None)
            mrz_date(line[start : start + 6], latest=None, on=date(2026, 3, 1))


def _read_line(text: str, place: int) -> TextLine:
    top = 40.0 * place
    box = (10.0, top, 900.0, top + 30)
    return TextLine(text, box, ((10.0, top), (900.0, top), (900.0, top + 30), (10.0, top + 30)), 0.9)


def _aamva(text: str) -> None:
    parse_aamva(text)
    aamva_date(text[:8], "USA")


def _date(text: str) -> None:
    read_date(text)
    looks_like_date(text)
    for name in ("birth_date", "sex", "number", "nationality", "surname", "categories", "address"):
        if of_kind(name, text):
            canonical(name, text, None)


PARSERS: dict[str, Callable[[Any], None]] = {"mrz": _mrz, "aamva": _aamva, "symbol": _aamva, "date": _date}
