"""The next time that a clock shows an hour, also in nights in which clocks change."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from jobs.clock import next_shown


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process in a zone whose clocks change."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("after", "shown"),
    [
        ("2026-03-28T20:00", "2026-03-29T04:00"),  # the night in which clocks go forward
        ("2026-10-24T20:00", "2026-10-25T05:00"),  # and back
        ("2026-10-25T05:00", "2026-10-26T05:00"),  # it shows six already: the next one
    ],
)
@pytest.mark.usefixtures("berlin")
def test_a_clock_shows_six_whatever_happens_to_clocks_that_night(after: str, shown: str) -> None:
    at = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert next_shown("06:00", at) == datetime.fromisoformat(shown).replace(tzinfo=UTC)


def test_what_is_no_time_of_day_is_told() -> None:
    with pytest.raises(ValueError, match="six"):
        next_shown("six", datetime.now(UTC))
