from pathlib import Path

import numpy as np
import pytest
import torch

from jobs.evaluation.held_out import held_out, training_designs
from jobs.training import mrz
from jobs.training.loop import TrainingSettings
from jobs.training.mrz_print import draw_grounds, draw_text, print_row
from jobs.training.mrz_windows import WINDOW, Window, draw_windows
from udfs.nets.mrz import CHARACTERS, STEP, MrzNet
from udfs.reading.mrz_layouts import ALPHABET
from udfs.specimens import fonts
from udfs.specimens.rendered import Image


@pytest.fixture(scope="module")
def grounds() -> list[Image]:
    return draw_grounds(training_designs(2, seed=3))


def windows(grounds: list[Image], seed: int) -> list[Window]:
    return list(draw_windows(grounds, np.random.default_rng(seed)))


def test_a_window_repeats_and_its_labels_fit_its_pixels(grounds: list[Image]) -> None:
    for seed in range(12):
        for one, again in zip(windows(grounds, seed), windows(grounds, seed), strict=True):
            assert np.array_equal(one.image, again.image)
            assert one.image.shape == (32, WINDOW, 1)
            assert len(one.centres) == len(one.classes)
            assert np.all(np.diff(one.centres) > 2 * STEP)
            assert ((one.classes >= 0) & (one.classes < CHARACTERS)).all()


def test_a_printed_row_has_its_ink_at_its_places() -> None:
    white = [np.full((400, 900, 3), 250, np.uint8)]
    row = print_row("I" * 10, 30.0, (1.0, 14.0), white, np.random.default_rng(1))
    band = row.scene[round(row.middle) - 3 : round(row.middle) + 3].mean(axis=(0, 2))
    dark = np.flatnonzero(band < band.max() - 60)
    centres = row.left + (np.arange(10) + 0.5) * 30.0
    assert np.abs(dark[:, None] - centres[None, :]).min(axis=0).max() < 3


def test_no_row_is_set_in_a_face_that_is_held_out(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: set[str] = set()
    monkeypatch.setattr(fonts, "face_path", lambda face: opened.add(face) or Path("nowhere"))
    white = [np.full((400, 900, 3), 250, np.uint8)]
    for seed in range(60):
        try:
            print_row("AB", 12.0, (0.0, 4.0), white, np.random.default_rng(seed))
        except OSError:
            continue
    assert opened
    assert not opened & held_out().fonts


def test_texts_are_of_the_alphabet_and_not_all_true() -> None:
    texts = [draw_text(np.random.default_rng(seed), 14) for seed in range(60)]
    assert set("".join(texts)) == set(ALPHABET)


def test_targets_peak_at_the_centres() -> None:
    window = Window(np.zeros((32, WINDOW, 1), np.uint8), np.array([41.5], np.float32), np.array([7]))
    marks, classes = mrz.targets(window)
    assert marks.argmax() == 10
    assert marks[10] > 0.9
    assert set(classes[9:12]) == {7}
    assert classes[4] == CHARACTERS


def test_two_steps_move_the_weights_and_the_loss_is_finite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mrz, "ROWS", 2)
    net, progress = mrz.train(TrainingSettings(minutes=0, seed=3, out=tmp_path, work=tmp_path, steps=2, pool=2))
    assert progress.step == 2
    assert np.isfinite(progress.curve[0]["loss"])
    torch.manual_seed(3)
    fresh = MrzNet(**mrz.ARCHITECTURE)
    assert any(not torch.equal(a, b) for a, b in zip(fresh.parameters(), net.parameters(), strict=True))
