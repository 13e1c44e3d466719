"""How a photograph becomes a file: by firmware, desktop, browser or messenger, none of which knows what is on it."""

import io
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt
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
DESKTOP = 0.4  # share of JPEG files that somebody opened and saved again before they were submitted


@dataclass(frozen=True)
class DesktopDraw:
    """A file that was opened and saved again: how the camera wrote it, and how it was trimmed on the way.

    Attributes:
        quality: of the camera's JPEG, 75 to 98.
        subsampling: of its chroma.
        trim: pixels (left, top) that are cut off after opening, so that the second grid of blocks lies off the first.
        scale: to which the picture is reduced after trimming, 0.7 to 1.
    """

    quality: int
    subsampling: str
    trim: tuple[int, int]
    scale: float


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
        hop: a last compression that also strips EXIF, or none.
        desktop: what was done to the camera's own file before this one was written, or none.
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
    desktop: DesktopDraw | None = None


def draw_codec(rng: np.random.Generator, *, taken_at: datetime | None = None) -> CodecDraw:
    """A codec as uploads have them: mostly JPEG, some PNG and WebP, half with EXIF, a fifth through a messenger.

    Four in ten JPEG files were opened and saved again, as people do to trim or turn a picture.
    """
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
    sent_on, desktop = rng.random() < 0.2, draw_desktop(rng)
    opened_again = rng.random() < DESKTOP
    if codec.format != "jpeg":
        # Only cameras store pixels turned, and cameras write JPEG.
        return replace(codec, orientation=1)
    # What an editor saves is stored upright.
    codec = replace(codec, desktop=desktop, orientation=1) if opened_again else codec
    return replace(codec, hop=hop) if sent_on else codec


def draw_desktop(rng: np.random.Generator) -> DesktopDraw:
    """A detour over a desktop or a gallery: half keep the first grid, half trim it away, a quarter are reduced too."""
    trimmed, reduced = rng.random() < 0.5, rng.random() < 0.25
    trim = (int(rng.integers(0, 8)), int(rng.integers(0, 8)))
    scale = float(rng.uniform(0.7, 1.0))
    return DesktopDraw(
        quality=int(rng.integers(75, 99)),
        subsampling=str(rng.choice(["4:2:0", "4:4:4", "4:2:2"], p=[0.65, 0.3, 0.05])),
        trim=trim if trimmed else (0, 0),
        scale=scale if reduced else 1.0,
    )


def encode(image: Image, draw: CodecDraw) -> bytes:
    """The file's bytes for an upright BGR picture; the same picture and draw give the same bytes."""
    return saved(opened(image, draw), draw)


def opened(image: Image, draw: CodecDraw) -> Image:
    """What somebody sees who opens the camera's own file, in its pixels; the picture itself where nobody did."""
    if draw.desktop is None:
        return image
    plain = CodecDraw("jpeg", draw.desktop.quality, draw.desktop.subsampling, False, 1, None, None, None, None)
    return decoded(_written(image, plain))


def saved(picture: Image, draw: CodecDraw) -> bytes:
    """The file that is submitted, from what `opened` showed or from what was made of it."""
    if draw.desktop is not None:
        picture = _trimmed(picture, draw.desktop)
    if draw.hop is None:
        return _written(picture, draw)
    first = _written(picture, replace(draw, orientation=1, make=None, model=None, taken_at=None))
    passed = decoded(first)
    return _written(_reduced(passed, _hop_scale(passed.shape, draw)), _after_hop(draw, draw.hop))


def decoded(data: bytes) -> Image:
    """BGR pixels [h, w, 3] of a file, turned upright as its EXIF says, on the file's own grid."""
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), dtype=np.uint8)


def to_file(shape: tuple[int, ...], draw: CodecDraw) -> npt.NDArray[np.float64]:
    """Matrix float64 [3, 3] from pixels of the photograph of that shape to pixels of its decoded file."""
    matrix = np.eye(3)
    if draw.desktop is not None:
        left, top = draw.desktop.trim
        matrix = _scaling(draw.desktop.scale) @ np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1]])
        shape = _trimmed_shape(shape, draw.desktop)
    return _scaling(_hop_scale(shape, draw)) @ matrix


def file_shape(shape: tuple[int, ...], draw: CodecDraw) -> tuple[int, int]:
    """Height and width of the decoded file of a photograph of that shape."""
    kept = shape if draw.desktop is None else _trimmed_shape(shape, draw.desktop)
    scale = _hop_scale(kept, draw)
    return round(kept[0] * scale), round(kept[1] * scale)


def _trimmed(picture: Image, desktop: DesktopDraw) -> Image:
    """What is left of an opened picture after trimming and reducing."""
    left, top = desktop.trim
    return _reduced(np.ascontiguousarray(picture[top:, left:]), desktop.scale)


def _trimmed_shape(shape: tuple[int, ...], desktop: DesktopDraw) -> tuple[int, int]:
    left, top = desktop.trim
    return round((shape[0] - top) * desktop.scale), round((shape[1] - left) * desktop.scale)


def _reduced(picture: Image, scale: float) -> Image:
    """A picture reduced by areas."""
    if scale >= 1:
        return picture
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _hop_scale(shape: tuple[int, ...], draw: CodecDraw) -> float:
    """How far the messenger reduces a picture of that shape, 1 or less."""
    return 1.0 if draw.hop is None else min(1.0, draw.hop.longest_side / max(shape[:2]))


def _scaling(scale: float) -> npt.NDArray[np.float64]:
    """Matrix [3, 3] of a resize about pixel corners, for points at pixel centres."""
    return np.array([[scale, 0, scale / 2 - 0.5], [0, scale, scale / 2 - 0.5], [0, 0, 1.0]])


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
