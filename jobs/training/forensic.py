"""Train the forensic trunk on tiles of forgeries and of their genuine twins through one camera and codec draw."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from jobs.evaluation.held_out import held_out, training_designs
from jobs.evaluation.pairs import FAMILIES
from jobs.training.forensic_pool import TilePair, pool_of_tiles, to_cells
from jobs.training.loop import Progress, Recipe, TrainingSettings, prepare, run_steps
from jobs.training.self_blends import self_blended
from udfs.forensics.quantization import ZIGZAG, Steps, ijg_table
from udfs.nets.blocks import Image, as_tensor
from udfs.nets.cosines import BLOCK
from udfs.nets.trunk import CELL, ForensicNet, top_cells
from udfs.specimens.attacks import ATTACKS

ARCHITECTURE = {"width": 32, "side": 192}
PAIRS = 8
TWINS_PER_DESIGN = 8
ALTERED_WEIGHT = 3.0  # altered cells are about a tenth of a tile
LEAST_SHARE = 0.2  # of a tile: less than that, and it does not count as printed or generated
FAMILY_WEIGHTS = (2.0, 1.0, 1.0)  # how often a pair of each family is drawn
SENT_ON = (0.5, 0.7, 0.7)  # by family: share of pairs that are changed in size and light and written once more
KEPT = 0.2  # of these: share of tiles whose light stays as photographed, and of pairs whose size does
AS_OPENED = 0.65  # share of pairs altered in an opened file that are saved with size and light as they were
SELF_BLENDED = 0.4  # share of tampered pairs that no attack of the catalogue made
UNCOMPRESSED = 0.1  # of these: share written without loss
SCALES = (0.75, 2.0)
GAMMAS = (0.4, 3.0)
CURVED = 0.3  # share of tiles whose tone curve is changed
FILTERS = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)
CHROMA = (
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
)


def train(settings: TrainingSettings) -> tuple[nn.Module, Progress]:
    """The net after the given time."""
    prepare(settings)
    designs = training_designs(settings.pool, settings.seed)
    attacks = training_attacks()
    twins = TWINS_PER_DESIGN * settings.pool
    tiles = pool_of_tiles(designs, attacks, twins, seed=settings.seed, cache=settings.work, threads=settings.threads)
    by_family = [[tile for tile in tiles if tile.family == index] for index in range(len(FAMILIES))]
    genuine = [tile for tile in tiles if tile.saved]
    net = ForensicNet(**ARCHITECTURE)

    def loss(rng: np.random.Generator) -> Tensor:
        return pair_loss(net, [augmented(_pick(by_family, genuine, rng), rng) for _ in range(PAIRS)])

    return net, run_steps(Recipe("forensic", net, loss, rate=1.5e-3), settings)


def training_attacks() -> list[str]:
    """The attacks that are not held out, one of each family in turn."""
    return [name for name in sorted(ATTACKS) if name not in held_out().attacks and ATTACKS[name].family in FAMILIES]


def pair_loss(net: ForensicNet, pairs: Sequence[TilePair]) -> Tensor:
    """Map and logits against the truth of both twins, and the forged twin's above the genuine one's."""
    half = len(pairs)
    tiles = as_tensor([pair.forged for pair in pairs] + [pair.genuine for pair in pairs])
    steps = torch.from_numpy(np.stack([pair.steps for pair in pairs])).repeat(2, 1)
    cells, logits = net(tiles, steps)
    cells, logits = cells.float(), logits.float()
    family = torch.tensor([pair.family for pair in pairs])
    touched = torch.from_numpy(np.stack([pair.cells for pair in pairs])).float()
    altered = touched * (family == 0)[:, None, None]
    truth = torch.cat([altered, torch.zeros_like(altered)])
    # What a reprint does to a place is not what the map looks for, nor is it untouched.
    told_of = torch.cat([(family == 0).float(), torch.ones(half)])[:, None, None]
    entropy = nn.functional.binary_cross_entropy_with_logits
    on_cells = entropy(cells, truth, pos_weight=torch.tensor(ALTERED_WEIGHT), reduction="none")
    shown = touched.mean(dim=(1, 2)) > LEAST_SHARE
    sought = torch.stack([(family == 1) & shown, (family == 2) & shown], dim=1).float()
    strongest, edited = top_cells(cells.flatten(1)), altered.flatten(1).amax(dim=1)
    scores = torch.cat([strongest[:, None], logits], dim=1)
    told = torch.cat([edited[:, None], sought], dim=1)
    on_scores = entropy(scores, torch.cat([told, torch.zeros_like(told)]), reduction="none")
    judged = torch.cat([told_of[:, 0], torch.ones(2 * half, 2)], dim=1)
    ranked = (nn.functional.softplus(1.0 - (scores[:half] - scores[half:])) * told).sum() / told.sum().clamp(min=1)
    return (
        (on_cells * told_of).mean()
        + 0.25 * _not_overlapping(torch.sigmoid(cells) * told_of, truth)
        + (on_scores * judged).mean()
        + 0.5 * ranked
    )


def _not_overlapping(found: Tensor, truth: Tensor) -> Tensor:
    """1 - Dice of a batch's maps: what the F1 of the map is judged by (Milletari et al. 2016)."""
    return 1 - (2 * (found * truth).sum() + 1) / (found.sum() + truth.sum() + 1)


