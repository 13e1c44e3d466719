"""Train the portrait embedding to know copies of one photograph, not photographs of one face."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from jobs.evaluation.views import portrait_view, print_view
from jobs.training.contrast import spread_out, supervised_contrast
from jobs.training.loop import Progress, Recipe, TrainingSettings, prepare, run_steps
from jobs.training.portrait_pool import MARGIN, PRINTS, SHOTS, Pool, cached_pool
from udfs.nets.blocks import Image, as_tensor
from udfs.nets.embedding import PORTRAIT_INPUT, EmbeddingNet

ARCHITECTURE: dict[str, Any] = {"width": 24, "grid": 3, "mirrored": True}
SUBJECTS, VIEWS = 16, 2
ALIKE = 4  # subjects of a batch that are of one kind: other faces with the same skin, hair and sex
PRINTED_SHARE = 0.75  # of the subjects that were printed, among those of a batch
TEMPERATURE = 0.07  # lower than for designs: the hardest strangers differ by a collar
SPREAD_WEIGHT = 0.05


def train(settings: TrainingSettings) -> tuple[nn.Module, Progress]:
    """The net after the given time."""
    prepare(settings)
    pool = cached_pool(settings.seed, settings.pool, settings.work)
    net = EmbeddingNet(**ARCHITECTURE)

    def loss(rng: np.random.Generator) -> Tensor:
        subjects = chosen(pool, rng)
        views = [view for each in subjects for shot in range(SHOTS) for view in views_of(pool, each, shot, rng=rng)]
        labels = torch.arange(SUBJECTS * SHOTS).repeat_interleave(VIEWS)
        vectors = net(as_tensor(views)).float()
        return supervised_contrast(vectors, labels, TEMPERATURE) + SPREAD_WEIGHT * spread_out(vectors, labels)

    return net, run_steps(Recipe("portrait", net, loss, rate=1.5e-3), settings)


def chosen(pool: Pool, rng: np.random.Generator) -> list[int]:
    """Different subjects of a batch: some of one kind, most of them printed."""
    first = int(rng.integers(len(pool.kinds)))
    alike = np.flatnonzero(pool.kinds == pool.kinds[first])
    picked = dict.fromkeys(rng.permutation(alike)[:ALIKE].tolist())
    while len(picked) < SUBJECTS:
        among = pool.printed if rng.random() < PRINTED_SHARE else np.arange(len(pool.kinds))
        picked[int(rng.choice(among))] = None
    return list(picked)


def views_of(pool: Pool, subject: int, shot: int, *, rng: np.random.Generator) -> list[Image]:
    """Two pictures [96, 96, 3] of one photograph: of two of its prints, or of a print and itself, or of itself."""
    place = int(np.searchsorted(pool.printed, subject))
    printed = place < len(pool.printed) and pool.printed[place] == subject
    sources = rng.permutation(PRINTS + 1)[:VIEWS] if printed else np.full(VIEWS, PRINTS)
    return [
        _either_way(
            portrait_view(pool.photos[subject, shot], PORTRAIT_INPUT, rng)
            if source == PRINTS
            else print_view(pool.prints[place, shot, source], MARGIN, PORTRAIT_INPUT, rng),
            rng,
        )
        for source in sources.tolist()
    ]


def _either_way(image: Image, rng: np.random.Generator) -> Image:
    return np.ascontiguousarray(image[:, ::-1]) if rng.random() < 0.5 else image
