from datetime import date, timedelta
from itertools import pairwise

import pytest

from udfs.reading.calendars import hijri, japanese, other_calendars, persian


@pytest.mark.parametrize(
    ("year", "first"),
    [(1300, "1921-03-21"), (1358, "1979-03-21"), (1375, "1996-03-20"), (1399, "2020-03-20"), (1404, "2025-03-21")],
)
def test_persian_years_begin_at_the_equinox(year: int, first: str) -> None:
    assert persian(year, 1, 1) == [date.fromisoformat(first)]


def test_every_persian_day_follows_the_one_before() -> None:
    days = [
        found
        for year in range(1290, 1479)
        for month in range(1, 13)
        for day in range(1, 32)
        for found in persian(year, month, day)
    ]
    assert days == [days[0] + timedelta(days=place) for place in range(len(days))]


@pytest.mark.parametrize(
    ("day", "proclaimed"),
    [((1400, 1, 1), "1979-11-21"), ((1420, 10, 1), "2000-01-08"), ((1445, 1, 1), "2023-07-19"),
     ((1446, 12, 10), "2025-06-06")],
)  # fmt: skip
def test_a_hijri_date_may_mean_the_day_that_was_proclaimed(day: tuple[int, int, int], proclaimed: str) -> None:
    assert date.fromisoformat(proclaimed) in hijri(*day)


def test_hijri_months_have_29_or_30_days() -> None:
    firsts = [hijri(year, month, 1)[0] for year in range(1300, 1500) for month in range(1, 13)]
    assert {(later - first).days for first, later in pairwise(firsts)} == {29, 30}


def test_an_era_has_only_its_own_days() -> None:
    assert japanese("S", 64, 1, 7) == [date(1989, 1, 7)]
    assert japanese("S", 64, 1, 8) == []
    assert japanese("平成", 1, 1, 8) == [date(1989, 1, 8)]


def test_a_year_tells_its_calendar() -> None:
    assert other_calendars(2531, 4, 12) == [date(1988, 4, 12)]
    assert other_calendars(2531, 2, 30) == []
    assert other_calendars(1600, 1, 1) == []
    assert hijri(1445, 13, 1) == persian(1402, 0, 1) == []
