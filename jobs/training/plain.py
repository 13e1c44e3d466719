"""Train the plain baseline on whole cards, reduced: `python -m jobs.training.plain [OUT [MINUTES]]`.

It learns from the very twins that the forensic trunk's tiles are cut from.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from jobs.evaluation.held_out import training_designs
from jobs.evaluation.pairs import FAMILIES
from jobs.evaluation.plain_net import KIND, NAME, PlainNet, shipped_plain
from jobs.training.forensic import TWINS_PER_DESIGN, recoloured, training_attacks
from jobs.training.forensic_pool import PagePair, pool_of_pages
from jobs.training.loop import Progress, Recipe, TrainingSettings, prepare, run_steps
from udfs.nets.blocks import as_tensor
from udfs.nets.weights_file import add_net

ARCHITECTURE = {"width": 24}
PAIRS = 16
MINUTES = 10.0


def train(settings: TrainingSettings) -> tuple[nn.Module, Progress]:
    """The net after the given time."""
    prepare(settings)
    designs = training_designs(settings.pool, settings.seed)
    number = TWINS_PER_DESIGN * settings.pool
    pages = pool_of_pages(
        designs, training_attacks(), number, seed=settings.seed, cache=settings.work, threads=settings.threads
    )
    net = PlainNet(**ARCHITECTURE)

    def loss(rng: np.random.Generator) -> Tensor:
        return page_loss(net, [pages[int(rng.integers(len(pages)))] for _ in range(PAIRS)], rng)

    return net, run_steps(Recipe(NAME, net, loss), settings)


def page_loss(net: PlainNet, pairs: Sequence[PagePair], rng: np.random.Generator) -> Tensor:
    """Each family's logit against the truth of both twins, both in other light and mirrored or not."""
    cards = [recoloured(pair.forged, rng) for pair in pairs] + [recoloured(pair.genuine, rng) for pair in pairs]
    logits = net(as_tensor(cards)).float()
    told = torch.zeros_like(logits)
    told[range(len(pairs)), [pair.family for pair in pairs]] = 1.0
    weight = torch.full((len(FAMILIES),), float(len(FAMILIES)))
    return nn.functional.binary_cross_entropy_with_logits(logits, told, pos_weight=weight)


def main(arguments: Sequence[str]) -> None:
    """`[OUT [MINUTES]]`: train into a folder, the package's own where none is named."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    out = Path(arguments[0]) if arguments else shipped_plain()
    minutes = float(arguments[1]) if len(arguments) > 1 else MINUTES
    net, _ = train(TrainingSettings(minutes=minutes, seed=1, out=out, threads=2))
    add_net(out, NAME, net=net, architecture=ARCHITECTURE, kind=KIND)


if __name__ == "__main__":
    main(sys.argv[1:])
