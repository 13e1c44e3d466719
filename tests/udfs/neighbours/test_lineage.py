from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from tests.oracles_neighbours import replayed
from udfs.neighbours.lineage import Former, inherit

START = date(2026, 3, 1)
documents = st.integers(0, 19).map(lambda number: f"d{number:02d}")
# Each night every document is in one of five groups, or in none.
nights = st.lists(st.dictionaries(documents, st.integers(0, 4), max_size=20), min_size=1, max_size=6)


def groups_of(night: dict[str, int]) -> list[frozenset[str]]:
    groups = [frozenset(doc for doc, group in night.items() if group == number) for number in range(5)]
    return [group for group in groups if len(group) >= 3]


@given(nights)
@effort(max_examples=100, deadline=None)
def test_events_alone_lead_from_night_to_night_and_no_id_is_used_again(history: list[dict[str, int]]) -> None:
    before: dict[str, Former] = {}
    used: set[str] = set()
    for count, night in enumerate(history):
        today = START + timedelta(days=count)
        groups = groups_of(night)
        lineage = inherit(groups, before, night=today, used=used)
        assert set(lineage.members.values()) == set(groups)
        assert replayed({name: former.members for name, former in before.items()}, lineage.events) == lineage.members
        keys = [(event.campaign_id, event.event) for event in lineage.events]
        assert len(keys) == len(set(keys))
        births = {event.campaign_id for event in lineage.events if event.event == "birth"}
        assert births == set(lineage.members) - set(before)
        assert not births & used
        used |= births
        before = {name: before.get(name, Former(today, group)) for name, group in lineage.members.items()}
        before = {name: Former(former.born, lineage.members[name]) for name, former in before.items()}


@given(nights, st.randoms(use_true_random=False))
@effort(max_examples=50, deadline=None)
def test_ids_do_not_depend_on_the_order_of_groups(history: list[dict[str, int]], shuffle: Random) -> None:
    before: dict[str, Former] = {}
    for night in history:
        groups = groups_of(night)
        shuffled = shuffle.sample(groups, len(groups))
        lineage = inherit(groups, before, night=START, used=())
        assert inherit(shuffled, before, night=START, used=()) == lineage
        before = {name: Former(START, group) for name, group in lineage.members.items()}


def test_the_larger_part_of_a_split_keeps_the_id_and_both_say_so() -> None:
    whole = frozenset("abcdefgh")
    before = {"C-OLD": Former(START, whole)}
    lineage = inherit([frozenset("abc"), frozenset("defgh")], before, night=START, used=())
    assert lineage.members["C-OLD"] == frozenset("defgh")
    new = next(name for name in lineage.members if name != "C-OLD")
    said = {(event.campaign_id, event.event, event.others) for event in lineage.events}
    assert said == {("C-OLD", "split", (new,)), (new, "birth", ("C-OLD",))}


def test_when_two_merge_the_one_with_more_of_it_stays_and_between_equals_the_older() -> None:
    young = Former(START + timedelta(days=1), frozenset("abc"))
    old = Former(START, frozenset("def"))
    lineage = inherit([frozenset("abcdefx")], {"C-A": young, "C-B": old}, night=START, used=())
    assert list(lineage.members) == ["C-B"]
    said = {(event.campaign_id, event.event, event.others) for event in lineage.events}
    assert said == {("C-A", "death", ("C-B",)), ("C-B", "merge", ("C-A",)), ("C-B", "growth", ())}
