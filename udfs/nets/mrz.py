"""The line net of machine readable zones: where along a row its characters stand, and which of the 37 each is."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from udfs.nets.blocks import Conv, Floats, Image, Residual, device_of, run_padded

HEIGHT, WIDTH = 32, 896  # px of a row: 44 characters and the ground at either end still have 18 px each
STEP = 4  # px of a row from one answer to the next
CHARACTERS = 37
BATCH = 1  # rows are few, and each is as dear alone
FLAT = 8.0  # grey levels: a row with less contrast is not stretched further


class Along(nn.Module):
    """Two convolutions along the row around a shortcut; same shape out as in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.Sequential(_along(width), nn.BatchNorm2d(width), nn.ReLU(inplace=True))
        self.second = nn.Sequential(_along(width), nn.BatchNorm2d(width))

    def forward(self, features: Tensor) -> Tensor:
        """Add what the two convolutions found to what came in."""
        return torch.relu(features + self.second(self.first(features)))


def _along(width: int) -> nn.Conv2d:
    return nn.Conv2d(width, width, (1, 5), padding=(0, 2), bias=False)


class MrzNet(nn.Module):
    """[n, 1, 32, w] to [n, 38, w / 4]: for each step the logit that a character's centre is there, then its classes.

    An MRZ is monospaced, so a row is read at its centres; no blank class and no folding of repeats is needed, which
    is what loses fillers of a long run.
    """

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.glyphs = nn.Sequential(
            Conv(1, width, stride=2),
            Conv(width, 2 * width, stride=2),
            Residual(2 * width),
            nn.AvgPool2d((2, 1)),
            Conv(2 * width, 4 * width),
            Residual(4 * width),
        )
        self.column = nn.Sequential(
            nn.Conv2d(4 * width, 8 * width, (HEIGHT // 8, 1), bias=False),
            nn.BatchNorm2d(8 * width),
            nn.ReLU(inplace=True),
        )
        self.row = nn.Sequential(Along(8 * width), Along(8 * width))
        self.answer = nn.Conv2d(8 * width, 1 + CHARACTERS, 1)

    def forward(self, rows: Tensor) -> Tensor:
        """Logits of [n, 38, w / 4]."""
        mean = rows.mean(dim=(2, 3), keepdim=True)
        spread = rows.std(dim=(2, 3), keepdim=True).clamp_min(FLAT / 127.5)
        seen: Tensor = self.answer(self.row(self.column(self.glyphs((rows - mean) / spread))))
        return seen.squeeze(2)


def see_rows(net: MrzNet, rows: Sequence[Image]) -> list[Floats]:
    """Logits float32 [38, 224] of each row (grey uint8 [32, 896, 1])."""
    return list(run_padded(net, rows, BATCH, device_of(net))) if rows else []
