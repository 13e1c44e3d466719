"""The forensic trunk: native-resolution tiles to a tampering map and three logits."""

import torch
from torch import Tensor, nn

from udfs.nets.blocks import Conv, Residual

CELL = 8  # px of one map cell, and the side of a JPEG block
POLAR = (12, 8)  # radii x angles of the log-spectrum
TOP_CELLS = 12  # a re-typed date of a 1,000-px card covers about this many cells


class ZeroSum(nn.Module):
    """A learned 5x5 filter bank whose kernels sum to zero: what content leaves behind (after Bayar and Stamm 2016)."""

    def __init__(self, maps: int) -> None:
        super().__init__()
        self.kernels = nn.Parameter(torch.randn(maps, 3, 5, 5) * 0.1)
        self.gain = nn.Parameter(torch.full((maps, 1, 1, 1), 6.0))

    def forward(self, images: Tensor) -> Tensor:
        """[n, 3, h, w] in -1..1 to truncated residuals [n, maps, h, w] in -1..1."""
        kernels = self.kernels - self.kernels.mean(dim=(2, 3), keepdim=True)
        return nn.functional.hardtanh(nn.functional.conv2d(images, kernels * self.gain, padding=2), inplace=True)


class BlockCosines(nn.Module):
    """Log magnitudes of the 8x8 DCT on the decoded grid: [n, 3, h, w] to [n, 64, h / 8, w / 8], luma only."""

    basis: Tensor

    def __init__(self) -> None:
        super().__init__()
        place, order = torch.arange(CELL)[None, :], torch.arange(CELL)[:, None]
        wave = torch.cos(torch.pi * (2 * place + 1) * order / (2 * CELL)) * (2 / CELL) ** 0.5
        wave[0] /= 2**0.5
        both = torch.einsum("ux,vy->uvxy", wave, wave).reshape(CELL * CELL, 1, CELL, CELL)
        self.register_buffer("basis", both, persistent=False)

    def forward(self, luma: Tensor) -> Tensor:
        """Log of 1 + the coefficient's magnitude in grey levels."""
        return torch.log1p(127.5 * nn.functional.conv2d(luma, self.basis, stride=CELL).abs())


class PolarSpectrum(nn.Module):
    """Log-spectrum of a tile's luma in polar bins, mean and peak: [n, 1, s, s] to [n, 2 * 96].

    Peaks betray a halftone or a pixel grid, a hollow or raised floor betrays resampling; each ring's own mean is taken
    off the peaks, so that sharpness alone does not move them.
    """

    bins: Tensor
    window: Tensor

    def __init__(self, side: int) -> None:
        super().__init__()
        rows = torch.fft.fftfreq(side)[:, None].expand(side, side // 2 + 1)
        columns = torch.fft.rfftfreq(side)[None, :].expand(side, side // 2 + 1)
        radius = torch.sqrt(rows**2 + columns**2)
        ring = ((radius - 0.02) / 0.5 * POLAR[0]).floor().clamp(0, POLAR[0] - 1)
        sector = (torch.atan2(rows, columns + 1e-9) / torch.pi + 0.5).mul(POLAR[1]).floor().clamp(0, POLAR[1] - 1)
        inside = (radius > 0.02) & (radius <= 0.52)
        bins = torch.where(inside, ring * POLAR[1] + sector, torch.tensor(float(POLAR[0] * POLAR[1]))).long()
        self.register_buffer("bins", bins.flatten(), persistent=False)
        hann = torch.hann_window(side, periodic=False)
        self.register_buffer("window", hann[:, None] * hann[None, :], persistent=False)

    def forward(self, luma: Tensor) -> Tensor:
        """Mean and peak of the log-spectrum per polar bin, centred."""
        plane = luma[:, 0] - luma[:, 0].mean(dim=(1, 2), keepdim=True)
        power = torch.log(torch.fft.rfft2(plane * self.window).abs() + 1e-2).flatten(1)
        count = POLAR[0] * POLAR[1]
        index = self.bins.expand(len(power), -1)
        empty = power.new_zeros(len(power), count + 1)
        mean = empty.scatter_reduce(1, index, power, "mean", include_self=False)[:, :count]
        peak = empty.scatter_reduce(1, index, power, "amax", include_self=False)[:, :count]
        return torch.cat([mean - mean.mean(dim=1, keepdim=True), peak - mean], dim=1)


class ForensicNet(nn.Module):
    """Tiles [n, 3, side, side] to a tampering map of logits [n, side / 8, side / 8] and two logits a tile [n, 2]."""

    def __init__(self, width: int = 32, side: int = 192) -> None:
        super().__init__()
        self.side = side
        self.residuals = ZeroSum(8)
        self.cosines = BlockCosines()
        self.spectrum = PolarSpectrum(side)
        self.noise = Conv(8, 24, stride=2)
        self.content = Conv(3, 8, stride=2)
        self.stem = nn.Sequential(Conv(32, width, stride=2), Residual(width), Conv(width, 2 * width, stride=2))
        self.blocks = nn.Conv2d(CELL * CELL, 16, 1)
        self.middle = nn.Sequential(Conv(2 * width + 16, 2 * width), Residual(2 * width))
        self.deep = nn.Sequential(Conv(2 * width, 3 * width, stride=2), Residual(3 * width), Residual(3 * width))
        self.map = nn.Sequential(Conv(5 * width, width), nn.Conv2d(width, 1, 1))
        pooled = 2 * (2 * width) + 2 * (3 * width) + 2 * POLAR[0] * POLAR[1]
        self.heads = nn.Sequential(nn.LayerNorm(pooled), nn.Linear(pooled, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, tiles: Tensor) -> tuple[Tensor, Tensor]:
        """Tampering logits per cell of 8 px, and per tile (physical, generated)."""
        luma = _luma(tiles)
        features = self.stem(torch.cat([self.noise(self.residuals(tiles)), self.content(tiles)], dim=1))
        # One plane in gives one plane after the other out: a batch of that layout would slow all that follows.
        blocks = torch.relu(self.blocks(self.cosines(luma))).contiguous(memory_format=torch.channels_last)
        middle = self.middle(torch.cat([features, blocks], dim=1))
        deep = self.deep(middle)
        finer = nn.functional.interpolate(deep, size=middle.shape[2:], mode="nearest")
        tampered = self.map(torch.cat([middle, finer], dim=1)).squeeze(1)
        pooled = [*_mean_and_spread(middle), *_mean_and_spread(deep), self.spectrum(luma)]
        return tampered, self.heads(torch.cat(pooled, dim=1))

    def packed(self, tiles: Tensor) -> Tensor:
        """Both answers in one tensor [n, cells + 2], so that one padded run returns them."""
        tampered, logits = self(tiles)
        return torch.cat([tampered.flatten(1), logits], dim=1)


def top_cells(cells: Tensor) -> Tensor:
    """Mean of the strongest cells' logits along the last axis: the image's tampered logit."""
    return cells.topk(min(TOP_CELLS, cells.shape[-1]), dim=-1).values.mean(dim=-1)


def _luma(tiles: Tensor) -> Tensor:
    """BGR [n, 3, h, w] to luma [n, 1, h, w] (ITU-R BT.601), plane by plane: no copy of three channels."""
    blue, green, red = (tiles[:, place : place + 1] for place in range(3))
    return 0.114 * blue + 0.587 * green + 0.299 * red


def _mean_and_spread(features: Tensor) -> tuple[Tensor, Tensor]:
    """Per channel: mean, and mean distance from it."""
    mean = features.mean(dim=(2, 3), keepdim=True)
    return mean.flatten(1), (features - mean).abs().mean(dim=(2, 3))
