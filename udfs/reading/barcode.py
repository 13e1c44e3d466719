"""Barcodes: AAMVA fields of a PDF417 by the version of its standard, and the payload of a QR code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from udfs.reading.dates import iso
from udfs.reading.detector import Image
from udfs.reading.lines import Box

# A decoded symbol has passed its own error correction.
DECODED = 0.999
# A symbol whose modules are few pixels wide is found on a larger copy; 40 photographs of training designs, decoded of
# them: 34 as they are, 40 with this second look.
SECOND_LOOK = 1.5
SEXES = {"1": "M", "2": "F", "9": "X", "M": "M", "F": "F", "X": "X"}
# Element identifiers of the AAMVA card design standards; DAA, DAB and DCT are those of versions 1 to 3.
ELEMENTS = {
    "DAQ": "number", "DBB": "birth_date", "DBD": "issue_date", "DBA": "expiry_date", "DBC": "sex",
    "DCA": "categories",
}  # fmt: skip
TRUNCATION_FLAGS = {"DDE": "surname", "DDF": "given_names", "DDG": "given_names"}
_HEADER = re.compile(r"@.{0,6}?(?:ANSI |AAMVA|AKAMVA)\s*(\d{6})(\d{2})", re.DOTALL)
_ELEMENT = re.compile(r"(?:^|[\n\r]|(?:DL|ID)(?=D))(D[A-Z]{2})([^\n\r]*)")


@dataclass(frozen=True)
class Barcode:
    """One symbol.

    Attributes:
        format: `PDF417` or `QRCode`.
        text: its payload as text.
        box: where it stands, in pixels.
        fields: canonical values by field name; empty where the payload has no structure that we know.
        version: version of the AAMVA standard, else None.
        truncated: fields whose truncation flag says that they were cut.
    """

    format: str
    text: str
    box: Box
    fields: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None
    truncated: frozenset[str] = frozenset()


def read_barcode(image: Image) -> Barcode | None:
    """Read the most telling symbol of an image (BGR): an AAMVA PDF417, else any PDF417, else a QR code."""
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    found = _decoded(grey, 1.0)
    if not found:
        larger = cv2.resize(grey, None, fx=SECOND_LOOK, fy=SECOND_LOOK, interpolation=cv2.INTER_CUBIC)
        found = _decoded(larger, SECOND_LOOK)
    return max(found, key=lambda b: (b.version is not None, b.format == "PDF417", len(b.text)), default=None)


def _decoded(grey: npt.NDArray[np.integer | np.floating], scale: float) -> list[Barcode]:
    """Decode the symbols of a grey image [h, w] that is so many times larger than the one that was given."""
    wanted = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.PDF417, zxingcpp.BarcodeFormat.QRCode])
    symbols = zxingcpp.read_barcodes(grey, formats=wanted, text_mode=zxingcpp.TextMode.Plain)
    return [_parsed(symbol, scale) for symbol in symbols if symbol.valid and symbol.text]


def _parsed(symbol: zxingcpp.Barcode, scale: float) -> Barcode:
    where = symbol.position
    corners = (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
    xs, ys = [c.x / scale for c in corners], [c.y / scale for c in corners]
    box = (min(xs), min(ys), max(xs), max(ys))
    name = "PDF417" if symbol.format == zxingcpp.BarcodeFormat.PDF417 else "QRCode"
    version, fields, truncated = parse_aamva(symbol.text)
    return Barcode(name, symbol.text, box, fields, version, truncated)


def parse_aamva(text: str) -> tuple[int | None, dict[str, str], frozenset[str]]:
    """Parse an AAMVA payload into its version, fields and those cut off; (None, {}, {}) if it is none."""
    header = _HEADER.search(text)
    if header is None:
        return None, {}, frozenset()
    elements = {m[1]: m[2].strip() for m in _ELEMENT.finditer(text)}
    country = elements.get("DCG", "")
    fields = {}
    for code, name in ELEMENTS.items():
        value = elements.get(code, "")
        if name.endswith("_date"):
            value = aamva_date(value, country)
        elif name == "sex":
            value = SEXES.get(value, "")
        fields[name] = value
    fields |= _names(elements)
    fields["address"] = ", ".join(v for v in (elements.get(c, "") for c in ("DAG", "DAH", "DAI")) if v)
    truncated = frozenset(name for code, name in TRUNCATION_FLAGS.items() if elements.get(code) == "T")
    return int(header[2]), {name: value for name, value in fields.items() if value}, truncated


def aamva_date(text: str, country: str) -> str:
    """Read eight digits: CCYYMMDD in Canada, MMDDCCYY in the USA; elsewhere the order that gives a likely year."""
    if not re.fullmatch(r"\d{8}", text):
        return ""
    canada = iso(int(text[:4]), int(text[4:6]), int(text[6:])) or ""
    states = iso(int(text[4:]), int(text[:2]), int(text[2:4])) or ""
    if country.startswith("CAN"):
        return canada
    return states if country.startswith("USA") else canada or states


def _names(elements: Mapping[str, str]) -> dict[str, str]:
    """Read the names: DCS with DAC and DAD since version 4, DCT in 2 and 3, DAA or DAB in 1."""
    surname = elements.get("DCS") or elements.get("DAB", "")
    given = " ".join(v for v in (elements.get(c, "") for c in ("DAC", "DAD")) if v not in ("", "NONE", "NMN"))
    given = given or elements.get("DCT", "").replace(",", " ")
    whole = [part.strip() for part in re.split(r"[,@]", elements.get("DAA", "")) if part.strip()]
    if whole and not surname:
        surname, given = whole[0], " ".join(whole[1:])
    return {"surname": surname.upper(), "given_names": " ".join(given.upper().split())}
