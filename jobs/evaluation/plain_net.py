"""The plain baseline: a small net that looks at the whole card, reduced, as most published detectors do."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from jobs.evaluation.pairs import FAMILIES
from udfs.images.decode import Image
from udfs.images.rectify import rectify
from udfs.nets.blocks import Conv, Floats, Residual, as_tensor
from udfs.nets.embedding import fit
from udfs.nets.weights_file import load_net, read_manifest

KIND, NAME = "baseline", "plain"
INPUT = (256, 160)  # w, h


class PlainNet(nn.Module):
    """Reduced cards [n, 3, h, w] in -1..1 to one logit for each evidence family that is judged by pixels [n, 3]."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        levels = (width, 2 * width, 3 * width, 4 * width)
        self.body = nn.Sequential(
            Conv(3, levels[0], stride=2),
            *(
                layer
                for inside, outside in pairwise(levels)
                for layer in (Conv(inside, outside, stride=2), Residual(outside))
            ),
        )
        self.told = nn.Linear(2 * levels[-1], len(FAMILIES))

    def forward(self, cards: Tensor) -> Tensor:
        """Logits by family."""
        features = self.body(cards)
        return torch.as_tensor(self.told(torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3))], dim=1)))


def shipped_plain() -> Path:
    """The folder of the weights that the evaluations use."""
    return Path(__file__).parent / "weights"


def open_plain(folder: Path) -> PlainNet:
    """The net of a folder, only if its file has the manifest's digest."""
    entry = read_manifest(folder, KIND)["nets"][NAME]
    return load_net(folder, entry, PlainNet(int(entry["architecture"]["width"])))


def reduced(image: Image, corners: Floats) -> Image:
    """A card laid flat at the net's input, uint8 [160, 256, 3]."""
    return fit(rectify(image, corners, INPUT[0]).image, INPUT)


def plain_logits(net: PlainNet, image: Image, corners: Floats) -> Mapping[str, float]:
    """Logits of a card by family, higher for forgeries.

    Args:
        net: the baseline.
        image: decoded pixels, uint8 [h, w, 3].
        corners: float32 [4, 2] of the card in them.
    """
    with torch.inference_mode():
        logits = net(as_tensor([reduced(image, corners)]))[0].double().numpy()
    return dict(zip(FAMILIES, np.round(logits, 6).tolist(), strict=True))
