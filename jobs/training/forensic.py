"""Train the forensic trunk on tiles of forgeries and of their genuine twins through one camera and codec draw."""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from jobs.evaluation.held_out import held_out, training_designs
from jobs.evaluation.pairs import FAMILIES, TilePair, pool_of_tiles
from jobs.training.loop import Progress, Recipe, TrainingSettings, prepare, run_steps
from udfs.nets.blocks import Image, as_tensor
from udfs.nets.trunk import ForensicNet, top_cells
from udfs.specimens.attacks import ATTACKS

ARCHITECTURE = {"width": 32, "side": 192}
PAIRS = 8
TWINS_PER_DESIGN = 4
ALTERED_WEIGHT = 6.0  # altered cells are about a tenth of a tile
LEAST_SHARE = 0.2  # of a tile: less than that, and it does not count as printed or generated
KEPT = 0.2  # share of tiles whose light stays as photographed
SENT_ON = 0.4  # share of batches that are compressed once more


def train(settings: TrainingSettings) -> tuple[nn.Module, Progress]:
    """The net after the given time."""
    prepare(settings)
    designs = training_designs(settings.pool, settings.seed)
    attacks = training_attacks()
    twins = TWINS_PER_DESIGN * settings.pool
    tiles = pool_of_tiles(designs, attacks, twins, seed=settings.seed, cache=settings.work)
    by_family = [[tile for tile in tiles if tile.family == index] for index in range(len(FAMILIES))]
    net = ForensicNet(**ARCHITECTURE)

    def loss(rng: np.random.Generator) -> Tensor:
        return pair_loss(net, [augmented(_pick(by_family, rng), rng) for _ in range(PAIRS)])

    return net, run_steps(Recipe("forensic", net, loss, rate=1e-3), settings)


def training_attacks() -> list[str]:
    """The attacks that are not held out, one of each family in turn."""
    return [name for name in sorted(ATTACKS) if name not in held_out().attacks and ATTACKS[name].family in FAMILIES]


def pair_loss(net: ForensicNet, pairs: Sequence[TilePair]) -> Tensor:
    """Map and logits against the truth of both twins, and the forged twin's above the genuine one's."""
    half = len(pairs)
    cells, logits = net(as_tensor([pair.forged for pair in pairs] + [pair.genuine for pair in pairs]))
    cells, logits = cells.float(), logits.float()
    family = torch.tensor([pair.family for pair in pairs])
    touched = torch.from_numpy(np.stack([pair.cells for pair in pairs])).float()
    altered = touched * (family == 0)[:, None, None]
    truth = torch.cat([altered, torch.zeros_like(altered)])
    weight = torch.tensor(ALTERED_WEIGHT)
    on_map = nn.functional.binary_cross_entropy_with_logits(cells, truth, pos_weight=weight)
    shown = touched.mean(dim=(1, 2)) > LEAST_SHARE
    sought = torch.stack([(family == 1) & shown, (family == 2) & shown], dim=1).float()
    on_tile = nn.functional.binary_cross_entropy_with_logits(logits, torch.cat([sought, torch.zeros_like(sought)]))
    strongest = top_cells(cells.flatten(1))
    edited = altered.flatten(1).amax(dim=1)
    margins = torch.stack(
        [strongest[:half] - strongest[half:], logits[:half, 0] - logits[half:, 0], logits[:half, 1] - logits[half:, 1]],
        dim=1,
    )
    told = torch.cat([edited[:, None], sought], dim=1)
    ranked = (nn.functional.softplus(1.0 - margins) * told).sum() / told.sum().clamp(min=1)
    return on_map + on_tile + 0.5 * ranked


def augmented(pair: TilePair, rng: np.random.Generator) -> TilePair:
    """Both twins mirrored, turned and compressed alike, each in a light of its own; the 8-px grid survives it all."""
    turns, mirror = int(rng.integers(4)), bool(rng.random() < 0.5)
    quality = int(rng.integers(60, 96)) if rng.random() < SENT_ON else None
    forged, genuine = (
        _changed(recoloured(tile, rng), turns, mirror=mirror, quality=quality) for tile in (pair.forged, pair.genuine)
    )
    cells = np.rot90(pair.cells, turns)
    return TilePair(forged, genuine, np.ascontiguousarray(cells[:, ::-1] if mirror else cells), pair.family)


def recoloured(tile: Image, rng: np.random.Generator) -> Image:
    """A tile in other light, drawn for each twin alone: reprints are duller, and that must not be what is learnt."""
    if rng.random() < KEPT:
        return tile
    gain = np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.05, 3))
    contrast, middle = float(np.exp(rng.normal(0, 0.15))), float(tile.mean())
    steps = np.arange(256, dtype=np.float64)[:, None]
    table = np.clip(((steps - middle) * contrast + middle) * gain, 0, 255)
    return np.asarray(cv2.LUT(tile, np.rint(table).astype(np.uint8)[None]), np.uint8)


def _changed(tile: Image, turns: int, *, mirror: bool, quality: int | None) -> Image:
    turned = np.rot90(tile, turns)
    turned = np.ascontiguousarray(turned[:, ::-1] if mirror else turned)
    if quality is None:
        return turned
    _, written = cv2.imencode(".jpg", turned, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(written, cv2.IMREAD_COLOR), np.uint8)


def _pick(by_family: Sequence[Sequence[TilePair]], rng: np.random.Generator) -> TilePair:
    """A pair of a family drawn evenly from those that have any; tampering twice as often, for its map."""
    weights = np.array([2.0, 1.0, 1.0]) * [bool(tiles) for tiles in by_family]
    tiles = by_family[int(rng.choice(len(by_family), p=weights / weights.sum()))]
    return tiles[int(rng.integers(len(tiles)))]
