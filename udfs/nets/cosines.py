"""A tile's 8x8 DCT on its file's own grid: magnitudes, and what an earlier quantization left in their histograms."""

import torch
from torch import Tensor, nn

BLOCK = 8  # px: side of a JPEG block
MOST_STEPS = 3.0  # a coefficient of so many quantization steps or more is a large one
# Low frequencies (down, across): they alone keep enough coefficients that are not zero to fill a histogram.
COMB_FREQUENCIES = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (2, 2), (0, 3), (3, 0), (1, 3), (3, 1))
MOST_LEVELS = 12  # quantization steps, either way, that a histogram tells apart
SMOOTHING = 5  # bins over which a comb is smoothed away
CHANNELS = 2 * BLOCK * BLOCK + len(COMB_FREQUENCIES)


class BlockCosines(nn.Module):
    """Luma [n, 1, h, w] to [n, 140, h / 8, w / 8]: what each block's coefficients are, and how usual in their tile.

    Of each frequency: the log of 1 + its magnitude in grey levels, and its magnitude in steps of the file's own
    quantization up to 3, which shows how often a block was rounded to nothing, and how often to one step. Of each low
    frequency: the log of how often its level occurs in the tile against the levels beside it. A file that was opened
    and saved again has combs there, and a place that was laid in between does not lie on their teeth (Lin et al. 2009).
    """

    basis: Tensor

    def __init__(self) -> None:
        super().__init__()
        place, order = torch.arange(BLOCK)[None, :], torch.arange(BLOCK)[:, None]
        wave = torch.cos(torch.pi * (2 * place + 1) * order / (2 * BLOCK)) * (2 / BLOCK) ** 0.5
        wave[0] /= 2**0.5
        both = torch.einsum("ux,vy->uvxy", wave, wave).reshape(BLOCK * BLOCK, 1, BLOCK, BLOCK)
        self.register_buffer("basis", both, persistent=False)
        self.low = [BLOCK * down + across for down, across in COMB_FREQUENCIES]

    def forward(self, luma: Tensor, steps: Tensor) -> Tensor:
        """Luma in -1..1, and quantization steps [n, 64] in grey levels."""
        cosines = 127.5 * nn.functional.conv2d(luma, self.basis, stride=BLOCK)
        in_steps = cosines / steps[:, :, None, None]
        magnitudes = [cosines.abs().log1p(), in_steps.abs().clamp(max=MOST_STEPS)]
        return torch.cat([*magnitudes, combs(in_steps[:, self.low])], dim=1)


def combs(in_steps: Tensor) -> Tensor:
    """How usual each coefficient's level is in its tile, as a log ratio: [n, f, h, w] in steps to the same shape.

    Nothing is told of levels without neighbours on both sides, and of 0, where every histogram has its peak.
    """
    levels = in_steps.round().clamp(-MOST_LEVELS, MOST_LEVELS).long().flatten(2) + MOST_LEVELS
    empty = in_steps.new_zeros(*levels.shape[:2], 2 * MOST_LEVELS + 1)
    counts = empty.scatter_add(2, levels, torch.ones_like(levels, dtype=in_steps.dtype))
    reach = SMOOTHING // 2
    smooth = nn.functional.avg_pool1d(nn.functional.pad(counts, (reach, reach), mode="replicate"), SMOOTHING, 1)
    ratio = torch.log((counts + 1) / (smooth + 1))
    told = torch.ones(2 * MOST_LEVELS + 1, dtype=ratio.dtype, device=ratio.device)
    told[[0, MOST_LEVELS - 1, MOST_LEVELS, MOST_LEVELS + 1, 2 * MOST_LEVELS]] = 0
    return (ratio * told).gather(2, levels).reshape(in_steps.shape)
