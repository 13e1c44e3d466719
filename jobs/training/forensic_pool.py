"""Tiles of forgeries and of their genuine twins, and the cards reduced, drawn once and kept for training."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobs.evaluation.pairs import FAMILIES, Twins, draw_twins
from jobs.evaluation.plain_net import reduced
from jobs.machine import code_version
from udfs.forensics.quantization import Steps
from udfs.nets.cosines import BLOCK
from udfs.nets.trunk import CELL
from udfs.specimens.attacks import ATTACKS
from udfs.specimens.attacks.decoders import DECODERS
from udfs.specimens.issuers import Design
from udfs.specimens.rendered import Image

log = logging.getLogger(__name__)

Mask = npt.NDArray[np.uint8]

SIDE = 256  # px of a kept tile: more than the net sees at once, so that training can cut and reduce it anew
PER_PAIR = 6
DECODED_PER_PAIR = 2
PART = 10
COLUMNS = ("forged", "genuine", "cells", "steps", "family", "saved")
PAGE_COLUMNS = ("forged", "genuine", "family")
TURNS = ("tampered", "physical", "tampered", "generated")  # a map takes more examples than a yes or no


@dataclass(frozen=True)
class TilePair:
    """Tiles of both files at one place, and what differs between them.

    Attributes:
        forged: uint8 [side, side, 3], of the forgery.
        genuine: the same of its twin.
        cells: uint8 0/1 [side / 4, side / 4], which are altered.
        steps: luma quantization steps [64] of both files.
        family: place of the evidence family in FAMILIES.
        saved: whether both are as files hold them; else somebody has altered an opened file, and not yet saved it.
    """

    forged: Image
    genuine: Image
    cells: Mask
    steps: Steps
    family: int
    saved: bool = True


@dataclass(frozen=True)
class PagePair:
    """Both cards of a pair, flat and reduced.

    Attributes:
        forged: uint8 [160, 256, 3], of the forgery.
        genuine: the same of its twin.
        family: place of the evidence family in FAMILIES.
    """

    forged: Image
    genuine: Image
    family: int


def cut_tiles(twins: Twins, rng: np.random.Generator, number: int = PER_PAIR) -> Iterator[TilePair]:
    """Tiles on the file's own 8-px grid, on altered places where there are some, else anywhere on the card."""
    height, width = twins.mask.shape
    if min(height, width) < SIDE:
        return
    altered = np.argwhere(twins.mask)
    for index in range(number):
        if len(altered) and index < number - 1:
            y, x = altered[int(rng.integers(len(altered)))]
        else:
            share = rng.dirichlet(np.ones(4))
            x, y = (share[:, None] * twins.corners).sum(axis=0)
        left = _start(float(x), width, rng)
        top = _start(float(y), height, rng)
        place = (slice(top, top + SIDE), slice(left, left + SIDE))
        family = FAMILIES.index(twins.family)
        yield TilePair(twins.forged[place], twins.genuine[place], to_cells(twins.mask[place]), twins.steps, family)


def decoded_tiles(twins: Twins, decoders: Sequence[str], rng: np.random.Generator) -> Iterator[TilePair]:
    """Places of the genuine file as decoders give them back: every page has some, and a page's own look says nothing.

    Args:
        twins: whose genuine file is taken.
        decoders: names of decoders to draw from.
        rng: of every draw.
    """
    kept = replace(twins, mask=np.zeros_like(twins.mask))
    for tile in cut_tiles(kept, rng, DECODED_PER_PAIR if decoders else 0):
        given_back = DECODERS[str(rng.choice(decoders))](tile.genuine, rng)
        if not np.array_equal(given_back, tile.genuine):
            cells = np.ones_like(tile.cells)
            yield TilePair(given_back, tile.genuine, cells, tile.steps, FAMILIES.index("generated"), saved=False)


