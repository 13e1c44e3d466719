"""How a photograph becomes a file: camera firmware, browser or messenger, none of which knows what is on it."""

import io
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import cv2
import numpy as np
from PIL import Image as Pillow

from udfs.specimens.rendered import Image

Format = Literal["jpeg", "png", "webp"]

EXTENSIONS: dict[Format, str] = {"jpeg": "jpg", "png": "png", "webp": "webp"}
CHROMA = {"4:4:4": 0, "4:2:2": 1, "4:2:0": 2}
# Invented makers, so that no real one is spoken of.
MAKERS = (
    ("Orlanda", ("Orlanda Vista 4", "Orlanda Vista 5s", "Orlanda Mini")),
    ("Kestria", ("Kestria K20", "Kestria K21 Pro")),
    ("Bromo", ("Bromo One", "Bromo Two")),
    ("Tavi Imaging", ("Tavi T-800",)),
)
EXIF_ORIENTATION, EXIF_MAKE, EXIF_MODEL, EXIF_DATE = 0x0112, 0x010F, 0x0110, 0x0132
# EXIF orientation: how often the stored pixels are turned counter-clockwise against the upright picture.
STORED_TURNS = {1: 0, 6: 1, 3: 2, 8: 3}


@dataclass(frozen=True)
class HopDraw:
    """What a messenger does on the way: the longest side it lets pass, and its JPEG quality."""

    longest_side: int
    quality: int


@dataclass(frozen=True)
class CodecDraw:
    """One way to write a file.

    Attributes:
        format: of the file.
        quality: of JPEG or WebP, 70 to 96.
        subsampling: of the chroma.
        optimize: whether Huffman tables are fitted.
        orientation: EXIF orientation 1, 3, 6 or 8; the pixels are stored turned to match.
        make: camera maker in EXIF, or none.
        model: camera model in EXIF, or none.
        taken_at: local time in EXIF, or none.
        hop: a second compression that also strips EXIF, or none.
    """

    format: Format
    quality: int
    subsampling: str
    optimize: bool
    orientation: int
    make: str | None
    model: str | None
    taken_at: datetime | None
    hop: HopDraw | None


def draw_codec(rng: np.random.Generator, *, taken_at: datetime | None = None) -> CodecDraw:
    """A codec as uploads have them: mostly JPEG, some PNG and WebP, half with EXIF, a fifth through a messenger."""
    chance = rng.random()
    maker, models = MAKERS[int(rng.integers(len(MAKERS)))]
    tagged = rng.random() < 0.5
    codec = CodecDraw(
        format="jpeg" if chance < 0.9 else ("png" if chance < 0.94 else "webp"),
        quality=int(rng.integers(70, 97)),
        subsampling=str(rng.choice(["4:2:0", "4:4:4", "4:2:2"], p=[0.65, 0.3, 0.05])),
        optimize=bool(rng.random() < 0.3),
        orientation=int(rng.choice([1, 6, 3, 8], p=[0.7, 0.15, 0.05, 0.1])) if tagged else 1,
        make=maker if tagged else None,
        model=str(rng.choice(models)) if tagged else None,
        taken_at=taken_at if tagged else None,
        hop=None,
    )
    hop = HopDraw(int(rng.choice([1280, 1600])), int(rng.integers(70, 81)))
    sent_on = rng.random() < 0.2
    if codec.format != "jpeg":
        # Only cameras store pixels turned, and cameras write JPEG.
        return replace(codec, orientation=1)
    return replace(codec, hop=hop) if sent_on else codec


def encode(image: Image, draw: CodecDraw) -> bytes:
    """The file's bytes for an upright BGR picture; the same picture and draw give the same bytes."""
    if draw.hop is None:
        return _written(image, draw)
    first = _written(image, replace(draw, orientation=1, make=None, model=None, taken_at=None, hop=None))
    passed = np.asarray(cv2.imdecode(np.frombuffer(first, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)
    scale = decoded_scale(image.shape, draw)
    if scale < 1:
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        passed = np.asarray(cv2.resize(passed, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return _written(passed, _after_hop(draw, draw.hop))


def decoded_scale(shape: tuple[int, ...], draw: CodecDraw) -> float:
    """Pixels of the decoded file per pixel of the picture that went in, 1 or less."""
    return 1.0 if draw.hop is None else min(1.0, draw.hop.longest_side / max(shape[:2]))


def _after_hop(draw: CodecDraw, hop: HopDraw) -> CodecDraw:
    """The messenger's own way to write: no EXIF, halved chroma."""
    return CodecDraw("jpeg", hop.quality, "4:2:0", draw.optimize, 1, None, None, None, None)


def _written(image: Image, draw: CodecDraw) -> bytes:
    """One compression of a picture that is stored as its EXIF orientation says."""
    picture = Pillow.fromarray(cv2.cvtColor(_turned(image, STORED_TURNS[draw.orientation]), cv2.COLOR_BGR2RGB))
    out, exif = io.BytesIO(), _exif(draw)
    if draw.format == "jpeg":
        chroma = CHROMA[draw.subsampling]
        picture.save(out, "JPEG", quality=draw.quality, subsampling=chroma, optimize=draw.optimize, exif=exif)
    elif draw.format == "png":
        picture.save(out, "PNG", compress_level=3, exif=exif)
    else:
        picture.save(out, "WEBP", quality=draw.quality, method=2, exif=exif)
    return out.getvalue()


def _turned(image: Image, turns: int) -> Image:
    """A picture turned counter-clockwise by quarter turns."""
    if turns == 0:
        return image
    how = (cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)[turns - 1]
    return np.asarray(cv2.rotate(image, how), dtype=np.uint8)


def _exif(draw: CodecDraw) -> bytes:
    """The EXIF block, empty where the software strips it."""
    exif = Pillow.Exif()
    tags = {
        EXIF_ORIENTATION: draw.orientation if draw.make else None,
        EXIF_MAKE: draw.make,
        EXIF_MODEL: draw.model,
        EXIF_DATE: draw.taken_at.strftime("%Y:%m:%d %H:%M:%S") if draw.taken_at else None,
    }
    for tag, value in tags.items():
        if value is not None:
            exif[tag] = value
    return exif.tobytes() if len(exif) else b""
