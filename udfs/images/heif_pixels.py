"""The one door to the reader of HEIC, which is an extra; runs in a limited child only."""

import io
from typing import Any

from udfs.images.refusals import Refused

MODES = {"BGR": 3, "BGRA": 4, "L": 1}


def heif_pixels(content: bytes, most: int) -> tuple[dict[str, Any], bytes]:
    """Shape and samples of a file's primary picture: upright, 8 bits, BGR, BGRA or grey.

    Raises:
        Refused: `unsupported_format` without the extra, `bomb`, `undecodable`.
    """
    try:
        import pi_heif
    except ImportError as error:
        raise Refused("unsupported_format", "HEIC, which needs the extra heic") from error
    try:
        picture = pi_heif.open_heif(io.BytesIO(content), bgr_mode=True)
        (width, height), channels = picture.size, MODES.get(picture.mode)
        if width * height > most:
            raise Refused("bomb", f"{width} x {height} pixels; at most {most} in all")
        if channels is None:
            raise Refused("undecodable", f"samples of mode {picture.mode}")
        data, row = memoryview(picture.data), width * channels
        stride = picture.stride
    except (ValueError, LookupError, OSError, RuntimeError, EOFError, SyntaxError) as error:
        raise Refused("undecodable", f"libheif: {type(error).__name__}") from error
    rows = b"".join(data[start : start + row] for start in range(0, height * stride, stride))
    return {"height": height, "width": width, "channels": channels}, rows