def to_cells(mask: Mask) -> Mask:
    """Cells of 4 px of which at least a quarter is altered."""
    rows, columns = mask.shape[0] // CELL, mask.shape[1] // CELL
    blocks = mask[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
    return np.asarray(blocks.mean(axis=(1, 3)) >= 0.25, np.uint8)


def pool_of_tiles(
    designs: Sequence[Design], attacks: Sequence[str], number: int, *, seed: int, cache: Path, threads: int = 1
) -> list[TilePair]:
    """Tiles of `number` twins for training, drawn in parts that a later run finds in `cache`."""
    paths = _drawn_parts(designs, attacks, number, seed=seed, cache=cache, threads=threads)
    return [tile for path in paths for tile in _kept(path)]


def pool_of_pages(
    designs: Sequence[Design], attacks: Sequence[str], number: int, *, seed: int, cache: Path, threads: int = 1
) -> list[PagePair]:
    """The cards of the same twins, reduced."""
    paths = _drawn_parts(designs, attacks, number, seed=seed, cache=cache, threads=threads)
    return [page for path in paths for page in _kept_pages(path)]


def _drawn_parts(
    designs: Sequence[Design], attacks: Sequence[str], number: int, *, seed: int, cache: Path, threads: int
) -> list[Path]:
    """Files of the parts of a pool; those that `cache` lacks are drawn first."""
    drawn_by = (code_version(), seed, attacks, [design.design_id for design in designs])
    key = hashlib.sha256(repr(drawn_by).encode()).hexdigest()[:16]
    paths = {start: cache / f"twins-{key}-{start}.npz" for start in range(0, number, PART)}
    lacking = [(path, start) for start, path in paths.items() if not path.exists()]
    draw = partial(_draw_part, designs=designs, attacks=attacks, seed=seed)
    with ProcessPoolExecutor(threads, get_context("spawn")) as pool:
        for done, _ in enumerate(pool.map(draw, lacking), start=1):
            log.info("drew part %d of %d", done, len(lacking))
    return list(paths.values())


def _kept(path: Path) -> Iterator[TilePair]:
    """The tiles of a part."""
    with np.load(path, allow_pickle=False) as kept:
        columns = [kept[name] for name in COLUMNS]
    for forged, genuine, cells, steps, family, saved in zip(*columns, strict=True):
        yield TilePair(forged, genuine, cells, steps, int(family), bool(saved))


def _kept_pages(path: Path) -> Iterator[PagePair]:
    """The reduced cards of a part."""
    with np.load(path, allow_pickle=False) as kept:
        columns = [kept[f"page_{name}"] for name in PAGE_COLUMNS]
    for forged, genuine, family in zip(*columns, strict=True):
        yield PagePair(forged, genuine, int(family))


def _draw_part(part: tuple[Path, int], designs: Sequence[Design], attacks: Sequence[str], *, seed: int) -> None:
    """Draw ten twins and keep their tiles and their cards, reduced."""
    path, start = part
    decoders = [name for name in DECODERS if f"generated_{name}" in attacks]
    drawn: list[TilePair] = []
    pages: list[PagePair] = []
    for index in range(start, start + PART):
        rng = np.random.default_rng((seed, index))
        design = designs[int(rng.integers(len(designs)))]
        attack = rng.choice([name for name in attacks if ATTACKS[name].family == TURNS[index % len(TURNS)]])
        twins = draw_twins(design, str(attack), seed=(seed, index, 1), split=True)
        if twins:
            drawn += [*cut_tiles(twins, rng), *decoded_tiles(twins, decoders, rng)]
            forged, genuine = (reduced(image, twins.corners) for image in (twins.forged, twins.genuine))
            pages.append(PagePair(forged, genuine, FAMILIES.index(twins.family)))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial_file = path.with_suffix(".partial.npz")
    columns = {name: np.stack([getattr(tile, name) for tile in drawn]) for name in COLUMNS}
    columns |= {f"page_{name}": np.stack([getattr(page, name) for page in pages]) for name in PAGE_COLUMNS}
    np.savez(partial_file, allow_pickle=False, **columns)
    partial_file.replace(path)


def _start(centre: float, length: int, rng: np.random.Generator) -> int:
    """A multiple of 8 from which a tile holds `centre` not far from its middle."""
    start = centre - SIDE / 2 + rng.uniform(-SIDE / 3, SIDE / 3)
    return int(np.clip(start, 0, length - SIDE)) // BLOCK * BLOCK
