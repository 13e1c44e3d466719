"""The few EXIF tags that are looked at; positions, serial numbers, owners and times are never read."""

from collections.abc import Mapping
from dataclasses import dataclass

from udfs.images.headers import JPEG, PNG, Header

ORIENTATION, MAKE, MODEL, SOFTWARE, THUMBNAIL = 0x0112, 0x010F, 0x0110, 0x0131, 0x0201
EXIF_MARK = b"Exif\x00\x00"
ASCII, SHORT, LONG = 2, 3, 4
MOST_ENTRIES = 512
TEXT_LENGTH = 64


@dataclass(frozen=True)
class Exif:
    """What was found; orientation is 1 to 8 as in EXIF, 1 where the file says nothing valid."""

    present: bool = False
    orientation: int = 1
    software: str | None = None
    camera: str | None = None
    thumbnail: bool = False


def read_exif(content: bytes, header: Header) -> Exif:
    """Read a file's EXIF block; a malformed one counts as present and empty."""
    block = _block(content, header)
    if block is None:
        return Exif()
    try:
        first, second = _directories(block)
    except (IndexError, ValueError):
        return Exif(present=True)
    orientation = first.get(ORIENTATION, 1)
    camera = " ".join(part for part in (_text(first.get(MAKE)), _text(first.get(MODEL))) if part)
    return Exif(
        present=True,
        orientation=orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1,
        software=_text(first.get(SOFTWARE)) or None,
        camera=camera or None,
        thumbnail=THUMBNAIL in second,
    )


def _block(content: bytes, header: Header) -> bytes | None:
    """The TIFF structure of a file: JPEG's APP1, PNG's eXIf, WebP's EXIF."""
    names = {JPEG: "APP1", PNG: "eXIf"}
    for block in header.blocks:
        if block.name != names.get(header.format, "EXIF"):
            continue
        data = content[block.start : block.start + block.length]
        if data.startswith(EXIF_MARK):
            return data[len(EXIF_MARK) :]
        if header.format != JPEG:
            return data
    return None


def _directories(tiff: bytes) -> tuple[Mapping[int, int | bytes], Mapping[int, int | bytes]]:
    """The first and second image file directories, tags to numbers or bytes."""
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        raise ValueError("no byte order")
    reader = _Reader(tiff, order == "little")
    start = reader.number(4, 4)
    first, following = reader.directory(start)
    second = reader.directory(following)[0] if following and following != start else {}
    return first, second


@dataclass(frozen=True)
class _Reader:
    tiff: bytes
    little: bool

    def number(self, at: int, size: int) -> int:
        """An unsigned number."""
        if at + size > len(self.tiff):
            raise IndexError(at)
        return int.from_bytes(self.tiff[at : at + size], "little" if self.little else "big")

    def directory(self, at: int) -> tuple[dict[int, int | bytes], int]:
        """Tags of one directory and the place of the next."""
        count = min(self.number(at, 2), MOST_ENTRIES)
        tags: dict[int, int | bytes] = {}
        for entry in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, length = self.number(entry, 2), self.number(entry + 2, 2), self.number(entry + 4, 4)
            if kind == SHORT:
                tags[tag] = self.number(entry + 8, 2)
            elif kind == LONG:
                tags[tag] = self.number(entry + 8, 4)
            elif kind == ASCII:
                start = entry + 8 if length <= 4 else self.number(entry + 8, 4)
                tags[tag] = self.tiff[start : start + min(length, TEXT_LENGTH)]
        end = at + 2 + 12 * count
        return tags, self.number(end, 4) if end + 4 <= len(self.tiff) else 0


def _text(value: int | bytes | None) -> str:
    """Printable ASCII of a tag, without its closing null."""
    if not isinstance(value, bytes):
        return ""
    return "".join(c for c in value.split(b"\x00")[0].decode("ascii", "ignore") if c.isprintable()).strip()
