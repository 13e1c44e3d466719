"""The vote of two readers on rows of an MRZ, without a net: chances are made up."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.udfs.reading.test_mrz import TD1, TD3, as_lines
from udfs.reading.mrz import CHECKS, Mrz, best_mrz
from udfs.reading.mrz_fitting import Row, rows_of
from udfs.reading.mrz_layouts import ALPHABET
from udfs.reading.mrz_places import Places, find_places
from udfs.reading.mrz_vote import vote


def places_of(text: str, sure: float = 0.99) -> Places:
    chances = np.full((len(text), len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1), np.float32)
    for place, character in enumerate(text):
        chances[place, ALPHABET.index(character)] = sure
    return Places(chances, (np.arange(len(text)) + 0.5) / len(text), 1.0)


def changed(text: str, at: int, to: str) -> str:
    return text[:at] + to + text[at + 1 :]


def sure(text: str, certainty: float = 0.99) -> tuple[float, ...]:
    return (certainty,) * len(text)


def held(mrz: Mrz | None) -> int:
    return sum(mrz.checks[name] is True for name in CHECKS) if mrz is not None else -1


def test_two_readers_who_agree_are_surer_than_either() -> None:
    voted = vote(places_of(TD3[1], 0.9), TD3[1], sure(TD3[1], 0.9))
    assert voted.text == TD3[1]
    assert min(voted.certainties) > 0.9


def test_the_surer_reader_is_followed_and_doubt_remains() -> None:
    misread = changed(TD3[1], 3, "B")
    voted = vote(places_of(TD3[1], 0.99), misread, changed_certainty(misread, 3, 0.6))
    assert voted.text == TD3[1]
    assert voted.certainties[3] < voted.certainties[4]
    other = vote(places_of(misread, 0.5), TD3[1], sure(TD3[1], 0.99))
    assert other.text == TD3[1]


def changed_certainty(text: str, at: int, to: float) -> tuple[float, ...]:
    return tuple(to if place == at else 0.99 for place in range(len(text)))


@pytest.mark.parametrize("text", [TD3[0][:30], TD3[0] + "<<", TD3[0][:2] + TD3[0][3:], "8" * 44, ""])
def test_characters_lost_or_added_by_the_text_reader_do_not_shift_the_row(text: str) -> None:
    voted = vote(places_of(TD3[0]), text, sure(text, 0.8))
    assert voted.text == TD3[0]


def test_places_are_found_where_the_net_saw_centres_even_in_a_run_of_fillers() -> None:
    seen = np.full((38, 224), -4.0, np.float32)
    centres = np.rint(8 + np.arange(44) * 4.7).astype(int)
    seen[0, centres] = 3.0
    for centre, character in zip(centres, TD3[0], strict=True):
        seen[1 + ALPHABET.index(character), centre - 1 : centre + 2] = 6.0
    found = {count: find_places(seen, count) for count in (30, 36, 44)}
    assert found[44].text == TD3[0]
    assert found[44].support > max(found[30].support, found[36].support)
    assert np.abs(found[44].along * 224 - 0.5 - centres).max() <= 1


ROWS = st.sampled_from([TD1, TD3])
FAULTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 43), st.sampled_from(ALPHABET)), max_size=3)


def damaged(rows: tuple[str, ...], faults: list[tuple[int, int, str]]) -> tuple[str, ...]:
    for row, at, to in faults:
        index = row % len(rows)
        rows = (*rows[:index], changed(rows[index], at % len(rows[index]), to), *rows[index + 1 :])
    return rows


@settings(max_examples=80, deadline=None)
@given(ROWS, FAULTS, FAULTS, st.floats(0.3, 0.999), st.floats(0.3, 0.999))
def test_the_vote_never_lowers_the_check_digits_that_hold(
    rows: tuple[str, ...],
    by_text: list[tuple[int, int, str]],
    by_net: list[tuple[int, int, str]],
    text_sure: float,
    net_sure: float,
) -> None:
    lines = [replace(line, certainties=sure(line.text, text_sure)) for line in as_lines(damaged(rows, by_text))]
    read = rows_of(lines)
    seen = [_with_places(row, text, net_sure) for row, text in zip(read, damaged(rows, by_net), strict=True)]
    silent = [replace(row, text="", certainties=()) for row in seen]
    assert held(best_mrz(seen)) >= max(held(best_mrz(read)), held(best_mrz(silent)))


def _with_places(row: Row, text: str, net_sure: float) -> Row:
    return replace(row, places={len(text): places_of(text, net_sure)})
