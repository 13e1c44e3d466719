from itertools import combinations
from random import Random

import pandas as pd
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from tests.oracles_neighbours import components
from udfs.neighbours.components import group

pairs = st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)).filter(lambda pair: pair[0] < pair[1]), max_size=18)


def ties(of: list[tuple[str, str]], value: float = 0.8) -> pd.DataFrame:
    return pd.DataFrame([(left, right, value) for left, right in of], columns=["left_doc", "right_doc", "tie"])


def clique(*names: str) -> list[tuple[str, str]]:
    return list(combinations(names, 2))


@given(pairs, st.randoms(use_true_random=False))
@effort(max_examples=60, deadline=None)
def test_every_tie_that_is_not_cut_lies_inside_one_group_whatever_the_order(
    found: set[tuple[int, int]], shuffle: Random
) -> None:
    named = [(f"d{left:02d}", f"d{right:02d}") for left, right in sorted(found)]
    grouping = group(ties(named), least_documents=3)
    cut = {(left, right) for left, right, _ in grouping.cut}
    assert set(map(frozenset, grouping.groups)) == components(pair for pair in named if pair not in cut)
    assert group(ties(shuffle.sample(named, len(named))), least_documents=3) == grouping


def test_a_weak_bridge_between_two_dense_groups_is_cut_and_a_strong_one_is_not() -> None:
    dense = [*clique("a", "b", "c"), *clique("x", "y", "z")]
    weak = pd.concat([ties(dense, 0.9), ties([("c", "x")], 0.55)])
    assert group(weak, least_documents=3).cut == (("c", "x", "bridge"),)
    strong = pd.concat([ties(dense, 0.9), ties([("c", "x")], 0.95)])
    assert len(group(strong, least_documents=3).groups) == 1


def test_a_hub_does_not_fuse_strangers() -> None:
    spokes = [("a", f"s{number:02d}") for number in range(15)]
    grouping = group(ties([*spokes, *clique("x", "y", "z")]), least_documents=3)
    assert grouping.groups == (("x", "y", "z"),)
    assert {reason for *_, reason in grouping.cut} == {"hub"}
