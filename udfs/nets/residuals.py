"""What is left of a picture once its content is taken off, as fixed measurements that no training moves."""

import torch
from torch import Tensor, nn

LUMA = (0.114, 0.587, 0.299)  # of blue, green, red (ITU-R BT.601)
SIGMAS = (0.7, 1.4, 2.8)  # px, between which the bands lie
LEAST_ENERGY = 0.05  # squared grey levels: rounding to 8 bits leaves as much
REACH = 8  # px: the kernels' half width
LAGS = (1, 2, 3, 4, 6, 8, 12, 16)
LEVELS = 5  # of a quantized second difference
SPREAD = 1.5  # px: what is smoother than that counts as content
AROUND = 5.0  # px: how far local activity reaches
FLAT = 0.6  # share of a tile that counts as flat
CHANNELS = 2 * (len(SIGMAS) + 2)
NUMBERS = 4 * len(LAGS) + 4 * LEVELS * LEVELS + 5 + 3


class Bands(nn.Module):
    """Log energy of three bands of luma and of fine chroma per cell: [n, 3, h, w] in -1..1 to [n, 10, h / 4, w / 4].

    A place that was drawn, erased or brought in is sharper, smoother or cleaner than what surrounds it. The last five
    channels are the first five less their tile's mean.
    """

    def __init__(self, cell: int) -> None:
        super().__init__()
        self.cell = cell
        self.blurs = nn.ModuleList(Blur(sigma) for sigma in SIGMAS)

    def forward(self, tiles: Tensor) -> Tensor:
        """Natural logarithms of squared grey levels."""
        luma, *chroma = planes(tiles)
        steps = [luma, *(blur(luma) for blur in self.blurs)]
        parts = [steps[index] - steps[index + 1] for index in range(len(SIGMAS))]
        parts += [plane - self.blurs[0](plane) for plane in chroma]
        energy = torch.log(nn.functional.avg_pool2d(torch.cat(parts, dim=1) ** 2, self.cell) + LEAST_ENERGY)
        return torch.cat([energy, energy - energy.mean(dim=(2, 3), keepdim=True)], dim=1)


class ResidualNumbers(nn.Module):
    """How a tile's residual repeats, neighbours and colours itself: [n, 3, s, s] in -1..1 to [n, 140].

    The residual is divided by the activity around it, so that neither light nor contrast counts. Decoders repeat at
    their strides, smooth what a sensor leaves rough, and tie colours together (in the manner of Fridrich and Kodovsky
    2012).
    """

    def __init__(self) -> None:
        super().__init__()
        self.content, self.around = Blur(SPREAD), Blur(AROUND)

    def forward(self, tiles: Tensor) -> Tensor:
        """Correlations at lags, shares of neighbouring differences, colours, shape of the distribution."""
        luma, blue, red = planes(tiles)
        rests = [plane - self.content(plane) for plane in (luma, blue, red)]
        activity = self.around(rests[0] ** 2)
        low, limit, high = _quantiles(activity, (0.1, FLAT, 0.9))
        flat = (activity <= limit[:, None, None, None]).to(luma.dtype)
        even = (rests[0] * torch.rsqrt(activity + 0.3)).clamp(-3, 3)
        ranges = torch.log((high + LEAST_ENERGY) / (low + LEAST_ENERGY))
        return torch.cat([_repeats(even), _neighbours(luma, flat), _colours(rests, flat), _shape(even, ranges)], dim=1)


class Blur(nn.Module):
    """A Gaussian of `sigma` pixels over one plane [n, 1, h, w]; beyond the edge lies the mirrored picture."""

    kernel: Tensor

    def __init__(self, sigma: float) -> None:
        super().__init__()
        self.reach = min(REACH, max(1, round(3 * sigma)))
        along = torch.arange(-self.reach, self.reach + 1) / sigma
        weights = torch.exp(-0.5 * along**2)
        self.register_buffer("kernel", (weights / weights.sum()).reshape(1, 1, 1, -1), persistent=False)

    def forward(self, plane: Tensor) -> Tensor:
        """The plane, blurred."""
        grown = nn.functional.pad(plane, (self.reach,) * 4, mode="reflect")
        return nn.functional.conv2d(nn.functional.conv2d(grown, self.kernel), self.kernel.transpose(2, 3))


