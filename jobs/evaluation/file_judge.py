"""One file judged by its pixels: by the scorer's head of a family, by the trunk alone, and by plain baselines."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from conf.settings import ImageLimits
from udfs.forensics.quantization import low_steps, luma_steps, quantization_tables
from udfs.forensics.signals import baseline_signals
from udfs.images.decode import Image, decode
from udfs.images.guard import guard
from udfs.images.headers import JPEG
from udfs.images.rectify import side_lengths
from udfs.judging.abstaining import abstention
from udfs.judging.heads import head_log_odds, signal_matrix
from udfs.judging.scorer_file import Scorer, read_scorer
from udfs.nets.corners import find_corners
from udfs.nets.opening import Nets, open_nets
from udfs.nets.pixels import BOX_AT, inspect_pixels
from udfs.nets.trunk import CELL

OURS, TRUNK, HEADER_RULE = "ours", "trunk_alone", "bytes_per_pixel"
SIGNALS = ("ela_spread", "double_jpeg", "spectral_peak")
BASELINES = (TRUNK, *SIGNALS, HEADER_RULE)


@dataclass(frozen=True)
class Answer:
    """What is said of a file.

    Attributes:
        scores: by method, higher for forgeries.
        abstained: whether ours does not judge it.
        image: its decoded pixels.
        cells: float32, logits of tampering by cell of 4 px.
    """

    scores: Mapping[str, float]
    abstained: bool
    image: Image
    cells: npt.NDArray[np.float32]

    def found(self) -> npt.NDArray[np.bool_]:
        """Pixels taken for altered at the frozen threshold, bool [h, w] over the whole cells of the image."""
        whole = self.cells.repeat(CELL, axis=0).repeat(CELL, axis=1)
        return np.asarray(whole[: self.image.shape[0], : self.image.shape[1]] >= np.log(BOX_AT / (1 - BOX_AT)))


def judge_file(folder: Path, scorer: Path, family: str, data: bytes) -> Answer:
    """Judge a file by a family; nothing is read, so the map is looked at all over the card."""
    nets, heads = _opened(folder, scorer)
    header = guard(data, ImageLimits())
    image = decode(data, header)
    corners = find_corners(nets.corners, [image])[0]
    seen = inspect_pixels(nets.forensic, image, corners.points, steps=luma_steps(data, header))
    low = low_steps(quantization_tables(data, header) if header.format == JPEG else {})
    trunk = {
        "trunk_tampered": seen.tampered_logit,
        "trunk_physical": seen.physical_logit,
        "trunk_generated": seen.generated_logit,
    }
    signals = baseline_signals(image, corners.points, [], low) | trunk
    head = heads.heads[family]
    row = {"card_found": corners.found, "card_width": side_lengths(corners.points)[0], "lines": None}
    why = abstention(family, {**row, "doc_type": None, "contradictions": []}, heads.physical_width)
    scores = {
        OURS: float(head_log_odds(head, signal_matrix(head.signals, [signals]))[0]),
        TRUNK: signals[f"trunk_{family}"],
        **{name: signals[name] for name in SIGNALS},
        HEADER_RULE: len(data) / (header.width * header.height),
    }
    return Answer(scores, why is not None, image, seen.cells)


@lru_cache(maxsize=1)
def _opened(folder: Path, scorer: Path) -> tuple[Nets, Scorer]:
    return open_nets(folder), read_scorer(scorer)
