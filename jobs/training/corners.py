"""Train the corner net on cards laid into small scenes, and its upright part on the same cards cut out again."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from jobs.evaluation.held_out import training_designs
from jobs.evaluation.material import cached_cards
from jobs.evaluation.retouch import grain, relight, soften
from jobs.evaluation.scene_grounds import draw_backgrounds
from jobs.evaluation.scene_poses import Points
from jobs.evaluation.scenes import Scene, draw_scene, used
from jobs.training.loop import Progress, Recipe, TrainingSettings, prepare, run_steps
from udfs.nets.blocks import Image, as_tensor
from udfs.nets.corners import INPUT, UPRIGHT_INPUT, CornerNet
from udfs.nets.quads import unit_square
from udfs.specimens.rendered import Image as Flat

ARCHITECTURE = {"width": 16}
SCENES, UPRIGHTS = 16, 12
CELLS = INPUT // 4
SPREAD = 1.1  # cells: sigma of a corner's heat
CORNER_NOISE = 0.02  # of the card: how far off the corners may be when it is turned upright
EACH = 3
SURFACES = 210


def train(settings: TrainingSettings) -> tuple[nn.Module, Progress]:
    """The net after the given time."""
    prepare(settings)
    designs = training_designs(settings.pool, settings.seed)
    drawn = cached_cards(designs, EACH, seed=settings.seed, cache=settings.work)
    cards = [card.image for card in drawn]
    surfaces = draw_backgrounds(SURFACES, seed=settings.seed)
    net = CornerNet(**ARCHITECTURE)

    def loss(rng: np.random.Generator) -> Tensor:
        scenes = [draw_scene(cards, surfaces, rng) for _ in range(SCENES)]
        turned = [_turned(cards[int(rng.integers(len(cards)))], rng) for _ in range(UPRIGHTS)]
        return _place_loss(net, scenes) + _upright_loss(net, turned)

    return net, run_steps(Recipe("corners", net, loss), settings)


def _place_loss(net: CornerNet, scenes: Sequence[Scene]) -> Tensor:
    """Heat as penalty-reduced focal loss (Law and Deng 2018), mask and presence as cross entropy."""
    maps, present = net(as_tensor([scene.image for scene in scenes]))
    maps, present = maps.float(), present.float()
    heat = torch.from_numpy(np.stack([corner_heat(scene.corners) for scene in scenes]))
    mask = nn.functional.avg_pool2d(torch.from_numpy(np.stack([scene.mask for scene in scenes]))[:, None].float(), 4)
    there = torch.tensor([float(scene.corners is not None) for scene in scenes])
    return (
        _focal(maps[:, 0], heat) / max(4.0 * float(there.sum()), 1.0)
        + nn.functional.binary_cross_entropy_with_logits(maps[:, 1], mask[:, 0])
        + 0.2 * nn.functional.binary_cross_entropy_with_logits(present, there)
    )


def _focal(logits: Tensor, heat: Tensor) -> Tensor:
    """Soft-target focal loss summed over cells: |target - p|^2 times cross entropy, so that a corner's cells count."""
    entropy = nn.functional.binary_cross_entropy_with_logits(logits, heat, reduction="none")
    return ((heat - torch.sigmoid(logits)).abs() ** 2 * entropy).sum() + 0.02 * entropy.sum()


def corner_heat(corners: Points | None) -> npt.NDArray[np.float32]:
    """Target [48, 48]: a Gaussian of height 1 at each corner."""
    heat = np.zeros((CELLS, CELLS), np.float32)
    if corners is None:
        return heat
    grid = np.arange(CELLS, dtype=np.float32)
    for x, y in (corners + 0.5) / 4 - 0.5:
        across, down = np.exp(-((grid - x) ** 2) / (2 * SPREAD**2)), np.exp(-((grid - y) ** 2) / (2 * SPREAD**2))
        np.maximum(heat, down[:, None] * across[None, :], out=heat)
    return heat


def _upright_loss(net: CornerNet, turned: Sequence[tuple[Image, int]]) -> Tensor:
    """Cross entropy of which corner is the holder's top left."""
    logits = net.upright(as_tensor([image for image, _ in turned]))
    return nn.functional.cross_entropy(logits.float(), torch.tensor([turn for _, turn in turned]))


def _turned(card: Flat, rng: np.random.Generator) -> tuple[Image, int]:
    """A card cut out a little wrongly and turned by quarters, as the square that the upright part sees."""
    turn = int(rng.integers(4))
    card = used(card, rng)
    height, width = card.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    off = rng.normal(0, CORNER_NOISE, (4, 2)) * (width, height)
    source = np.roll(corners + off, turn, axis=0).astype(np.float32)
    work = 2 * UPRIGHT_INPUT
    warp = cv2.getPerspectiveTransform(source, unit_square(work))
    flat = cv2.warpPerspective(card, warp, (work, work), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    flat = cv2.resize(flat, (UPRIGHT_INPUT, UPRIGHT_INPUT), interpolation=cv2.INTER_AREA)
    return grain(soften(relight(np.asarray(flat, np.uint8), rng, 1.3), rng), rng), turn
