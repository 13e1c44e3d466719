"""Curves and maps of an evaluation as pictures, for those who would rather look than read."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from udfs.specimens.rendered import Image

Doubles = npt.NDArray[np.float64]

LEAST_RATE = 1e-3
WIDE = 640  # px of a map's picture
FOUND, ALTERED = (40, 40, 220), (40, 200, 40)  # BGR


def draw_curves(path: Path, title: str, curves: Mapping[str, tuple[Doubles, Doubles]]) -> None:
    """Hit rates over false alarms of named curves.

    Args:
        path: of the picture.
        title: above it.
        curves: scores of forgeries [n] and of genuine documents [m] by name.
    """
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.add_subplot(xscale="log", xlim=(LEAST_RATE, 1), ylim=(0, 1))
    axes.set(xlabel="false alarms on genuine twins", ylabel="forgeries found", title=title)
    for name, (forged, genuine) in curves.items():
        axes.step(*_roc(forged, genuine), where="post", label=f"{name} (n={len(forged)})")
    chance = np.geomspace(LEAST_RATE, 1, 50)
    axes.plot(chance, chance, color="grey", linewidth=0.5, label="chance")
    axes.legend(loc="lower right", fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    FigureCanvasAgg(figure)
    figure.savefig(path)


def draw_map(path: Path, image: Image, found: Doubles, altered: npt.NDArray[np.uint8]) -> None:
    """A file with what was found in red and the outline of what was altered in green.

    Args:
        path: of the picture.
        image: decoded pixels.
        found: probability of tampering by cell.
        altered: 0/1 over the page as it was drawn, of any size of the same shape.
    """
    size = (WIDE, max(1, round(WIDE * image.shape[0] / image.shape[1])))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
    weight = cv2.resize(found, size, interpolation=cv2.INTER_LINEAR)[..., None] * 0.7
    laid = np.asarray(small * (1 - weight) + np.array(FOUND, np.float32) * weight, np.uint8)
    outline, _ = cv2.findContours(
        cv2.resize(altered, size, interpolation=cv2.INTER_NEAREST), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.drawContours(laid, outline, -1, ALTERED, 2))


def _roc(forged: Doubles, genuine: Doubles) -> tuple[Doubles, Doubles]:
    """Rates of false alarms and of hits at every threshold, lowest first."""
    thresholds = np.sort(np.concatenate([forged, genuine]))[::-1]
    alarms = (genuine[None, :] >= thresholds[:, None]).mean(axis=1)
    hits = (forged[None, :] >= thresholds[:, None]).mean(axis=1)
    return np.maximum(alarms, LEAST_RATE), hits
