"""Pages of a PDF as documents: `scan.pdf#page=2` is an address, and its bytes are those of a picture.

A page that shows one JPEG and nothing else is that JPEG, byte for byte, so that forensics see its own grid, and it is
the same content as the JPEG delivered loose. Any other page is rendered; its content is named by the file's digest and
the page's number, whatever renders it.
"""

import hashlib
import re
from dataclasses import dataclass
from importlib.util import find_spec

import cv2
import numpy as np

from udfs.images.limited import ask_child
from udfs.images.refusals import Refused

PAGE = re.compile(r"(.*\.pdf)#page=([1-9][0-9]{0,3})", re.IGNORECASE | re.DOTALL)
NAME = re.compile(r".*\.pdf", re.IGNORECASE | re.DOTALL)
FAST = (cv2.IMWRITE_PNG_COMPRESSION, 1)


@dataclass(frozen=True)
class Page:
    """A page's picture: a JPEG as it lay in the file, or a PNG that was rendered."""

    content: bytes
    sha256: str
    rendered: bool


def split_page(uri: str) -> tuple[str, int | None]:
    """An address without its page, and the page's number, from 1."""
    found = PAGE.fullmatch(uri)
    return (found[1], int(found[2])) if found else (uri, None)


def is_paged(uri: str) -> bool:
    """Whether an address names a whole PDF, whose pages are documents."""
    return NAME.fullmatch(uri) is not None


def page_digests(content: bytes, most: int) -> list[str]:
    """Of each page the digest that names its content.

    Raises:
        Refused: `empty, unsupported_format, encrypted, too_many_pages, undecodable, bomb, crash, timeout, memory`.
    """
    _refuse_unreadable(content)
    said, _ = ask_child(content, do="describe", most=most)
    whole = hashlib.sha256(content).hexdigest()
    return [jpeg or _rendered(whole, number) for number, jpeg in enumerate(said["pages"], start=1)]


def read_page(content: bytes, number: int, most: int | None = None) -> Page:
    """One page of a PDF; its JPEG may have so many bytes, which a file of few can hold deflated.

    Raises:
        Refused: `missing`, `too_large`, and as `page_digests` does.
    """
    _refuse_unreadable(content)
    said, payload = ask_child(content, do="page", number=number, most=most)
    if said["jpeg"]:
        return Page(payload, hashlib.sha256(payload).hexdigest(), rendered=False)
    pixels = np.frombuffer(payload, np.uint8).reshape(said["height"], said["width"], 3)
    png = cv2.imencode(".png", pixels, FAST)[1].tobytes()
    return Page(png, _rendered(hashlib.sha256(content).hexdigest(), number), rendered=True)


def _rendered(whole: str, number: int) -> str:
    return hashlib.sha256(f"{whole}#page={number}".encode()).hexdigest()


def _refuse_unreadable(content: bytes) -> None:
    """Refuse what need not start a child."""
    if not content:
        raise Refused("empty", "no bytes")
    if find_spec("pypdfium2") is None:
        raise Refused("unsupported_format", "PDF, which needs the package pypdfium2")
