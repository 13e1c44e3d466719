"""The few building blocks that every small net is made of, and the fixed padded batch they are run in."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

Image = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Net = TypeVar("Net", bound=nn.Module)


class Conv(nn.Sequential):
    """A 3x3 convolution, batch norm, ReLU: [n, inside, h, w] to [n, outside, ceil(h / stride), ceil(w / stride)]."""

    def __init__(self, inside: int, outside: int, *, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(inside, outside, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(outside),
            nn.ReLU(inplace=True),
        )


class Residual(nn.Module):
    """Two 3x3 convolutions around a shortcut (He et al. 2016); same shape out as in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = Conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))

    def forward(self, features: Tensor) -> Tensor:
        """Add what the two convolutions found to what came in."""
        return torch.relu(features + self.second(self.first(features)))


def as_tensor(images: Sequence[Image]) -> Tensor:
    """Stack equal-sized uint8 BGR images into float [n, 3, h, w], 0..255 mapped to -1..1."""
    stacked = torch.from_numpy(np.stack([np.ascontiguousarray(image) for image in images]))
    return (
        stacked.permute(0, 3, 1, 2)
        .to(torch.float32)
        .div_(127.5)
        .sub_(1.0)
        .contiguous(memory_format=torch.channels_last)
    )


def padded(items: Sequence[Image], size: int) -> Iterator[tuple[Sequence[Image], int]]:
    """Yield groups of exactly `size` images, the last filled with its first one, and how many of them are real.

    A convolution's bits depend on the shape of its batch, so every batch has the same one.
    """
    for start in range(0, len(items), size):
        group = list(items[start : start + size])
        yield group + [group[0]] * (size - len(group)), len(group)


def run_padded(net: Callable[[Tensor], Tensor], items: Sequence[Image], size: int, device: torch.device) -> Floats:
    """Run `net` over equal-sized images in batches of exactly `size`; float32 [n, ...] on the CPU, in order."""
    rows = []
    with torch.inference_mode():
        for group, real in padded(items, size):
            rows.append(net(as_tensor(group).to(device))[:real].float().cpu().numpy())
    return np.concatenate(rows).astype(np.float32)


def device_of(net: nn.Module) -> torch.device:
    """The device that a net's weights lie on."""
    return next(net.parameters()).device


def in_channels_last(net: Net) -> Net:
    """Lay every 4-d weight out with channels last, which convolutions on a CPU like best; the same net."""
    for parameter in net.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return net


def fused(net: Net) -> Net:
    """Take every batch norm into the convolution before it, which spares a pass over its answer; the same net.

    Answers differ by rounding alone. The net can no longer be trained, nor written as weights.
    """
    for sequence in [module for module in net.modules() if isinstance(module, nn.Sequential)]:
        for place, (ahead, norm) in enumerate(pairwise(list(sequence))):
            if isinstance(ahead, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                sequence[place] = fuse_conv_bn_eval(ahead, norm)
                sequence[place + 1] = nn.Identity()
    return net
