"""The training loop that all nets share: seeded steps, a time limit, a checkpoint that a resume goes on from."""

import json
import logging
import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from udfs.nets.blocks import in_channels_last

log = logging.getLogger(__name__)

CHECKPOINT_SECONDS = 60.0
CURVE_STEPS = 25
WARM_UP = 0.03  # share of the run
CLIP = 5.0

Row = dict[str, float]
Loss = Callable[[np.random.Generator], Tensor]


@dataclass(frozen=True)
class TrainingSettings:
    """How to train one net.

    Attributes:
        minutes: of wall clock, the drawing of the specimen pool not counted; ignored where `steps` is given.
        seed: of the weights and of every draw.
        out: the model folder that the weights and the manifest go to.
        threads: of torch.
        resume: go on from the checkpoint that an interrupted run left in `work`.
        work: folder of checkpoints and drawn specimens.
        steps: an exact number of steps: the same seed then gives the same weights on one machine.
        pool: how many designs to draw specimens of.
    """

    minutes: float
    seed: int
    out: Path
    threads: int = 1
    resume: bool = True
    work: Path = Path(tempfile.gettempdir()) / "lookback-training"  # a cache: what lies here can be drawn again
    steps: int | None = None
    pool: int = 120


@dataclass(frozen=True)
class Recipe:
    """What differs between nets: their name, the net, the loss of one drawn batch, and the learning rate."""

    name: str
    net: nn.Module
    loss: Loss
    rate: float = 2e-3
    decay: float = 1e-2


@dataclass
class Progress:
    """Where a run stands; saved with every checkpoint."""

    step: int = 0
    seconds: float = 0.0
    curve: list[Row] = field(default_factory=list)


def prepare(settings: TrainingSettings) -> None:
    """Pin the threads and the seed before a net is built."""
    torch.set_num_threads(settings.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(settings.seed)


def run_steps(recipe: Recipe, settings: TrainingSettings) -> Progress:
    """Train until the time or the steps are used up; AdamW, cosine rate.

    The forward pass is in bfloat16 where the processor has 512-bit vectors; others emulate it, ten times slower.
    """
    net = in_channels_last(recipe.net.train())
    optimizer = torch.optim.AdamW(net.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    path = settings.work / f"{recipe.name}-{settings.seed}.safetensors"
    progress = _resumed(path, net, optimizer) if settings.resume and path.exists() else Progress()
    mark = saved = time.monotonic()
    while (done := _share_done(progress, settings)) < 1:
        _set_rate(optimizer, recipe.rate, done)
        value = _step(recipe, optimizer, np.random.default_rng((settings.seed, progress.step)))
        now = time.monotonic()
        progress.step, progress.seconds, mark = progress.step + 1, progress.seconds + now - mark, now
        if progress.step % CURVE_STEPS == 0 or progress.step == 1:
            progress.curve.append({"step": progress.step, "seconds": round(progress.seconds, 1), "loss": value})
            log.info("%s step %d after %.0f s: loss %.4f", recipe.name, progress.step, progress.seconds, value)
        if now - saved > CHECKPOINT_SECONDS:
            _save(path, net, optimizer, progress=progress)
            saved = now
    _save(path, net, optimizer, progress=progress)
    net.eval()
    return progress


def _step(recipe: Recipe, optimizer: torch.optim.Optimizer, rng: np.random.Generator) -> float:
    """One batch: loss, gradient, update."""
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cpu", torch.bfloat16, enabled="AVX512" in torch.backends.cpu.get_cpu_capability()):
        loss = recipe.loss(rng)
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(recipe.net.parameters(), CLIP)
    optimizer.step()
    return float(loss.detach())


def _share_done(progress: Progress, settings: TrainingSettings) -> float:
    """0 at the start, 1 when the run is over."""
    if settings.steps is not None:
        return progress.step / settings.steps
    return progress.seconds / (60.0 * settings.minutes)


def _set_rate(optimizer: torch.optim.Optimizer, rate: float, done: float) -> None:
    """Linear warm-up, then half a cosine down to a hundredth."""
    warm = min(1.0, (done + 1e-3) / WARM_UP)
    for group in optimizer.param_groups:
        group["lr"] = rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(done, 1.0))))


def _save(path: Path, net: nn.Module, optimizer: torch.optim.Optimizer, *, progress: Progress) -> None:
    """Write weights, optimizer and progress as safetensors, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {f"net.{key}": value.detach().clone().contiguous() for key, value in net.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{key}": value.clone().contiguous() for key, value in state.items()}
    partial = path.with_suffix(".partial")
    save_file(tensors, partial, metadata={"progress": json.dumps(vars(progress))})
    partial.replace(path)


def _resumed(path: Path, net: nn.Module, optimizer: torch.optim.Optimizer) -> Progress:
    """Fill net and optimizer from a checkpoint."""
    with safe_open(path, framework="pt") as kept:
        progress = Progress(**json.loads(kept.metadata()["progress"]))
        tensors = {key: kept.get_tensor(key) for key in sorted(kept.keys())}
    net.load_state_dict({key[4:]: value for key, value in tensors.items() if key.startswith("net.")})
    state: dict[int, dict[str, Tensor]] = {}
    for key, value in tensors.items():
        if key.startswith("optimizer."):
            _, index, name = key.split(".", 2)
            state.setdefault(int(index), {})[name] = value
    if state:
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    return progress
