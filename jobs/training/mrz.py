"""Train the line net of machine readable zones on windows of drawn rows."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from jobs.evaluation.held_out import training_designs
from jobs.training.loop import Progress, Recipe, TrainingSettings, prepare, run_steps
from jobs.training.mrz_print import draw_grounds
from jobs.training.mrz_windows import WINDOW, Window, draw_windows
from udfs.nets.blocks import as_tensor
from udfs.nets.mrz import CHARACTERS, STEP, MrzNet

ARCHITECTURE = {"width": 16}
ROWS = 12  # captured, each cut twice
SPREAD = 0.6  # steps: sigma of a centre's target
AROUND = 1.3  # steps from a centre within which its class is asked
MOST_GROUNDS = 60


def train(settings: TrainingSettings) -> tuple[nn.Module, Progress]:
    """The net after the given time."""
    prepare(settings)
    grounds = draw_grounds(training_designs(min(settings.pool, MOST_GROUNDS), settings.seed))
    net = MrzNet(**ARCHITECTURE)

    def loss(rng: np.random.Generator) -> Tensor:
        return window_loss(net, [window for _ in range(ROWS) for window in draw_windows(grounds, rng)])

    return net, run_steps(Recipe("mrz", net, loss, rate=3e-3), settings)


def window_loss(net: MrzNet, windows: Sequence[Window]) -> Tensor:
    """Centres as soft cross entropy, classes as cross entropy around the centres."""
    seen = net(as_tensor([window.image for window in windows])).float()
    marks, classes = (torch.from_numpy(np.stack(part)) for part in zip(*map(targets, windows), strict=True))
    centres = nn.functional.binary_cross_entropy_with_logits(seen[:, 0], marks)
    named = nn.functional.cross_entropy(seen[:, 1:], classes, ignore_index=CHARACTERS)
    return 4.0 * centres + named


def targets(window: Window) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """For each step of a window how much of a centre is there, 0 to 1, and its class; 37 where none is asked."""
    steps = np.arange(WINDOW // STEP, dtype=np.float32)
    marks, classes = np.zeros(len(steps), np.float32), np.full(len(steps), CHARACTERS, np.int64)
    for centre, value in zip((window.centres + 0.5) / STEP - 0.5, window.classes, strict=True):
        away = np.abs(steps - centre)
        np.maximum(marks, np.exp(-((away / SPREAD) ** 2) / 2), out=marks)
        classes[away < AROUND] = value
    return marks, classes
