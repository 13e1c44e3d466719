from pathlib import Path

import numpy as np
import pytest

from jobs.evaluation.held_out import training_designs
from jobs.evaluation.pairs import FAMILIES
from jobs.evaluation.plain_net import INPUT, KIND, NAME, open_plain, plain_logits
from jobs.training import plain
from jobs.training.forensic import training_attacks
from jobs.training.forensic_pool import pool_of_pages, pool_of_tiles
from jobs.training.loop import TrainingSettings
from udfs.nets.weights_file import add_net


def test_pages_and_tiles_of_a_pool_come_from_one_drawing(tmp_path: Path) -> None:
    designs = training_designs(3, 5)
    pages = pool_of_pages(designs, training_attacks(), 1, seed=5, cache=tmp_path)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert pool_of_tiles(designs, training_attacks(), 1, seed=5, cache=tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == kept
    assert {page.forged.shape for page in pages} == {(INPUT[1], INPUT[0], 3)}
    assert all((page.forged != page.genuine).any() for page in pages)


def test_what_is_trained_is_written_opened_and_judges_a_card_by_every_family(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plain, "TWINS_PER_DESIGN", 1)
    net, progress = plain.train(TrainingSettings(minutes=0, seed=5, out=tmp_path, work=tmp_path, steps=2, pool=3))
    assert np.isfinite(progress.curve[0]["loss"])
    add_net(tmp_path, NAME, net=net, architecture=plain.ARCHITECTURE, kind=KIND)
    card = np.random.default_rng(1).integers(0, 256, (300, 480, 3), dtype=np.uint8)
    corners = np.array([[20, 20], [450, 25], [445, 280], [15, 275]], np.float32)
    logits = plain_logits(open_plain(tmp_path), card, corners)
    assert set(logits) == set(FAMILIES)
    assert np.isfinite(list(logits.values())).all()
