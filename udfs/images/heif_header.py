"""The boxes of a HEIC file (ISO/IEC 14496-12 and 23008-12), as far as the guard needs them."""

from collections.abc import Iterator

from udfs.images.headers import HEIC, BadHeader, Header

STILL_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1")
FULL = 4  # bytes of version and flags
MOST_BOXES = 4_096
Box = tuple[bytes, int, int]  # name, start and end of its content


def is_heic(content: bytes) -> bool:
    """Whether a file begins as a still picture of this kind."""
    return content[4:8] == b"ftyp" and content[8:12] in STILL_BRANDS


def parse_heif(content: bytes) -> Header:
    """The largest size that the file announces, which a decoder could come to allocate.

    Raises:
        BadHeader: there is none, or a box does not fit into its parent.
    """
    top = list(_boxes(content, 0, len(content)))
    meta = next(((start, end) for name, start, end in top if name == b"meta"), None)
    if meta is None:
        raise BadHeader("no meta box")
    sizes = [_size(content, start) for start in _extents(content, (meta[0] + FULL, meta[1]))]
    if not sizes:
        raise BadHeader("no size")
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    whole = bool(top) and max(end for _, _, end in top) <= len(content)
    return Header(
        format=HEIC, width=width, height=height, bits=8, colour="ycc", end=len(content), complete=whole,
    )  # fmt: skip


def _extents(content: bytes, meta: tuple[int, int]) -> Iterator[int]:
    """Where each announced size begins: meta / iprp / ipco / ispe."""
    for properties in _inside(content, meta, b"iprp"):
        for container in _inside(content, properties, b"ipco"):
            for start, _ in _inside(content, container, b"ispe"):
                yield start + FULL


def _inside(content: bytes, parent: tuple[int, int], wanted: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of the content of each box of that name that its parent holds.

    A box that outgrew its parent would be walked again as its neighbours, and again for each box within it.
    """
    for name, start, end in _boxes(content, *parent):
        if end > parent[1]:
            raise BadHeader("a box does not fit into its parent")
        if name == wanted:
            yield start, end


def _size(content: bytes, at: int) -> tuple[int, int]:
    if at + 8 > len(content):
        raise BadHeader("a size is cut off")
    return int.from_bytes(content[at : at + 4]), int.from_bytes(content[at + 4 : at + 8])


def _boxes(content: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes between two places; the last one of a file may claim to go on after its end."""
    at, seen = start, 0
    while at + 8 <= min(end, len(content)) and seen < MOST_BOXES:
        length, name, head = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(content[at + 8 : at + 16]), 16
        if length == 0:
            length = end - at
        if length < head:
            raise BadHeader(f"a box of length {length}")
        yield name, at + head, at + length
        at, seen = at + length, seen + 1