def augmented(pair: TilePair, rng: np.random.Generator) -> TilePair:
    """Both twins cut to the net's side, mirrored and turned alike; sent on, they are also written once more.

    Those that are not keep their grid of 8 and what their file's quantization left.
    """
    turns, mirror = int(rng.integers(4)), bool(rng.random() < 0.5)
    sent_on = not pair.saved or bool(rng.random() < SENT_ON[pair.family])
    exact = not sent_on or rng.random() < (KEPT if pair.saved else AS_OPENED)
    window = _window(pair.forged.shape[0], rng, exact=exact, grid=BLOCK if pair.saved or rng.random() < 0.5 else CELL)
    cut = [
        _turned(_cut(tile, window, ARCHITECTURE["side"], window.filter), turns, mirror=mirror)
        for tile in (pair.forged, pair.genuine)
    ]
    cells = _turned(_cut(pair.cells, window.over(CELL), ARCHITECTURE["side"] // CELL, cv2.INTER_NEAREST), turns, mirror)
    if not sent_on:
        square = pair.steps.reshape(8, 8)
        steps = np.ascontiguousarray((square.T if turns % 2 else square).ravel())
        return TilePair(cut[0], cut[1], cells, steps, pair.family)
    quality = int(rng.integers(60, 97)) if rng.random() > UNCOMPRESSED else None
    chroma = CHROMA[int(rng.integers(len(CHROMA)))]
    if pair.saved or rng.random() > AS_OPENED:
        cut = [recoloured(tile, rng) for tile in cut]
    forged, genuine = (_written(tile, quality, chroma) for tile in cut)
    return TilePair(forged, genuine, cells, _steps(quality), pair.family)


@dataclass(frozen=True)
class Window:
    """The square of a kept tile that is cut out, in its pixels, and the filter that brings it to the net's side."""

    left: float
    top: float
    side: float
    filter: int

    def over(self, cell: int) -> "Window":
        """The same square in cells of so many pixels."""
        return Window(self.left / cell, self.top / cell, self.side / cell, self.filter)


def _window(length: int, rng: np.random.Generator, *, exact: bool, grid: int) -> Window:
    """A square of the net's side that starts on a grid of so many pixels, or one larger or smaller anywhere."""
    side = ARCHITECTURE["side"]
    if exact:
        left, top = (int(start) * grid for start in rng.integers(0, (length - side) // grid + 1, 2))
        return Window(left, top, side, cv2.INTER_NEAREST)
    low, high = np.log(SCALES)
    wanted = min(float(length), side / float(np.exp(rng.uniform(low, high))))
    wanted = CELL * round(wanted / CELL)
    left, top = (CELL * int(start) for start in rng.integers(0, (length - wanted) // CELL + 1, 2))
    enlarged = FILTERS[1:] if wanted < side else FILTERS
    return Window(left, top, wanted, int(rng.choice(enlarged)))


def _cut(tile: Image, window: Window, side: int, how: int) -> Image:
    """A square of a tile [h, w] or [h, w, 3] at `side` pixels."""
    left, top, length = int(window.left), int(window.top), int(window.side)
    part = np.ascontiguousarray(tile[top : top + length, left : left + length])
    return part if length == side else np.asarray(cv2.resize(part, (side, side), interpolation=how), np.uint8)


def _turned(tile: Image, turns: int, mirror: bool) -> Image:
    """A tile turned by quarters, then mirrored."""
    turned = np.rot90(tile, turns)
    return np.ascontiguousarray(turned[:, ::-1] if mirror else turned)


def recoloured(tile: Image, rng: np.random.Generator) -> Image:
    """A tile in other light, drawn for each twin alone: reprints are duller, and that must not be what is learnt."""
    if rng.random() < KEPT:
        return tile
    gain = np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.05, 3))
    contrast, middle = float(np.exp(rng.normal(0, 0.15))), float(tile.mean())
    steps = np.arange(256, dtype=np.float64)[:, None]
    if rng.random() < CURVED:
        steps = 255 * (steps / 255) ** float(np.exp(rng.uniform(*np.log(GAMMAS))))
        middle = float(steps[round(middle), 0])
    table = np.clip(((steps - middle) * contrast + middle) * gain, 0, 255)
    return np.asarray(cv2.LUT(tile, np.rint(table).astype(np.uint8)[None]), np.uint8)


def _written(tile: Image, quality: int | None, chroma: int) -> Image:
    """A tile as it is read back from a JPEG of that quality; itself where nothing is lost."""
    if quality is None:
        return tile
    how = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, chroma]
    return np.asarray(cv2.imdecode(cv2.imencode(".jpg", tile, how)[1], cv2.IMREAD_COLOR), np.uint8)


def _steps(quality: int | None) -> Steps:
    """Luma steps [64] of such a file."""
    if quality is None:
        return np.ones(BLOCK * BLOCK, np.float32)
    return np.asarray(ijg_table(quality)[ZIGZAG], np.float32)


def _pick(by_family: Sequence[Sequence[TilePair]], files: Sequence[TilePair], rng: np.random.Generator) -> TilePair:
    """A pair of a family drawn from those that have any; of the tampered, some are blended from a genuine file."""
    weights = np.array(FAMILY_WEIGHTS) * [bool(tiles) for tiles in by_family]
    family = int(rng.choice(len(by_family), p=weights / weights.sum()))
    if FAMILIES[family] == "tampered" and rng.random() < SELF_BLENDED:
        return blended(files[int(rng.integers(len(files)))], rng)
    return by_family[family][int(rng.integers(len(by_family[family])))]


def blended(pair: TilePair, rng: np.random.Generator) -> TilePair:
    """The genuine tile of a pair, and itself with places of another history."""
    forged, shows = self_blended(pair.genuine, rng)
    return TilePair(forged, pair.genuine, to_cells(shows), pair.steps, FAMILIES.index("tampered"), saved=False)
