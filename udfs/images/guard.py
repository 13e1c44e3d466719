"""The guard before the codecs: short list of formats, limits of size, whole files only."""

from conf.settings import ImageLimits
from udfs.images import jpeg_header, png_header, webp_header
from udfs.images.headers import BadHeader, Header
from udfs.images.heif_header import is_heic, parse_heif
from udfs.images.jpeg_header import parse_jpeg
from udfs.images.png_header import parse_png
from udfs.images.refusals import Refused
from udfs.images.webp_header import parse_webp

OTHER_PICTURES = {
    b"GIF87a": "GIF", b"GIF89a": "GIF", b"BM": "BMP", b"II*\x00": "TIFF", b"MM\x00*": "TIFF", b"8BPS": "PSD",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000", b"\xff\x4f\xff\x51": "JPEG 2000", b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL", b"#?RADIANCE": "HDR", b"v/1\x01": "EXR",
    b"%PDF-": "PDF, whose pages are taken where its address ends in .pdf, as FILE.pdf#page=1",
}  # fmt: skip
OTHER_BRANDS = {b"hevc": "HEIC, a sequence", b"msf1": "HEIC, a sequence", b"avif": "AVIF", b"avis": "AVIF"}
# A picture of a few hundred pixels can be nearly all header: under this a bomb cannot hurt.
HARMLESS_PIXELS = 1_000_000
# Of the largest picture: red, green, blue and transparency. One of 16 bits a sample may have as many fewer pixels.
MOST_BYTES_PER_PIXEL = 4
# Each scan of a JPEG may go over all of its pixels, though it has few bytes: as many of the largest picture, or more of
# a smaller one. Encoders write ten.
MOST_SCANS = 20


def guard(content: bytes, limits: ImageLimits) -> Header:
    """Give the header of a picture that may go to a codec.

    Raises:
        Refused: `empty, too_large, unknown_format, unsupported_format, undecodable, bomb, truncated`.
    """
    if not content:
        raise Refused("empty", "no bytes")
    if len(content) > limits.max_bytes:
        raise Refused("too_large", f"{len(content)} bytes, at most {limits.max_bytes}")
    try:
        header = _parse(content)
    except (BadHeader, IndexError) as error:
        raise Refused("undecodable", f"header: {error}") from error
    _check_size(header, len(content), limits)
    _check_whole(header, len(content))
    return header


def _parse(content: bytes) -> Header:
    if content.startswith(jpeg_header.MAGIC):
        return parse_jpeg(content)
    if content.startswith(png_header.MAGIC):
        return parse_png(content)
    if content[:4] == webp_header.RIFF and content[8:12] == webp_header.MAGIC:
        return parse_webp(content)
    for magic, name in OTHER_PICTURES.items():
        if content.startswith(magic):
            raise Refused("unsupported_format", name)
    if is_heic(content):
        return parse_heif(content)
    if content[4:8] == b"ftyp" and content[8:12] in OTHER_BRANDS:
        raise Refused("unsupported_format", OTHER_BRANDS[content[8:12]])
    if len(content) < 4 and (jpeg_header.MAGIC.startswith(content) or png_header.MAGIC.startswith(content)):
        raise Refused("truncated", f"{len(content)} bytes")
    raise Refused("unknown_format", "no known picture begins so")


def _check_size(header: Header, size: int, limits: ImageLimits) -> None:
    shape = f"{header.width} x {header.height}"
    if header.width == 0 or header.height == 0:
        raise Refused("undecodable", f"{shape} pixels")
    if max(header.width, header.height) > limits.max_side or header.pixels > limits.max_pixels:
        raise Refused("bomb", f"{shape} pixels; at most {limits.max_side} a side and {limits.max_pixels} in all")
    if header.pixels > HARMLESS_PIXELS and header.pixels > size * limits.max_pixels_per_byte:
        raise Refused("bomb", f"{shape} pixels in {size} bytes")
    if header.sample_bytes > MOST_BYTES_PER_PIXEL * limits.max_pixels:
        raise Refused("bomb", f"{header.sample_bytes} bytes of samples")
    scans = sum(block.name == "SOS" for block in header.blocks)
    if scans * header.pixels > MOST_SCANS * limits.max_pixels:
        raise Refused("bomb", f"{scans} scans of {shape} pixels")
    if header.frames > 1:
        raise Refused("unsupported_format", f"animation, {header.frames} frames")


def _check_whole(header: Header, size: int) -> None:
    if not header.complete:
        raise Refused("truncated", f"the picture has no end mark within {size} bytes")
    if header.damage:
        raise Refused("undecodable", f"check sum of {header.damage} is wrong")
