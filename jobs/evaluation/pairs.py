"""Tiles of a forgery and of its genuine twin, cut from the same place of two files that differ in nothing else."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jobs.evaluation.held_out import held_out
from jobs.evaluation.material import draw_document
from udfs.nets.trunk import CELL
from udfs.specimens.attacks import ATTACKS, in_turn
from udfs.specimens.camera import CameraDraw, draw_camera
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import CodecDraw, decoded, draw_codec
from udfs.specimens.issuers import Design
from udfs.specimens.rendered import Image

Mask = npt.NDArray[np.uint8]

SIDE = 192
PER_PAIR = 3
FAMILIES = ("tampered", "physical", "generated")


@dataclass(frozen=True)
class Twins:
    """One forgery and its genuine twin through the same camera and codec draw.

    Attributes:
        forged_file: the forgery's file.
        genuine_file: its twin's.
        forged: decoded pixels of the forgery's file.
        genuine: the same of its twin.
        mask: uint8 0/1 [h, w] of the file: what was altered.
        corners: float32 [4, 2] of the card in both files.
        attack: name of the attack.
        family: evidence family that it belongs to.
        design: design of both.
    """

    forged_file: bytes
    genuine_file: bytes
    forged: Image
    genuine: Image
    mask: Mask
    corners: npt.NDArray[np.float32]
    attack: str
    family: str
    design: str


@dataclass(frozen=True)
class TilePair:
    """Tiles [192, 192, 3] of both files at one place, the altered cells 0/1 [24, 24], and the evidence family."""

    forged: Image
    genuine: Image
    cells: Mask
    family: int


def draw_twins(design: Design, attack: str, *, seed: Sequence[int], split: bool) -> Twins | None:
    """Forge one document and photograph it and its twin; `split` keeps held-out devices and chains away.

    None where the attack does not apply to the design, or changed nothing.
    """
    rng = np.random.default_rng(list(seed))
    flat = draw_document(design, rng)
    if not ATTACKS[attack].applies(flat):
        return None
    camera, codec = draw_chain(rng, split=split)
    family = ATTACKS[attack].family
    forged = shoot(flat, camera, codec, edit=ATTACKS[attack].drawn(rng), family=family)
    if not forged.changed and family != "none":
        return None
    genuine = shoot(flat, camera, codec)
    return Twins(
        forged_file=forged.data,
        genuine_file=genuine.data,
        forged=decoded(forged.data),
        genuine=decoded(genuine.data),
        mask=forged.mask.astype(np.uint8),
        corners=genuine.corners,
        attack=attack,
        family=family,
        design=design.design_id,
    )


def draw_chain(rng: np.random.Generator, *, split: bool) -> tuple[CameraDraw, CodecDraw]:
    """A camera and a codec; with `split`, drawn again until neither is held out."""
    while True:
        camera, codec = draw_camera(rng), replace(draw_codec(rng), orientation=1)
        if not split or not (held_out().device(camera.device) or held_out().chain(codec)):
            return camera, codec


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
        yield TilePair(
            twins.forged[place], twins.genuine[place], to_cells(twins.mask[place]), FAMILIES.index(twins.family)
        )


def to_cells(mask: Mask) -> Mask:
    """Cells of 8 px of which at least a quarter is altered."""
    rows, columns = mask.shape[0] // CELL, mask.shape[1] // CELL
    blocks = mask[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
    return np.asarray(blocks.mean(axis=(1, 3)) >= 0.25, np.uint8)


def pool_of_tiles(
    designs: Sequence[Design], attacks: Sequence[str], number: int, *, seed: int, cache: Path
) -> list[TilePair]:
    """Tiles of `number` twins for training, drawn in parts of 10 that a later run finds in `cache`."""
    tiles: list[TilePair] = []
    key = hashlib.sha256(repr((seed, attacks, [design.design_id for design in designs])).encode()).hexdigest()[:16]
    for start in range(0, number, 10):
        path = cache / f"twins-{key}-{start}.npz"
        if not path.exists():
            _draw_part(path, designs, attacks, seed=seed, start=start)
        with np.load(path, allow_pickle=False) as kept:
            rows = zip(kept["forged"], kept["genuine"], kept["cells"], kept["family"], strict=True)
            tiles += [TilePair(forged, genuine, cells, int(family)) for forged, genuine, cells, family in rows]
    return tiles


def _draw_part(path: Path, designs: Sequence[Design], attacks: Sequence[str], *, seed: int, start: int) -> None:
    """Draw ten twins and keep their tiles."""
    drawn: list[TilePair] = []
    for index in range(start, start + 10):
        rng = np.random.default_rng((seed, index))
        design = designs[int(rng.integers(len(designs)))]
        twins = draw_twins(design, in_turn(attacks, index), seed=(seed, index, 1), split=True)
        drawn += cut_tiles(twins, rng) if twins else ()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        forged=np.stack([tile.forged for tile in drawn]),
        genuine=np.stack([tile.genuine for tile in drawn]),
        cells=np.stack([tile.cells for tile in drawn]),
        family=np.array([tile.family for tile in drawn]),
    )
    partial.replace(path)


def _start(centre: float, length: int, rng: np.random.Generator) -> int:
    """A multiple of 8 from which a tile holds `centre` not far from its middle."""
    start = centre - SIDE / 2 + rng.uniform(-SIDE / 3, SIDE / 3)
    return int(np.clip(start, 0, length - SIDE)) // CELL * CELL
