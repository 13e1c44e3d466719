"""Quantization tables of a JPEG: their digest, and the quality that the IJG formula would give them."""

import hashlib

import numpy as np
import numpy.typing as npt

from udfs.images.decode import TURNS
from udfs.images.exif import read_exif
from udfs.images.headers import JPEG, Header

Table = npt.NDArray[np.int64]
Steps = npt.NDArray[np.float32]
# Row by row, where in zigzag order each of the 8 x 8 frequencies stands (ITU-T T.81, figure A.6).
ZIGZAG = np.argsort(
    [8 * row + total - row if total % 2 else 8 * (total - row) + row
     for total in range(15) for row in range(max(0, total - 7), min(7, total) + 1)]
)  # fmt: skip
# ITU-T T.81, table K.1, in zigzag order.
STANDARD_LUMA = np.array(
    [16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51,
     61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77,
     113, 121, 112, 100, 120, 92, 101, 103, 99],
    np.int64,
)  # fmt: skip


def quantization_tables(content: bytes, header: Header) -> dict[int, Table]:
    """Every table of the file by its id, int64 [64] in zigzag order; the last one of an id stands."""
    tables: dict[int, Table] = {}
    for block in header.blocks:
        if block.name != "DQT":
            continue
        at, end = block.start, block.start + block.length
        while at < end:
            wide, name = content[at] >> 4, content[at] & 15
            size = 128 if wide else 64
            if at + 1 + size > end:
                break
            values = np.frombuffer(content, ">u2" if wide else np.uint8, 64, at + 1)
            tables[name] = values.astype(np.int64)
            at += 1 + size
    return tables


def tables_digest(tables: dict[int, Table]) -> str | None:
    """Digest of all tables, 16 hex digits; None without tables."""
    if not tables:
        return None
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(bytes([name]) + tables[name].astype(">u2").tobytes())
    return digest.hexdigest()[:16]


def ijg_quality(luma: Table) -> int:
    """The quality, 1 to 100, whose IJG luma table is nearest to the one given."""
    distances = [int(np.abs(ijg_table(quality) - luma).sum()) for quality in range(1, 101)]
    return int(np.argmin(distances)) + 1


def ijg_table(quality: int) -> Table:
    """The luma table that libjpeg makes for a quality of 1 to 100."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.clip((STANDARD_LUMA * scale + 50) // 100, 1, 255).astype(np.int64)


def luma_steps(content: bytes, header: Header) -> Steps:
    """Steps of all luma frequencies of a picture turned upright, float32 [64] row by row; ones where it has none."""
    tables = quantization_tables(content, header) if header.format == JPEG else {}
    if not tables:
        return np.ones(64, np.float32)
    steps = tables[min(tables)][ZIGZAG].astype(np.float32).reshape(8, 8)
    transposed = TURNS[read_exif(content, header).orientation][0]
    return np.ascontiguousarray((steps.T if transposed else steps).ravel())


def low_steps(tables: dict[int, Table]) -> tuple[float, float, float]:
    """Steps of the luma frequencies (0, 1), (1, 0) and (1, 1); ones without tables."""
    if not tables:
        return 1.0, 1.0, 1.0
    luma = tables[min(tables)]  # zigzag: (0, 0), (0, 1), (1, 0), (2, 0), (1, 1)
    return float(luma[1]), float(luma[2]), float(luma[4])
