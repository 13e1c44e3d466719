"""Small scenes tell the truth about where the card lies, in view or a little out of it."""

import cv2
import numpy as np
import pytest

from jobs.evaluation.scene_grounds import draw_backgrounds
from jobs.evaluation.scene_poses import MOST_OUT, pushed_out
from jobs.evaluation.scenes import Scene, draw_scene
from udfs.nets.corners import INPUT
from udfs.nets.quads import MARGIN


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    """Scenes of a card that is darker than most."""
    card = cv2.GaussianBlur(np.full((200, 320, 3), (40, 60, 180), np.uint8), (0, 0), 1)
    surfaces = draw_backgrounds(16, seed=3)
    return [draw_scene([card], surfaces, np.random.default_rng((5, index))) for index in range(80)]


def test_every_corner_has_heat_though_some_are_out_of_the_frame(scenes: list[Scene]) -> None:
    corners = np.array([scene.corners for scene in scenes if scene.corners is not None])
    assert corners.min() >= -1
    assert corners.max() < INPUT + 1
    out = ((corners < MARGIN - 1) | (corners > INPUT - MARGIN + 1)).any(axis=(1, 2))
    assert 3 <= out.sum() <= 0.4 * len(corners)


def test_the_outline_is_the_cards_own(scenes: list[Scene]) -> None:
    for scene in scenes:
        drawn = np.zeros((INPUT, INPUT), np.uint8)
        if scene.corners is not None:
            cv2.fillConvexPoly(drawn, np.rint(scene.corners).astype(np.int32), 1)
        assert (drawn < scene.mask).sum() <= 0.05 * drawn.sum() + 8
        assert scene.mask.sum() >= 0.8 * drawn.sum()


def test_a_pushed_card_reaches_out_by_no_more_than_stated() -> None:
    corners = np.array([[20, 30], [140, 30], [140, 105], [20, 105]], np.float32)
    moved = [pushed_out(corners, (150, 172), np.random.default_rng(seed)) for seed in range(200)]
    beyond = [max(-0.5 - seen.min(), float((seen - (171.5, 149.5)).max())) for seen in moved]
    reaching = [value for value in beyond if value > 0]
    assert 5 < len(reaching) < 50
    assert max(reaching) <= min(MOST_OUT * 120, MARGIN - 1) + 1e-3
    for seen in moved:
        assert np.allclose(seen - seen[0], corners - corners[0], atol=1e-3)
