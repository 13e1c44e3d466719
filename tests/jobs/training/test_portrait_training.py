"""What the portrait embedding learns from, and that it learns."""

from pathlib import Path

import numpy as np
import pytest
import torch

from jobs.evaluation.views import print_view
from jobs.training import portrait, portrait_pool
from jobs.training.loop import TrainingSettings
from jobs.training.portrait_pool import KEPT, KEPT_PRINT, MARGIN, PRINTS, SHOTS, Pool, cached_pool, face_seed, kind_of
from udfs.nets.embedding import EmbeddingNet, embed_portraits
from udfs.specimens.faces import draw_face


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pool")


@pytest.fixture
def pool(work: Path, monkeypatch: pytest.MonkeyPatch) -> Pool:
    monkeypatch.setattr(portrait_pool, "FACES", 10)
    monkeypatch.setattr(portrait_pool, "SCENES", 2)
    monkeypatch.setattr(portrait_pool, "PRINTED", 3)
    monkeypatch.setattr(portrait, "SUBJECTS", 5)
    monkeypatch.setattr(portrait, "ALIKE", 2)
    return cached_pool(3, 8, work)


def test_a_pool_repeats_and_is_kept(pool: Pool, work: Path) -> None:
    assert pool.photos.shape == (12, SHOTS, KEPT[1], KEPT[0], 3)
    assert pool.prints.shape == (3, SHOTS, PRINTS, KEPT_PRINT[1], KEPT_PRINT[0], 3)
    again = cached_pool(3, 8, work)
    assert all(np.array_equal(value, vars(again)[name]) for name, value in vars(pool).items())
    assert len(list(work.glob("*.npz"))) == 1
    assert (pool.photos.reshape(12, SHOTS, -1).std(axis=2) > 5).all()


def test_faces_of_one_kind_share_skin_hair_and_sex() -> None:
    for one, two in [(first, second) for first in range(60) for second in range(first)]:
        faces = [draw_face(face_seed(1, each)) for each in (one, two)]
        alike = (faces[0].skin, faces[0].hair, one % 2) == (faces[1].skin, faces[1].hair, two % 2)
        assert (kind_of(1, one) == kind_of(1, two)) is alike
    assert kind_of(1, portrait_pool.FACES) == kind_of(1, portrait_pool.FACES + 1) == -1


def test_a_batch_has_different_subjects_and_views_of_the_net_s_size(pool: Pool) -> None:
    rng = np.random.default_rng(1)
    subjects = portrait.chosen(pool, rng)
    assert len(set(subjects)) == len(subjects) == 5
    for subject in subjects:
        views = portrait.views_of(pool, subject, 0, rng=rng)
        assert [view.shape for view in views] == [(96, 96, 3)] * 2


def test_boxes_of_prints_are_right_mostly_and_else_far_off() -> None:
    """A print that is dark, on a light card: how light a view's rim is tells how far its box reaches out."""
    width = 143
    rim = round(MARGIN * width / (1 + 2 * MARGIN))
    card = np.full((width, width, 3), 250, np.uint8)
    card[rim:-rim, rim:-rim] = 30
    light = []
    for seed in range(300):
        view = print_view(card, MARGIN, (96, 96), np.random.default_rng(seed)).astype(float).mean(axis=2)
        sides = [view[30:66, :6], view[:6, 30:66], view[30:66, -6:], view[-6:, 30:66]]
        light.append([side.mean() > 2 * view[40:56, 40:56].mean() + 40 for side in sides])
    assert 0.03 < np.any(light, axis=1).mean() < 0.2


def test_two_steps_move_the_weights(pool: Pool, work: Path) -> None:
    settings = TrainingSettings(minutes=0, seed=3, out=work, work=work, steps=2, pool=8)
    net, progress = portrait.train(settings)
    torch.manual_seed(3)
    fresh = EmbeddingNet(**portrait.ARCHITECTURE)
    assert progress.step == 2
    assert np.isfinite(progress.curve[0]["loss"])
    assert any(not torch.equal(old, new) for old, new in zip(fresh.parameters(), net.parameters(), strict=True))


def test_a_mirror_image_has_the_vector_of_its_picture() -> None:
    torch.manual_seed(1)
    picture = np.random.default_rng(2).integers(0, 256, (120, 96, 3), dtype=np.uint8)
    both = [picture, np.ascontiguousarray(picture[:, ::-1])]
    knows, does_not = (embed_portraits(EmbeddingNet(8, mirrored=way).eval(), both) for way in (True, False))
    assert knows[0] @ knows[1] == pytest.approx(1.0, abs=1e-5)
    assert np.linalg.norm(knows, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    assert does_not[0] @ does_not[1] < 0.9999
