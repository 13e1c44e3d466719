"""Train the portrait embedding to know copies of one photograph, not photographs of one face."""

import numpy as np
import torch
from torch import Tensor, nn

from jobs.evaluation.views import portrait_view
from jobs.training.contrast import spread_out, supervised_contrast
from jobs.training.loop import Progress, Recipe, TrainingSettings, prepare, run_steps
from udfs.nets.blocks import Image, as_tensor
from udfs.nets.embedding import PORTRAIT_INPUT, EmbeddingNet
from udfs.specimens.portraits import draw_portrait

ARCHITECTURE = {"width": 24, "grid": 3}
PHOTOS, VIEWS = 24, 2
FACES, SHOTS = 320, 3
DRAWN = (112, 140)  # px (w, h): the shape of a portrait on a card, a little above the net's input
SPREAD_WEIGHT = 0.05


def train(settings: TrainingSettings) -> tuple[nn.Module, Progress]:
    """The net after the given time."""
    prepare(settings)
    photos = cached_photos(settings)
    net = EmbeddingNet(**ARCHITECTURE)

    def loss(rng: np.random.Generator) -> Tensor:
        faces = rng.choice(FACES, size=PHOTOS // 2, replace=False)
        chosen = [int(face) * SHOTS + int(shot) for face in faces for shot in rng.choice(SHOTS, 2, replace=False)]
        shown = [photos[index] for index in chosen for _ in range(VIEWS)]
        views = [portrait_view(_either_way(photo, rng), PORTRAIT_INPUT, rng) for photo in shown]
        labels = torch.arange(PHOTOS).repeat_interleave(VIEWS)
        vectors = net(as_tensor(views)).float()
        return supervised_contrast(vectors, labels) + SPREAD_WEIGHT * spread_out(vectors, labels)

    return net, run_steps(Recipe("portrait", net, loss, rate=1.5e-3), settings)


def _either_way(image: Image, rng: np.random.Generator) -> Image:
    return np.ascontiguousarray(image[:, ::-1]) if rng.random() < 0.5 else image


def cached_photos(settings: TrainingSettings) -> list[Image]:
    """The photographs, read from a file in `settings.work` where an earlier run has left them there."""
    path = settings.work / f"photos-{settings.seed}-{FACES}x{SHOTS}.npy"
    if path.exists():
        return list(np.load(path, allow_pickle=False))
    photos = draw_photos(FACES, SHOTS, seed=settings.seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npy")
    np.save(partial, np.stack(photos))
    partial.replace(path)
    return photos


def draw_photos(faces: int, shots: int, *, seed: int) -> list[Image]:
    """`shots` photographs of each of `faces` faces, those of one face side by side."""
    start = seed * 1_000_003
    return [
        draw_portrait(start + face, start + face * shots + shot, DRAWN)
        for face in range(faces)
        for shot in range(shots)
    ]
