"""Train the design embedding on many designs of the layout grammar, and on turned and mirrored kinds of them."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from jobs.evaluation.held_out import training_designs
from jobs.evaluation.material import Card, cached_cards
from jobs.evaluation.views import card_view, other_design
from jobs.training.contrast import supervised_contrast
from jobs.training.loop import Progress, Recipe, TrainingSettings, prepare, run_steps
from udfs.nets.blocks import as_tensor
from udfs.nets.embedding import CARD_INPUT, EmbeddingNet

ARCHITECTURE: dict[str, Any] = {"width": 24, "grid": 3}
CLASSES, VIEWS = 14, 3
KINDS = 12
EACH = 3


def train(settings: TrainingSettings) -> tuple[nn.Module, Progress]:
    """The net after the given time."""
    prepare(settings)
    designs = training_designs(settings.pool, settings.seed)
    by_design = grouped(cached_cards(designs, EACH, seed=settings.seed, cache=settings.work), len(designs))
    net = EmbeddingNet(**ARCHITECTURE)

    def loss(rng: np.random.Generator) -> Tensor:
        chosen = _classes(len(by_design), rng)
        views, labels = [], []
        for label, (design, kind) in enumerate(chosen):
            for _ in range(VIEWS):
                card = by_design[design][int(rng.integers(len(by_design[design])))]
                views.append(card_view(other_design(card.image, kind), CARD_INPUT, rng))
                labels.append(label)
        return supervised_contrast(net(as_tensor(views)).float(), torch.tensor(labels))

    return net, run_steps(Recipe("design", net, loss, rate=1.5e-3), settings)


def grouped(cards: list[Card], designs: int) -> list[list[Card]]:
    """Cards by design."""
    groups: list[list[Card]] = [[] for _ in range(designs)]
    for card in cards:
        groups[card.design].append(card)
    return groups


def _classes(designs: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Different pairs of design and kind; some share the design, so that hue and side must be told apart too."""
    few = rng.choice(designs, size=min(designs, CLASSES - 3), replace=False)
    picked = {(int(design), int(rng.integers(KINDS))) for design in few}
    while len(picked) < CLASSES:
        picked.add((int(rng.choice(few)), int(rng.integers(KINDS))))
    return sorted(picked)
