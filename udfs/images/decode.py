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
AT_ONCE = 1_000_000  # pixels that are converted at once, since numbers between take four times their memory
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
    image, grey = as_bgr(np.asarray(pixels)), _clear_grey(content, header)
    if grey is not None and pixels.ndim == 2:
        np.copyto(image, np.uint8(255), where=(pixels == grey)[:, :, None])
    if image.shape[:2] != (header.height, header.width):
        raise Refused("undecodable", f"{image.shape[1]} x {image.shape[0]} pixels, not those of the header")
    return upright(image, read_exif(content, header).orientation)


def _heic(content: bytes, header: Header) -> Image:
    """A HEIC's picture, which its reader turns upright; that reader runs in a limited child."""
    if find_spec("pi_heif") is None:
        raise Refused("unsupported_format", "HEIC, which needs the extra heic")
    said, samples = ask_child(content, do="heif", most=2 * header.pixels)
    return as_bgr(np.frombuffer(samples, np.uint8).reshape(said["height"], said["width"], said["channels"]))


def _clear_grey(content: bytes, header: Header) -> int | None:
    """The one grey, as decoded, that a PNG's tRNS chunk names as clear; OpenCV passes over it."""
    clear = header.first("tRNS")
    if header.format != PNG or clear is None or clear.length != GREY_BYTES:
        return None
    most = (1 << header.bits) - 1
    grey = int.from_bytes(content[clear.start : clear.start + 2]) & most
    return grey * (255 // most) if header.bits < 8 else grey


def as_bgr(pixels: npt.NDArray[np.generic]) -> Image:
    """Bring 8- or 16-bit grey, BGR or BGRA to 8-bit BGR; transparency over white."""
    if pixels.dtype not in (np.uint8, np.uint16):
        raise Refused("undecodable", f"samples of {pixels.dtype}")
    planes = pixels[:, :, None] if pixels.ndim == 2 else pixels
    if planes.dtype == np.uint8 and planes.shape[2] == 3:
        return np.ascontiguousarray(planes.astype(np.uint8, copy=False))
    height, width = planes.shape[:2]
    image = np.empty((height, width, 3), np.uint8)
    rows = max(1, AT_ONCE // width)
    for top in range(0, height, rows):
        image[top : top + rows] = _strip_as_bgr(planes[top : top + rows])
    return image


def _strip_as_bgr(planes: npt.NDArray[np.generic]) -> Image:
    """Some rows [h, w, 1 to 4] of 8 or 16 bits as 8-bit BGR, or grey [h, w, 1]."""
    if planes.dtype == np.uint16:
        planes = np.round(planes.astype(np.float32) / 257).astype(np.uint8)
    image = planes.astype(np.uint8, copy=False)
    if image.shape[2] in (2, 4):
        share = image[:, :, -1:].astype(np.float32) / 255
        image = np.round(image[:, :, :-1] * share + 255 * (1 - share)).astype(np.uint8)
    return image


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
