from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from torch import nn

from jobs.evaluation.held_out import held_out, held_out_designs, training_designs
from jobs.training import corners, design
from jobs.training.contrast import supervised_contrast
from jobs.training.corners import corner_heat
from jobs.training.forensic import ARCHITECTURE, augmented, pair_loss, recoloured
from jobs.training.forensic_pool import TilePair
from jobs.training.loop import Recipe, TrainingSettings, prepare, run_steps
from udfs.nets.trunk import ForensicNet


def settings(tmp_path: Path, **changes: object) -> TrainingSettings:
    return TrainingSettings(
        **({"minutes": 0, "seed": 3, "out": tmp_path, "work": tmp_path, "steps": 2, "pool": 3} | changes)
    )


def moved(net: nn.Module, build: Callable[[], nn.Module]) -> bool:
    torch.manual_seed(3)
    fresh = build()
    return any(not torch.equal(old, new) for old, new in zip(fresh.parameters(), net.parameters(), strict=True))


@pytest.mark.parametrize("recipe", [corners, design])
def test_two_steps_move_the_weights_and_the_loss_is_finite(
    tmp_path: Path, recipe: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recipe, "EACH", 1)
    if recipe is corners:
        monkeypatch.setattr(corners, "SURFACES", 3)
        monkeypatch.setattr(corners, "SCENES", 2)
    net, progress = recipe.train(settings(tmp_path))
    assert progress.step == 2
    assert np.isfinite(progress.curve[0]["loss"])
    assert moved(net, lambda: type(net)(**recipe.ARCHITECTURE))


def toy(seed: int) -> Recipe:
    torch.manual_seed(seed)
    net = nn.Linear(3, 1)

    def loss(rng: np.random.Generator) -> torch.Tensor:
        x = torch.from_numpy(rng.standard_normal((8, 3), dtype=np.float32))
        return ((net(x).float() - x.sum(dim=1, keepdim=True)) ** 2).mean()

    return Recipe("toy", net, loss, rate=0.05)


def test_training_lowers_the_loss(tmp_path: Path) -> None:
    progress = run_steps(toy(1), settings(tmp_path, steps=200))
    assert progress.curve[-1]["loss"] < 0.1 * progress.curve[0]["loss"]


def test_a_resumed_run_ends_where_an_undisturbed_one_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = toy(1)
    run_steps(whole, settings(tmp_path / "whole", steps=40))
    broken = toy(1)
    steps = iter(range(1000))

    def failing(rng: np.random.Generator) -> torch.Tensor:
        if next(steps) == 25:
            raise KeyboardInterrupt
        return broken.loss(rng)

    monkeypatch.setattr("jobs.training.loop.CHECKPOINT_SECONDS", 0.0)
    interrupted = Recipe("toy", broken.net, failing, rate=0.05)
    with pytest.raises(KeyboardInterrupt):
        run_steps(interrupted, settings(tmp_path / "broken", steps=40))
    again = toy(2)
    progress = run_steps(again, settings(tmp_path / "broken", steps=40))
    assert progress.step == 40
    for one, two in zip(whole.net.parameters(), again.net.parameters(), strict=True):
        assert torch.allclose(one, two, atol=1e-6)


def test_no_training_design_is_held_out() -> None:
    designs = training_designs(30, seed=1)
    assert held_out_designs()
    assert not {made.design_id for made in designs} & {kept.design_id for kept in held_out_designs()}
    assert not any(held_out().design(made) for made in designs)


def test_corner_heat_peaks_at_the_corners() -> None:
    heat = corner_heat(np.array([[40, 40], [120, 44], [118, 100], [38, 98]], np.float32))
    assert heat[10, 10] > 0.85
    assert heat[17, 20] < 0.01


def test_contrast_prefers_alike_vectors() -> None:
    labels = torch.tensor([0, 0, 1, 1])
    apart = torch.eye(2).repeat_interleave(2, dim=0)
    assert supervised_contrast(apart, labels) < supervised_contrast(apart[[0, 2, 1, 3]], labels)


def pair(family: int) -> TilePair:
    rng = np.random.default_rng(family)
    genuine = rng.integers(0, 256, (256, 256, 3), dtype=np.uint8)
    forged, cells = genuine.copy(), np.zeros((64, 64), np.uint8)
    forged[96:160, 96:192], cells[24:40, 24:48] = 90, 1
    return TilePair(forged, genuine, cells, np.arange(1, 65, dtype=np.float32), family)


def apart(changed: TilePair) -> np.ndarray:
    """Mean difference of each cell of 4 px."""
    differing = np.abs(changed.forged.astype(int) - changed.genuine).mean(axis=2)
    return np.asarray(differing.reshape(48, 4, 48, 4).mean(axis=(1, 3)))


def test_twins_that_stay_as_they_are_keep_their_grid_and_the_place_of_their_edit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("jobs.training.forensic.SENT_ON", (0.0, 0.0, 0.0))
    kept = pair(0)
    blocks = {block.tobytes() for block in kept.genuine.reshape(32, 8, 32, 8, 3).swapaxes(1, 2).reshape(-1, 8, 8, 3)}
    for seed in range(6):
        changed = augmented(kept, np.random.default_rng(seed))
        assert np.array_equal(apart(changed) > 20, changed.cells.astype(bool))
        found = changed.genuine[64:72, 64:72]
        turned = [np.rot90(side, turns) for turns in range(4) for side in (found, found[:, ::-1])]
        assert any(np.ascontiguousarray(block).tobytes() in blocks for block in turned)


def test_steps_turn_with_their_tile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.training.forensic.SENT_ON", (0.0, 0.0, 0.0))
    kept = pair(0)
    square = kept.steps.reshape(8, 8)
    seen = {augmented(kept, np.random.default_rng(seed)).steps.tobytes() for seed in range(8)}
    assert seen == {square.tobytes(), np.ascontiguousarray(square.T).tobytes()}


def test_twins_that_are_sent_on_change_alike_but_for_their_light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.training.forensic.SENT_ON", (1.0, 1.0, 1.0))
    monkeypatch.setattr("jobs.training.forensic.recoloured", lambda tile, _: tile)
    for seed in range(6):
        changed = augmented(pair(0), np.random.default_rng(seed))
        inside = apart(changed)[changed.cells.astype(bool)]
        assert changed.forged.shape == (192, 192, 3)
        assert not len(inside) or np.median(inside) > 10


def test_light_moves_the_mean_of_a_tile_and_not_its_shape() -> None:
    tile = pair(0).genuine
    means = {recoloured(tile, np.random.default_rng(seed)).mean().round(1) for seed in range(8)}
    assert len(means) > 3
    assert recoloured(tile, np.random.default_rng(1)).shape == tile.shape


def test_two_forensic_steps_lower_the_loss_on_one_batch(tmp_path: Path) -> None:
    prepare(settings(tmp_path))
    net, rng = ForensicNet(**ARCHITECTURE), np.random.default_rng(1)
    batch = [augmented(pair(family), rng) for family in range(3)]
    progress = run_steps(
        Recipe("forensic", net, lambda _: pair_loss(net, batch), rate=1e-3), settings(tmp_path, steps=4)
    )
    assert np.isfinite(progress.curve[0]["loss"])
    assert float(pair_loss(net.train(), batch).detach()) < progress.curve[0]["loss"]
