"""The AAMVA-like PDF417 on the back of a driving licence."""

from functools import lru_cache

import cv2
import numpy as np
import zxingcpp

from udfs.specimens.mrz_lines import transliterate
from udfs.specimens.people import Papers, Person
from udfs.specimens.rendered import Image

SEX_CODES = {"M": "1", "F": "2", "X": "9"}  # AAMVA DBC
VERSION = 10  # AAMVA DL/ID card design standard of 2020
COLUMNS = 8


def barcode_text(person: Person, papers: Papers, issuer: str) -> str:
    """The text of the barcode: an AAMVA header and one DL subfile, dates as CCYYMMDD."""
    street, _, town = papers.address.partition(", ")
    elements = {
        "DAQ": papers.number,
        "DCS": _plain(person.surname),
        "DAC": _plain(person.given_names),
        "DBB": f"{person.birth_date:%Y%m%d}",
        "DBD": f"{papers.issue_date:%Y%m%d}",
        "DBA": f"{papers.expiry_date:%Y%m%d}",
        "DBC": SEX_CODES[person.sex],
        "DAG": street.upper(),
        "DAI": town.upper(),
        "DCA": papers.categories,
        "DCG": issuer,
    }
    subfile = "DL" + "\n".join(code + value for code, value in elements.items()) + "\r"
    issuer_number = 990000 + sum(map(ord, issuer))  # above the block that AAMVA hands out
    head = f"@\n\x1e\rANSI {issuer_number:06d}{VERSION:02d}0001"
    offset = len(head) + len("DL") + 8
    return f"{head}DL{offset:04d}{len(subfile):04d}{subfile}"


@lru_cache(maxsize=64)
def barcode_modules(text: str) -> Image:
    """The symbol at one pixel a module, uint8 [h, w], black on white, without quiet zone."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.PDF417, columns=COLUMNS)
    return np.array(symbol.to_image(scale=1, add_quiet_zones=False), dtype=np.uint8)


def draw_barcode(text: str, size: tuple[int, int]) -> Image:
    """The symbol as large as fits `size` (width, height) px with square modules of whole pixels, grey [h, w]."""
    modules = barcode_modules(text)
    scale = max(1, min(size[0] // modules.shape[1], size[1] // modules.shape[0]))
    shape = (modules.shape[1] * scale, modules.shape[0] * scale)
    return np.asarray(cv2.resize(modules, shape, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def _plain(name: str) -> str:
    return transliterate(name).replace("<", " ")