def planes(tiles: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """BGR [n, 3, h, w] in -1..1 to luma, blue less luma and red less luma, each [n, 1, h, w] in grey levels."""
    blue, green, red = (127.5 * tiles[:, place : place + 1].contiguous() for place in range(3))
    luma = LUMA[0] * blue + LUMA[1] * green + LUMA[2] * red
    return luma, blue - luma, red - luma


def _repeats(even: Tensor) -> Tensor:
    """Correlation of the residual and of its magnitude with themselves at every lag, down and across [n, 32]."""
    answers = []
    for plane in (even - even.mean(dim=(2, 3), keepdim=True), even.abs() - even.abs().mean(dim=(2, 3), keepdim=True)):
        power = (plane**2).mean(dim=(1, 2, 3)) + 1e-3
        for lag in LAGS:
            answers.append((plane[:, :, lag:] * plane[:, :, :-lag]).mean(dim=(1, 2, 3)) / power)
            answers.append((plane[..., lag:] * plane[..., :-lag]).mean(dim=(1, 2, 3)) / power)
    return torch.stack(answers, dim=1)


def _neighbours(luma: Tensor, flat: Tensor) -> Tensor:
    """Roots of how often each pair of levels of a second difference stands side by side where it is flat [n, 100]."""
    across = luma[..., :-2] - 2 * luma[..., 1:-1] + luma[..., 2:]
    down = luma[:, :, :-2] - 2 * luma[:, :, 1:-1] + luma[:, :, 2:]
    answers = []
    for bent, told in ((across, flat[..., 1:-1]), (down, flat[:, :, 1:-1])):
        level = (bent / 2).round().clamp(-2, 2).long() + LEVELS // 2
        for one, two, where in (
            (level[..., 1:], level[..., :-1], told[..., 1:]),
            (level[:, :, 1:], level[:, :, :-1], told[:, :, 1:]),
        ):
            place = (one * LEVELS + two).flatten(1)
            counts = luma.new_zeros(len(luma), LEVELS * LEVELS).scatter_add(1, place, where.flatten(1))
            answers.append((counts / counts.sum(dim=1, keepdim=True).clamp(min=1)).sqrt())
    return torch.cat(answers, dim=1)


def _colours(rests: list[Tensor], flat: Tensor) -> Tensor:
    """How much finer chroma is than luma where it is flat, and how the three go together [n, 5]."""
    size = flat.sum(dim=(1, 2, 3)).clamp(min=1)
    spread = [((rest**2 * flat).sum(dim=(1, 2, 3)) / size).sqrt() + 0.05 for rest in rests]
    answers = [torch.log(spread[1] / spread[0]), torch.log(spread[2] / spread[0])]
    for one, two in ((0, 1), (0, 2), (1, 2)):
        together = (rests[one] * rests[two] * flat).sum(dim=(1, 2, 3)) / size
        answers.append(together / (spread[one] * spread[two]))
    return torch.stack(answers, dim=1)


def _quantiles(activity: Tensor, shares: tuple[float, ...]) -> Tensor:
    """Quantiles of a smooth plane [len(shares), n], from every fourth of its rows and columns."""
    return activity[:, 0, ::4, ::4].flatten(1).quantile(activity.new_tensor(shares), dim=1)


def _shape(even: Tensor, ranges: Tensor) -> Tensor:
    """Fourth moment, share of next to nothing, and how far activity ranges [n, 3]."""
    fourth, nothing = (even**2).square().mean(dim=(1, 2, 3)), (even.abs() < 0.3).to(even.dtype).mean(dim=(1, 2, 3))
    return torch.stack([fourth, nothing, ranges], dim=1)
