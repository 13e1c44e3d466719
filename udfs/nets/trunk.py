"""The forensic trunk: native-resolution tiles to a tampering map and three logits."""

import torch
from torch import Tensor, nn

from udfs.nets import cosines, residuals
from udfs.nets.blocks import Conv, Residual

CELL = 4  # px of one map cell
POLAR = (16, 8)  # radii x angles of the log-spectrum
TOP_CELLS = 48  # a re-typed date of a 1,000-px card covers about this many cells


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
    """Tiles [n, 3, side, side] to a tampering map of logits [n, side / 4, side / 4] and two logits a tile [n, 2].

    The map also sees how far each place lies from the mean of its tile: an edit is what its surroundings are not.
    Energies of bands and the residual's numbers are measured, not learnt, so that few specimens suffice to use them.
    """

    def __init__(self, width: int = 32, side: int = 192, blocks: int = 24) -> None:
        super().__init__()
        self.side = side
        self.residuals = ZeroSum(8)
        self.cosines = cosines.BlockCosines()
        self.spectrum = PolarSpectrum(side)
        self.bands = nn.Sequential(residuals.Bands(CELL), nn.BatchNorm2d(residuals.CHANNELS, affine=False))
        self.numbers = nn.Sequential(
            residuals.ResidualNumbers(), nn.BatchNorm1d(residuals.NUMBERS, affine=False), nn.Hardtanh(-4.0, 4.0)
        )
        self.noise = Conv(8, 24, stride=2)
        self.content = Conv(3, 8, stride=2)
        self.fine = nn.Sequential(Conv(32, width, stride=2), Residual(width))
        self.coarse = Conv(width + residuals.CHANNELS, 2 * width, stride=2)
        self.blocks = nn.Conv2d(cosines.CHANNELS, blocks, 1)
        self.middle = nn.Sequential(Conv(2 * width + blocks, 2 * width), Residual(2 * width))
        self.deep = nn.Sequential(Conv(2 * width, 3 * width, stride=2), Residual(3 * width), Residual(3 * width))
        self.map_coarse = nn.Conv2d(7 * width, width, 1)
        self.map_fine = nn.Conv2d(2 * width + residuals.CHANNELS, width // 2, 1)
        self.map = nn.Sequential(Conv(width + width // 2, width), nn.Conv2d(width, 1, 1))
        pooled = 2 * (2 * width) + 2 * (3 * width) + 2 * POLAR[0] * POLAR[1]
        self.even = nn.LayerNorm(pooled)
        self.heads = nn.Sequential(nn.Linear(pooled + residuals.NUMBERS, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, tiles: Tensor, steps: Tensor) -> tuple[Tensor, Tensor]:
        """Tampering logits per cell of 4 px, and per tile (physical, generated).

        Args:
            tiles: BGR in -1..1, cut on the grid of 8.
            steps: luma quantization steps of their files [n, 64]; ones where there are none.
        """
        luma = _luma(tiles)
        fine = self.fine(torch.cat([self.noise(self.residuals(tiles)), self.content(tiles)], dim=1))
        # One plane in gives one plane after the other out: a batch of that layout would slow all that follows.
        blocks = torch.relu(self.blocks(self.cosines(luma, steps))).contiguous(memory_format=torch.channels_last)
        bands = self.bands(tiles).contiguous(memory_format=torch.channels_last)
        middle = self.middle(torch.cat([self.coarse(torch.cat([fine, bands], dim=1)), blocks], dim=1))
        deep = self.deep(middle)
        coarse = torch.cat([middle, _away(middle), _twice(deep)], dim=1)
        found = torch.cat(
            [_twice(self.map_coarse(coarse)), self.map_fine(torch.cat([fine, _away(fine), bands], dim=1))], dim=1
        )
        pooled = [*_mean_and_spread(middle), *_mean_and_spread(deep), self.spectrum(luma)]
        told = torch.cat([self.even(torch.cat(pooled, dim=1)), self.numbers(tiles)], dim=1)
        return self.map(torch.relu(found)).squeeze(1), self.heads(told)

    def packed(self, tiles: Tensor, steps: Tensor) -> Tensor:
        """Both answers in one tensor [n, cells + 2], so that one padded run returns them."""
        tampered, logits = self(tiles, steps)
        return torch.cat([tampered.flatten(1), logits], dim=1)


def top_cells(cells: Tensor) -> Tensor:
    """Mean of the strongest cells' logits along the last axis: the image's tampered logit."""
    return cells.topk(min(TOP_CELLS, cells.shape[-1]), dim=-1).values.mean(dim=-1)


def _luma(tiles: Tensor) -> Tensor:
    """BGR [n, 3, h, w] to luma [n, 1, h, w] (ITU-R BT.601), plane by plane: no copy of three channels."""
    blue, green, red = (tiles[:, place : place + 1] for place in range(3))
    return 0.114 * blue + 0.587 * green + 0.299 * red


def _away(features: Tensor) -> Tensor:
    """How far each place of a map lies from the map's own mean, channel by channel."""
    return (features - features.mean(dim=(2, 3), keepdim=True)).abs()


def _twice(features: Tensor) -> Tensor:
    """A map twice as fine, each place as it was."""
    return nn.functional.interpolate(features, scale_factor=2, mode="nearest")


def _mean_and_spread(features: Tensor) -> tuple[Tensor, Tensor]:
    """Per channel: mean, and mean distance from it."""
    return features.mean(dim=(2, 3)), _away(features).mean(dim=(2, 3))
