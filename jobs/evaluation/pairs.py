"""Tiles of a forgery and of its genuine twin, cut from the same place of two files that differ in nothing else."""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from conf.settings import ImageLimits
from jobs.evaluation.held_out import held_out
from jobs.evaluation.material import FIRST_DAY, draw_document
from jobs.machine import code_version
from udfs.forensics.quantization import Steps, luma_steps
from udfs.images.guard import guard
from udfs.nets.trunk import BLOCK, CELL
from udfs.specimens.attacks import ATTACKS
from udfs.specimens.camera import CameraDraw, draw_camera
from udfs.specimens.capture import shoot
from udfs.specimens.encoding import CodecDraw, decoded, draw_codec, draw_desktop
from udfs.specimens.issuers import Design
from udfs.specimens.rendered import Image, Rendered

log = logging.getLogger(__name__)

Mask = npt.NDArray[np.uint8]

SIDE = 256  # px of a kept tile: more than the net sees at once, so that training can cut and reduce it anew
PER_PAIR = 6
PART = 10
FAMILIES = ("tampered", "physical", "generated")
TURNS = ("tampered", "physical", "tampered", "generated")  # a map takes more examples than a yes or no
ON_FILES = ("tampered", "generated")  # families whose forgers open a file
PRINTED_AGAIN = 1 / 8  # share of theirs that were altered on the page, which was then photographed


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
        steps: luma quantization steps [64] of both files.
        attack: name of the attack.
        family: evidence family that it belongs to.
        design: design of both.
        channel: `file` where the picture was altered, `page` where the page was before it was photographed.
        holder: groups that the holder belongs to: sex, age.
    """

    forged_file: bytes
    genuine_file: bytes
    forged: Image
    genuine: Image
    mask: Mask
    corners: npt.NDArray[np.float32]
    steps: Steps
    attack: str
    family: str
    design: str
    channel: str
    holder: Mapping[str, str]


@dataclass(frozen=True)
class TilePair:
    """Tiles of both files at one place, and what differs between them.

    Attributes:
        forged: uint8 [side, side, 3], of the forgery.
        genuine: the same of its twin.
        cells: uint8 0/1 [side / 4, side / 4], which are altered.
        steps: luma quantization steps [64] of both files.
        family: place of the evidence family in FAMILIES.
    """

    forged: Image
    genuine: Image
    cells: Mask
    steps: Steps
    family: int


def draw_twins(
    design: Design, attack: str, *, seed: Sequence[int], split: bool, unseen_device: bool = False
) -> Twins | None:
    """Forge one document and photograph it and its twin.

    None where the attack does not apply to the design, or changed nothing.

    Args:
        design: of both.
        attack: name of the attack.
        seed: of every draw.
        split: keep held-out devices and chains away.
        unseen_device: draw held-out devices alone.
    """
    rng = np.random.default_rng(list(seed))
    flat = draw_document(design, rng)
    if not ATTACKS[attack].applies(flat):
        return None
    family = ATTACKS[attack].family
    camera, codec = draw_chain(rng, split=split, family=family, unseen_device=unseen_device)
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
        steps=luma_steps(genuine.data, guard(genuine.data, ImageLimits())),
        attack=attack,
        family=family,
        design=design.design_id,
        channel="page" if codec.desktop is None else "file",
        holder=_holder(flat),
    )


def _holder(page: Rendered) -> dict[str, str]:
    """The groups that the holder of a page belongs to."""
    born = date.fromisoformat(page.values["birth_date"]) if "birth_date" in page.values else None
    age = None if born is None else (FIRST_DAY - born).days // 365
    grown = "none" if age is None else "under 30" if age < 30 else "30-49" if age < 50 else "50+"
    return {"sex": page.values.get("sex", "none"), "age": grown}


def draw_chain(
    rng: np.random.Generator, *, split: bool, family: str | None = None, unseen_device: bool = False
) -> tuple[CameraDraw, CodecDraw]:
    """A camera and a codec; with `split`, drawn again until neither is held out, or until the device is.

    Whoever tampers with a picture or has it generated opens its file, but for those few that photograph it again.
    """
    while True:
        camera, codec = draw_camera(rng), replace(draw_codec(rng), orientation=1)
        if family in ON_FILES:
            codec = replace(codec, desktop=None if rng.random() < PRINTED_AGAIN else draw_desktop(rng))
        unseen = held_out().device(camera.device)
        if not (split and (unseen or held_out().chain(codec))) and (unseen or not unseen_device):
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
        family = FAMILIES.index(twins.family)
        yield TilePair(twins.forged[place], twins.genuine[place], to_cells(twins.mask[place]), twins.steps, family)


def to_cells(mask: Mask) -> Mask:
    """Cells of 4 px of which at least a quarter is altered."""
    rows, columns = mask.shape[0] // CELL, mask.shape[1] // CELL
    blocks = mask[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
    return np.asarray(blocks.mean(axis=(1, 3)) >= 0.25, np.uint8)


def pool_of_tiles(
    designs: Sequence[Design], attacks: Sequence[str], number: int, *, seed: int, cache: Path, threads: int = 1
) -> list[TilePair]:
    """Tiles of `number` twins for training, drawn in parts that a later run finds in `cache`."""
    drawn_by = (code_version(), seed, attacks, [design.design_id for design in designs])
    key = hashlib.sha256(repr(drawn_by).encode()).hexdigest()[:16]
    paths = {start: cache / f"twins-{key}-{start}.npz" for start in range(0, number, PART)}
    lacking = [(path, start) for start, path in paths.items() if not path.exists()]
    draw = partial(_draw_part, designs=designs, attacks=attacks, seed=seed)
    with ProcessPoolExecutor(threads, get_context("spawn")) as pool:
        for done, _ in enumerate(pool.map(draw, lacking), start=1):
            log.info("drew part %d of %d", done, len(lacking))
    return [tile for path in paths.values() for tile in _kept(path)]


def _kept(path: Path) -> Iterator[TilePair]:
    """The tiles of a part."""
    with np.load(path, allow_pickle=False) as kept:
        columns = [kept[name] for name in ("forged", "genuine", "cells", "steps", "family")]
    for forged, genuine, cells, steps, family in zip(*columns, strict=True):
        yield TilePair(forged, genuine, cells, steps, int(family))


def _draw_part(part: tuple[Path, int], designs: Sequence[Design], attacks: Sequence[str], *, seed: int) -> None:
    """Draw ten twins and keep their tiles."""
    path, start = part
    drawn: list[TilePair] = []
    for index in range(start, start + PART):
        rng = np.random.default_rng((seed, index))
        design = designs[int(rng.integers(len(designs)))]
        attack = rng.choice([name for name in attacks if ATTACKS[name].family == TURNS[index % len(TURNS)]])
        twins = draw_twins(design, str(attack), seed=(seed, index, 1), split=True)
        drawn += cut_tiles(twins, rng) if twins else ()
    path.parent.mkdir(parents=True, exist_ok=True)
    partial_file = path.with_suffix(".partial.npz")
    np.savez(
        partial_file,
        forged=np.stack([tile.forged for tile in drawn]),
        genuine=np.stack([tile.genuine for tile in drawn]),
        cells=np.stack([tile.cells for tile in drawn]),
        steps=np.stack([tile.steps for tile in drawn]),
        family=np.array([tile.family for tile in drawn]),
    )
    partial_file.replace(path)


def _start(centre: float, length: int, rng: np.random.Generator) -> int:
    """A multiple of 8 from which a tile holds `centre` not far from its middle."""
    start = centre - SIDE / 2 + rng.uniform(-SIDE / 3, SIDE / 3)
    return int(np.clip(start, 0, length - SIDE)) // BLOCK * BLOCK
