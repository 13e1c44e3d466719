"""What a file's header says, read by our own code before any codec sees a byte."""

from dataclasses import dataclass, field

JPEG, PNG, WEBP, HEIC = "jpeg", "png", "webp", "heic"
# No camera or editor writes so many segments or chunks; each costs time and memory that its bytes do not show.
MOST_BLOCKS = 65_536


class BadHeader(ValueError):
    """A header that contradicts its format."""


@dataclass(frozen=True)
class Block:
    """A named stretch of a file: a JPEG marker segment, a PNG or RIFF chunk; without its name and length."""

    name: str
    start: int
    length: int


@dataclass(frozen=True)
class Header:
    """What the header of a JPEG, PNG, WebP or HEIC says.

    Attributes:
        format: `jpeg`, `png`, `webp` or `heic`.
        width: pixels as stored, before any orientation.
        height: pixels as stored.
        bits: bits of one sample.
        colour: `grey`, `rgb`, `ycc`, `cmyk`, `palette`.
        alpha: whether it has transparency.
        frames: more than one for an animation.
        progressive: several scans, or interlaced.
        complete: whether the picture's end mark is there.
        end: offset just after the picture; what follows is trailing data.
        blocks: its metadata and table blocks, in order.
        sampling: (horizontal, vertical) factors per component, JPEG only.
        damage: a block whose check sum is wrong; empty when sound.
    """

    format: str
    width: int
    height: int
    bits: int
    colour: str
    end: int
    alpha: bool = False
    frames: int = 1
    progressive: bool = False
    complete: bool = False
    blocks: tuple[Block, ...] = ()
    sampling: tuple[tuple[int, int], ...] = field(default=())
    damage: str = ""

    @property
    def pixels(self) -> int:
        """Pixels of the picture."""
        return self.width * self.height

    @property
    def sample_bytes(self) -> int:
        """Bytes of its samples as a codec lays them out: one or three channels and transparency, of one byte or two."""
        channels = (1 if self.colour == "grey" else 3) + self.alpha
        return self.pixels * channels * (2 if self.bits > 8 else 1)

    def first(self, name: str) -> Block | None:
        """The first block of that name."""
        return next((block for block in self.blocks if block.name == name), None)
