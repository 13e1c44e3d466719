"""WebP, HEIC and PDF files whose boxes, chunks and objects lie."""

import struct
import zlib

from tests.robustness.bad_exif import bad_exif
from tests.robustness.draws import Rng, below, cut, flipped, one_of, shuffled, spliced, wild
from tests.udfs.images import pdfs

Chunk = tuple[bytes, bytes]


def riff_chunks(content: bytes) -> list[Chunk]:
    """Names and data of a sound WebP's chunks."""
    found, at = [], 12
    while at + 8 <= len(content):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        found.append((content[at : at + 4], content[at + 8 : at + 8 + length]))
        at += 8 + length + (length & 1)
    return found


def riff(parts: list[Chunk]) -> bytes:
    """A WebP of these chunks."""
    body = b"".join(name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) & 1) for name, data in parts)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def bad_webp(rng: Rng, content: bytes) -> bytes:
    """Lengths, flags, sizes, order, frames, EXIF and bytes that are wrong."""
    parts = riff_chunks(content)
    name, data = one_of(rng, parts)
    lie = (b"VP8X", bytes((below(rng, 256), 0, 0, 0)) + wild(rng, 3)[::-1] + wild(rng, 3)[::-1])
    frames = [(b"ANMF", rng.bytes(16) + data)] * one_of(rng, (1, 30))
    place = one_of(rng, (4, 16, 16, 20))
    return one_of(
        rng,
        (
            content[:place] + wild(rng, 4)[::-1] + content[place + 4 :],
            riff(shuffled(rng, parts)),
            content.replace(name + struct.pack("<I", len(data)) + data[:12], name + flipped(rng, data[:16]), 1),
            riff([lie, *parts]),
            riff([*parts, (b"ANIM", rng.bytes(6)), *frames]),
            riff([*parts, (b"EXIF", bad_exif(rng)), (b"ICCP", rng.bytes(90)), (b"C2PA", b"jumb" + rng.bytes(9))]),
            one_of(
                rng,
                (
                    flipped(rng, content),
                    cut(rng, content),
                    spliced(rng, content, content),
                    riff([(b"abcd", b"")] * below(rng, 900) + parts),
                ),
            ),
        ),
    )


def bad_heic(rng: Rng, content: bytes) -> bytes:
    """Boxes with wrong lengths and sizes, boxes within boxes without end, bytes that are wrong."""
    boxes = (b"meta", b"ispe", b"iprp", b"ipco", b"iloc", b"hvcC", b"mdat")
    at, size = content.find(one_of(rng, boxes)), content.find(b"ispe") + 8
    brand = one_of(rng, (b"mif1", b"avif", b"hevc", b"heix", b"\x00\x00\x00\x00"))
    return one_of(
        rng,
        (
            content[: at - 4] + wild(rng, 4) + content[at:],
            content[:size] + wild(rng, 4) + wild(rng, 4) + content[size + 8 :],
            content[: at + below(rng, 40)],
            _nested(one_of(rng, (3, 30, 200, 20_000)), one_of(rng, (8, 16, 2**31)), one_of(rng, (8, 16, 2**31))),
            content[:at] + one_of(rng, (b"free", b"ispe", b"iprp", b"moov")) + content[at + 4 :],
            content[:8] + brand + content[12:],
            one_of(rng, (flipped(rng, content), cut(rng, content), spliced(rng, content, content))),
        ),
    )


def _nested(depth: int, outer: int, other: int) -> bytes:
    """Boxes that each hold the next, and may claim more than their parents have."""
    brand = b"\x00\x00\x00\x10ftypheic\x00\x00\x00\x00"
    inner = struct.pack(">I4sI4s", outer, b"iprp", other, b"ipco") * (depth // 2)
    return brand + struct.pack(">I4sI", 12 + len(inner), b"meta", 0) + inner


def bad_pdf(rng: Rng, content: bytes) -> bytes:
    """PDFs cut, flipped, with wild numbers, loops among their pages, odd pictures, streams that swell."""
    match below(rng, 6):
        case 0:
            return one_of(rng, (flipped(rng, content, 40), cut(rng, content), spliced(rng, content, content)))
        case 1:
            number = one_of(rng, (b"-1", b"0", b"99999999999", b"1e38", b"nan", b"<< >>", b"7 0 R"))
            word = one_of(
                rng,
                (b"300 200", b"/Count 1", b"/Length", b"/Width 300", b"/BitsPerComponent 8", b"3 0 R", b"300 0 0 200"),
            )
            return content.replace(word, word.rpartition(b" ")[0] + b" " + number, 1)
        case 2:
            loop = b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count %d >>" % one_of(rng, (1, 2, 9_999, -1))
            return pdfs.by_hand(pdfs.CATALOGUE, loop)
        case 3:
            return _swollen(rng)
        case 4:
            return content.replace(
                b"/DeviceRGB", one_of(rng, (b"/DeviceCMYK", b"/Pattern", b"[/Indexed /DeviceRGB 9 <00>]", b"4 0 R"))
            )
        case _:
            box = b"[%d %d %d %d]" % tuple(one_of(rng, (-9_999_999, 0, 1, 300, 14_400, 99_999_999)) for _ in range(4))
            return content.replace(b"[0 0 300 200]", box)


def _swollen(rng: Rng) -> bytes:
    """A page whose picture, or whose drawing, inflates a thousandfold."""
    deflated = zlib.compress(b"\xff\xd8\xff" + bytes(one_of(rng, (1_000, 3_000_000))), 9)
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8"
    size = (one_of(rng, (1, 300, 20_000)), one_of(rng, (1, 200, 20_000)))
    filters = one_of(
        rng, (b"/Filter /FlateDecode", b"/Filter [/FlateDecode /DCTDecode]", b"/Filter [/FlateDecode /FlateDecode]")
    )
    drawn = zlib.compress(b"q 1 0 0 1 0 0 cm /Im Do Q " * one_of(rng, (1, 200)), 9)
    resources = b"/Resources << /XObject << /Im 4 0 R >> >> /Contents 5 0 R"
    return pdfs.by_hand(
        pdfs.CATALOGUE,
        pdfs.ONE_PAGE,
        pdfs.PAGE % resources,
        pdfs.stream(deflated, head % size + b" " + filters),
        pdfs.stream(drawn, b"/Filter /FlateDecode"),
    )
