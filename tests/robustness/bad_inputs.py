"""Bad inputs without end, each made from a seed and its number alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tests.robustness.bad_containers import bad_heic, bad_pdf, bad_webp
from tests.robustness.bad_jpegs import bad_jpeg
from tests.robustness.bad_pictures import odd_picture
from tests.robustness.bad_pngs import bad_png
from tests.robustness.bad_texts import aamva_text, date_text, mrz_lines, symbol_text
from tests.robustness.bombs import bomb
from tests.robustness.draws import Rng, cut, flipped, one_of, polyglot, spliced
from tests.robustness.sound_files import sound_files

# How often the kinds come. HEIC and PDF cost a process of their own each, and a bomb seconds, so they come seldom.
FILE_KINDS = {
    "jpeg": 2_800, "png": 2_200, "webp": 1_000, "picture": 1_000, "bytes": 800, "heic": 60, "pdf": 30, "bomb": 3,
}  # fmt: skip
TEXT_KINDS = {"mrz": 800, "aamva": 500, "symbol": 200, "date": 500}
TEXTS: Mapping[str, Callable[[Rng], str | tuple[str, ...]]] = {
    "mrz": mrz_lines, "aamva": aamva_text, "symbol": symbol_text, "date": date_text,
}  # fmt: skip
SPOILERS: Mapping[str, Callable[[Rng, bytes], bytes]] = {
    "jpeg": bad_jpeg, "png": bad_png, "webp": bad_webp, "heic": bad_heic, "pdf": bad_pdf,
}  # fmt: skip


@dataclass(frozen=True)
class BadInput:
    """One input: what kind of thing it is made from, and its bytes, or a text or lines for the parsers."""

    kind: str
    content: bytes | str | tuple[str, ...]


def bad_input(seed: int, index: int, width: int) -> BadInput:
    """The input of that number; the page in its pictures is `width` pixels wide."""
    return _made(seed, index, width, FILE_KINDS | TEXT_KINDS)


def bad_file(seed: int, index: int, width: int) -> BadInput:
    """The same among files alone."""
    return _made(seed, index, width, FILE_KINDS)


def _made(seed: int, index: int, width: int, kinds: Mapping[str, int]) -> BadInput:
    rng = np.random.default_rng((seed, index))
    shares = np.array([*kinds.values()], np.float64)
    kind = [*kinds][int(rng.choice(len(shares), p=shares / shares.sum()))]
    return BadInput(kind, TEXTS[kind](rng) if kind in TEXTS else _file(rng, kind, width))


def _file(rng: Rng, kind: str, width: int) -> bytes:
    sound = sound_files(width)
    if kind == "bomb":
        return bomb(rng)
    if kind == "picture":
        return odd_picture(rng, width)
    if kind == "bytes":
        content, other = one_of(rng, [*sound.values()]), one_of(rng, [*sound.values()])
        way = one_of(rng, (polyglot, polyglot, spliced))
        return one_of(rng, (way(rng, content, other), flipped(rng, content), cut(rng, content), rng.bytes(200)))
    return SPOILERS[kind](rng, one_of(rng, [content for name, content in sound.items() if name.startswith(kind)]))
