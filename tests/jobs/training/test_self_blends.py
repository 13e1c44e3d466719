from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from jobs.training.forensic import ARCHITECTURE, augmented, blended
from jobs.training.forensic_pool import SIDE, TilePair
from jobs.training.self_blends import PASTS, self_blended

Image = npt.NDArray[np.uint8]


def tile(seed: int = 0) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


@pytest.mark.parametrize("past", PASTS)
def test_every_past_keeps_the_size_and_changes_the_pixels(past: Callable[[Image, np.random.Generator], Image]) -> None:
    picture = tile()
    other = past(picture, np.random.default_rng(1))
    assert other.shape == picture.shape
    assert other.dtype == np.uint8
    assert (other != picture).any()


def test_only_blended_places_change_and_all_that_show_are_told() -> None:
    picture = tile()
    mixed, shows = self_blended(picture, np.random.default_rng(2))
    changed = (mixed != picture).any(axis=2)
    assert 0 < shows.mean() < 0.9
    assert changed[shows > 0].mean() > 0.9
    assert not changed.all()


def test_the_same_draw_gives_the_same_blend() -> None:
    first, second = (self_blended(tile(), np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[1], second[1])


def test_nothing_shows_on_an_even_ground_that_no_past_changes() -> None:
    even = np.full((SIDE, SIDE, 3), 128, np.uint8)
    told = [
        shows
        for seed in range(20)
        for mixed, shows in [self_blended(even, np.random.default_rng(seed))]
        if np.abs(mixed.astype(int) - even).max() == 0
    ]
    assert told
    assert not any(shows.any() for shows in told)


def test_an_opened_file_is_always_saved_again() -> None:
    pair = TilePair(tile(), tile(), np.zeros((64, 64), np.uint8), np.full(64, 2, np.float32), 0)
    pair = blended(pair, np.random.default_rng(3))
    assert not pair.saved
    side = ARCHITECTURE["side"]
    for seed in range(8):
        cut = augmented(pair, np.random.default_rng(seed))
        assert cut.saved
        assert cut.forged.shape == cut.genuine.shape == (side, side, 3)
        assert cut.cells.shape == (side // 4, side // 4)
