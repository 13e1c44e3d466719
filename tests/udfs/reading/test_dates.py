from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from udfs.reading.dates import looks_like_date, mrz_date, read_date

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31))


@settings(max_examples=150, deadline=None)
@given(DAYS, st.sampled_from(["%d.%m.%Y", "%d %m %Y", "%d %b %Y", "%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%b %d, %Y"]))
def test_what_was_written_is_among_what_it_may_mean(day: date, form: str) -> None:
    reading = read_date(day.strftime(form))
    assert reading is not None
    assert day.isoformat() in reading.values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("12 APR 1988", ("1988-04-12",)),
        ("12.04.1988", ("1988-04-12",)),
        ("1988-04-12", ("1988-04-12",)),
        ("04/12/1988", ("1988-12-04", "1988-04-12")),
        ("25/12/1988", ("1988-12-25",)),
        ("12/25/1988", ("1988-12-25",)),
        ("05/05/1988", ("1988-05-05",)),
        ("12 APR/AVR 1988", ("1988-04-12",)),
        ("19880412", ("1988-04-12",)),
        ("30 081984", ("1984-08-30",)),
        ("28 0CT 1986", ("1986-10-28",)),
        ("200805-08", ("2008-05-08",)),
        ("2008-0508", ("2008-05-08",)),
        ("2008.2005", ("2005-08-20",)),
        ("12 AVR. 1988", ("1988-04-12",)),
        ("12 août 1988", ("1988-08-12",)),
        ("3 JUIL 1988", ("1988-07-03",)),
        ("3 JUIN 1988", ("1988-06-03",)),
        ("12 DIC 1988", ("1988-12-12",)),
        ("1. MÄRZ 1988", ("1988-03-01",)),
        ("12.IV.1988", ("1988-04-12",)),
        ("1988 APR 12", ("1988-04-12",)),
        ("1988年4月12日", ("1988-04-12",)),
        ("1988년 4월 12일", ("1988-04-12",)),
        ("昭和63年4月12日", ("1988-04-12",)),
        ("S63.04.12", ("1988-04-12",)),
        ("12.04.2531", ("1988-04-12",)),
        ("1367/01/23", ("1988-04-12", "1947-12-07", "1947-12-06", "1947-12-08")),
    ],
)
def test_formats_of_the_world(text: str, values: tuple[str, ...]) -> None:
    reading = read_date(text)
    assert reading is not None
    assert reading.values == values


@pytest.mark.parametrize(
    "text",
    ["H32.04.12", "S64.01.08", "31.13.1402", "31.12.1402", "30 FEB 1988", "1988-13-40", "", "ERIKSSON", "99/99/9999"],
)
def test_days_of_no_calendar_are_no_dates(text: str) -> None:
    assert read_date(text) is None


def test_an_impossible_date_still_looks_like_one() -> None:
    assert looks_like_date("31.02.1988")
    assert not looks_like_date("KARLSBERG 12")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=24))
def test_garbage_never_raises(text: str) -> None:
    reading = read_date(text)
    assert reading is None or all(date.fromisoformat(value) for value in reading.values)


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(0, 80))
def test_a_birth_date_of_an_mrz_is_never_after_its_bound(birth: date, years: int) -> None:
    latest = f"{birth.year + years:04d}-12-31"
    found = mrz_date(birth.strftime("%y%m%d"), latest=latest, on=None)
    assert found[2:] == birth.isoformat()[2:] or found == ""
    assert found <= latest


def test_century_of_an_expiry_date_follows_the_day_it_is_near() -> None:
    assert mrz_date("850101", latest=None, on=None) == "1985-01-01"
    assert mrz_date("850101", latest=None, on=date(2080, 1, 1)) == "2085-01-01"
    assert mrz_date("310101", latest=None, on=None) == "2031-01-01"
    assert mrz_date("31AB01", latest=None, on=None) == ""


@pytest.mark.parametrize("text", ["3101²1", "①10101", "٣١٠١٠١"])
def test_digits_that_no_mrz_has_are_no_date(text: str) -> None:
    assert mrz_date(text, latest=None, on=None) == ""


def test_a_letter_beside_a_date_is_no_era() -> None:
    assert read_date("M 12.05.20") is None
    assert read_date("H12.05.20") is not None
