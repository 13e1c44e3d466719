"""Durations as a person says them."""

import pytest

from conf.wording import duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (2.14, "2.1 s"),
        (45.4, "45 s"),
        (59.7, "1 min 0 s"),
        (119.6, "2 min 0 s"),
        (3_599.6, "1 h 0 min"),
        (93_900, "26 h 5 min"),
    ],
)
def test_a_duration_never_has_sixty_of_anything(seconds: float, said: str) -> None:
    assert duration(seconds) == said
