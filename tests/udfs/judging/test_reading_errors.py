import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.words import FIELD_NAMES, FIELD_SOURCES
from udfs.judging.reading_errors import FOUND_PER_STATED, KINDS, MOST_MEASURED, NONE_MEASURED, chance_right

SOURCES = st.sampled_from([*FIELD_SOURCES, "declared", "vendor"])


@given(SOURCES, st.sampled_from(FIELD_NAMES), st.floats(0, 1), st.floats(0, 1))
def test_a_surer_reading_stays_the_surer(source: str, name: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= chance_right(source, name, low) <= chance_right(source, name, high) <= 1


def test_what_was_not_measured_stays_as_stated() -> None:
    assert chance_right("barcode", "number", 0.93) == pytest.approx(0.93)
    assert chance_right("visual", "address", 0.93) == pytest.approx(0.93)
    assert chance_right("mrz", "surname", NONE_MEASURED) == NONE_MEASURED


def test_names_of_an_mrz_are_surer_than_the_product_over_their_letters() -> None:
    stated = MOST_MEASURED
    assert chance_right("mrz", "surname", stated) == pytest.approx(1 - (1 - stated) * FOUND_PER_STATED["mrz", "names"])


def test_a_reading_hardly_surer_than_even_odds_does_not_come_to_count() -> None:
    assert all(chance_right(source, name, 0.6) < 0.9 for source in FIELD_SOURCES for name in FIELD_NAMES)


def test_every_kind_was_measured_or_left_by_intent() -> None:
    assert {kind for source, kind in FOUND_PER_STATED if source == "visual"} == set(KINDS.values())
