"""One file judged by its pixels: by the scorer's head of a family, by the trunk alone, and by plain baselines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt

from conf.settings import InspectSettings
from jobs.evaluation.plain_net import PlainNet, open_plain, plain_logits, shipped_plain
from udfs.images.decode import Image, decode
from udfs.images.guard import guard
from udfs.judging.abstaining import abstention
from udfs.judging.heads import head_log_odds, signal_matrix
from udfs.judging.scorer_file import Scorer, read_scorer
from udfs.neighbours.zone_fit import SIGNAL, ZoneFit, oddness
from udfs.nets.opening import open_nets
from udfs.nets.pixels import BOX_AT
from udfs.nets.trunk import CELL
from udfs.observing.look import Look, Opened
from udfs.observing.order import look_at_all
from udfs.reading.text import open_text_reader

OURS, TRUNK, PLAIN, HEADER_RULE = "ours", "trunk_alone", "plain_net", "bytes_per_pixel"
SIGNALS = ("ela_spread", "double_jpeg", "spectral_peak")
BASELINES = (TRUNK, *SIGNALS, PLAIN, HEADER_RULE)
LEAST_PARTS = ("card", "forensics")  # read text costs as much as all else, and only tampering is sought in what is read
PARTS = {"tampered": ("card", "reading", "forensics", "portrait", "zones")}


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


@dataclass(frozen=True)
class Judge:
    """Who judges files by one family.

    Attributes:
        folder: of the inspector.
        scorer: folder of the scorer.
        family: the evidence family.
        fits: what the cards of each design share, where an archive of them is held to.
    """

    folder: Path
    scorer: Path
    family: str
    fits: Mapping[str, ZoneFit] = field(default_factory=dict)

    def answer(self, data: bytes, design: str) -> Answer:
        """Judge the file of a card of a design, as the inspector's parts see it.

        Raises:
            RuntimeError: a part refused the file.
        """
        opened, heads, plain = _opened(self.folder, self.scorer, PARTS.get(self.family, LEAST_PARTS))
        header = guard(data, opened.settings.limits)
        look = Look("", data, header, decode(data, header))
        look_at_all([look], opened)
        if look.refused is not None or look.pixels is None or look.corners is None:
            raise RuntimeError(f"not judged: {look.refused or look.skipped}")
        signals = self._signals(look, design)
        head = heads.heads[self.family]
        card, reading = look.parts["card"], look.parts.get("reading", {})
        row = {"card_found": card["found"], "card_width": card["width_px"], "lines": reading.get("lines")}
        why = abstention(self.family, {**row, "doc_type": None, "contradictions": []}, heads.physical_width)
        scores = {
            OURS: float(head_log_odds(head, signal_matrix(head.signals, [signals]))[0]),
            TRUNK: signals[f"trunk_{self.family}"],
            **{name: signals[name] for name in SIGNALS},
            PLAIN: plain_logits(plain, look.image, look.corners)[self.family],
            HEADER_RULE: len(data) / (header.width * header.height),
        }
        return Answer(scores, why is not None, look.image, look.pixels.cells)

    def _signals(self, look: Look, design: str) -> dict[str, float]:
        """Forensic signals, and how odd the oddest place is among the design's other cards."""
        signals = cast("dict[str, float]", look.parts["forensics"]["signals"])
        if design not in self.fits:
            return signals
        odd = oddness(self.fits[design], cast("dict[str, list[float]]", look.parts["zones"]["marks"]))
        return signals if odd is None else signals | {SIGNAL: odd.value}


@lru_cache(maxsize=1)
def _opened(folder: Path, scorer: Path, parts: tuple[str, ...]) -> tuple[Opened, Scorer, PlainNet]:
    settings = InspectSettings(parts=parts)
    unkept = dict.fromkeys(parts, "")  # what made a row of a table; nothing seen here becomes one
    opened = Opened(settings, open_nets(folder), open_text_reader(settings.reading), unkept)
    return opened, read_scorer(scorer), open_plain(shipped_plain())
