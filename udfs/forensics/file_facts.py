"""What a file says of itself, without where, when or by whom it was made."""

from dataclasses import dataclass

from udfs.forensics.quantization import ijg_quality, quantization_tables, tables_digest
from udfs.images.exif import read_exif
from udfs.images.headers import JPEG, Header

SUBSAMPLING = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1"}
C2PA_BLOCKS = {"APP11", "caBX", "C2PA"}  # JPEG, PNG and RIFF
C2PA_MARKS = (b"c2pa", b"jumb")


@dataclass(frozen=True)
class FileFacts:
    """The columns of part `file`, as `schemas/observations.py` declares them."""

    format: str
    bytes: int
    width: int
    height: int
    orientation: int
    colour: str
    bits: int
    jpeg_quality: int | None
    quant_digest: str | None
    subsampling: str | None
    progressive: bool
    software: str | None
    camera: str | None
    has_exif: bool
    has_thumbnail: bool
    has_c2pa: bool


def file_facts(content: bytes, header: Header) -> FileFacts:
    """Look at a guarded file."""
    exif = read_exif(content, header)
    tables = quantization_tables(content, header) if header.format == JPEG else {}
    return FileFacts(
        format=header.format,
        bytes=len(content),
        width=header.width,
        height=header.height,
        orientation=exif.orientation,
        colour=header.colour,
        bits=header.bits,
        jpeg_quality=ijg_quality(tables[min(tables)]) if tables else None,
        quant_digest=tables_digest(tables),
        subsampling=_subsampling(header),
        progressive=header.progressive,
        software=exif.software,
        camera=exif.camera,
        has_exif=exif.present,
        has_thumbnail=exif.thumbnail,
        has_c2pa=any(
            block.name in C2PA_BLOCKS
            and any(m in content[block.start : block.start + block.length] for m in C2PA_MARKS)
            for block in header.blocks
        ),
    )


def _subsampling(header: Header) -> str | None:
    """Chroma subsampling in the usual notation, or the raw factors where it has none; None without chroma."""
    if len(header.sampling) < 3:
        return None
    (luma_h, luma_v), (chroma_h, chroma_v) = header.sampling[0], header.sampling[1]
    if chroma_h == 0 or chroma_v == 0 or luma_h % chroma_h or luma_v % chroma_v:
        return "x".join(f"{h}{v}" for h, v in header.sampling)
    ratio = (luma_h // chroma_h, luma_v // chroma_v)
    return SUBSAMPLING.get(ratio, f"{ratio[0]}x{ratio[1]}")
