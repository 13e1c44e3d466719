"""From guarded bytes to pixels: 8-bit BGR, upright by EXIF, on the file's own grid.

Written behaviour: EXIF orientation is applied. CMYK is converted as OpenCV does, inks taken as Adobe stores them
(inverted). 16 bits become 8 by value / 257, rounded. Transparency is laid over white. Grey becomes three equal
channels. What follows the picture's end mark never reaches a codec.
"""

import importlib
import os
from collections.abc import Callable
from importlib.util import find_spec

import cv2
import numpy as np
import numpy.typing as npt

from udfs.images.exif import read_exif
from udfs.images.headers import HEIC, PNG, Header
from udfs.images.limited import ask_child
from udfs.images.refusals import Refused

Image = npt.NDArray[np.uint8]
Decoder = Callable[[bytes, Header], Image]
HOOK = "LOOKBACK_DECODER"
GREY_BYTES = 2  # of a tRNS chunk that names a grey; of another length it is void
OUT_OF_MEMORY = -4  # cv::Error::StsNoMem
# EXIF orientation to (transpose first, then flip rows, flip columns).
TURNS = {1: (0, 0, 0), 2: (0, 0, 1), 3: (0, 1, 1), 4: (0, 1, 0), 5: (1, 0, 0), 6: (1, 0, 1), 7: (1, 1, 1), 8: (1, 1, 0)}


def decode(content: bytes, header: Header) -> Image:
    """Decode one guarded picture to uint8 [h, w, 3] BGR.

    Raises:
        Refused: `undecodable`; of a HEIC also `unsupported_format, bomb, crash, timeout, memory`.
        MemoryError: the codec could not allocate.
    """
    if header.format == HEIC:
        return _heic(content, header)
    special = header.alpha or header.bits > 8
    how = cv2.IMREAD_UNCHANGED if special else cv2.IMREAD_COLOR
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8, header.end), how | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error as error:
        if error.code == OUT_OF_MEMORY:
            raise MemoryError("decode") from error
        raise Refused("undecodable", f"OpenCV error {error.code}") from error
    if pixels is None:
        raise Refused("undecodable", "the codec gave no picture")
    image = as_bgr(_seen_through(np.asarray(pixels), content, header))
    if image.shape[:2] != (header.height, header.width):
        raise Refused("undecodable", f"{image.shape[1]} x {image.shape[0]} pixels, not those of the header")
    return upright(image, read_exif(content, header).orientation)


def _heic(content: bytes, header: Header) -> Image:
    """A HEIC's picture, which its reader turns upright; that reader runs in a limited child."""
    if find_spec("pi_heif") is None:
        raise Refused("unsupported_format", "HEIC, which needs the extra heic")
    said, samples = ask_child(content, do="heif", most=2 * header.pixels)
    return as_bgr(np.frombuffer(samples, np.uint8).reshape(said["height"], said["width"], said["channels"]))


def _seen_through(pixels: npt.NDArray[np.generic], content: bytes, header: Header) -> npt.NDArray[np.generic]:
    """Grey of a PNG beside its alpha where a tRNS chunk names one grey as clear, which OpenCV passes over."""
    clear = next((block for block in header.blocks if block.name == "tRNS"), None)
    if header.format != PNG or pixels.ndim != 2 or clear is None or clear.length != GREY_BYTES:
        return pixels
    most = 2**header.bits - 1
    grey = int.from_bytes(content[clear.start : clear.start + 2]) & most
    if header.bits < 8:
        grey *= 255 // most
    full = 2 ** (8 * pixels.itemsize) - 1
    return np.dstack([pixels, np.where(pixels == grey, 0, full).astype(pixels.dtype)])


def as_bgr(pixels: npt.NDArray[np.generic]) -> Image:
    """Bring 8- or 16-bit grey, BGR or BGRA to 8-bit BGR; transparency over white."""
    if pixels.dtype == np.uint16:
        pixels = np.round(pixels.astype(np.float32) / 257).astype(np.uint8)
    if pixels.dtype != np.uint8:
        raise Refused("undecodable", f"samples of {pixels.dtype}")
    image = pixels.astype(np.uint8, copy=False)
    if image.ndim == 2:
        image = image[:, :, None]
    if image.shape[2] in (2, 4):
        share = image[:, :, -1:].astype(np.float32) / 255
        image = np.round(image[:, :, :-1] * share + 255 * (1 - share)).astype(np.uint8)
    if image.shape[2] == 1:
        image = np.repeat(image, 3, axis=2)
    return np.ascontiguousarray(image)


def upright(image: Image, orientation: int) -> Image:
    """Turn and flip an image by its EXIF orientation, 1 to 8."""
    transpose, rows, columns = TURNS[orientation]
    if transpose:
        image = image.transpose(1, 0, 2)
    if rows:
        image = image[::-1]
    if columns:
        image = image[:, ::-1]
    return np.ascontiguousarray(image)


def open_decoder() -> Decoder:
    """Give `decode`, or the `module:function` that a fault test names in the environment."""
    name = os.environ.get(HOOK)
    if not name:
        return decode
    module, _, function = name.partition(":")
    stub: Decoder = getattr(importlib.import_module(module), function)
    return stub
