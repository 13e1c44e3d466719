import numpy as np
import pytest

from tests.oracles_neighbours import bits_between, nearest_by_cosine
from udfs.neighbours import index
from udfs.neighbours.campaigns import Bounds, campaign_rows, find_groups, pair_ties
from udfs.neighbours.designs import EMPTY, Bank, assign, found_designs
from udfs.neighbours.lineage import inherit
from udfs.neighbours.near_copies import near_copies
from udfs.neighbours.portraits import portrait_pairs
from udfs.neighbours.thresholds import mirrored_threshold, tail_threshold
from udfs.neighbours.ties import tie, together


def unit(rng: np.random.Generator, *shape: int) -> np.ndarray:
    vectors = rng.normal(size=shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def hashes(rng: np.random.Generator, count: int, near: int) -> list[str]:
    """Hashes of one design: half of the bits in common, the rest each card's own."""
    common, own = rng.integers(0, 2, 256), rng.random((count, 256)) < 0.25
    bits = np.where(own, 1 - common, common)
    bits[1] = bits[0]
    bits[1, rng.choice(256, near, replace=False)] ^= 1
    return [np.packbits(row.astype(np.uint8)).tobytes().hex() for row in bits]


def test_exact_neighbours_are_those_of_the_plain_scan() -> None:
    vectors = unit(np.random.default_rng(0), 200, 16)
    found = index.by_cosine(vectors, vectors, k=5)
    assert [list(row) for row in found.rows] == [nearest_by_cosine(vectors, row, 5) for row in range(200)]


def test_the_inverted_index_finds_what_the_scan_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    centres = unit(rng, 40, 32)
    vectors = centres[rng.integers(0, 40, 3000)] + 0.1 * rng.normal(size=(3000, 32)).astype(np.float32)
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    exact = index.by_cosine(vectors, vectors[:200], k=10)
    monkeypatch.setattr(index, "FLAT_ROWS", 100)
    inverted = index.by_cosine(vectors, vectors[:200], k=10)
    shared = [len(set(a) & set(b)) for a, b in zip(exact.rows.tolist(), inverted.rows.tolist(), strict=True)]
    assert np.mean(shared) >= 9.5


def test_near_copies_are_those_far_closer_than_the_designs_own_strangers() -> None:
    names = hashes(np.random.default_rng(2), 30, 20)
    found = near_copies(names, most_bits=40, neighbours=10)
    assert list(zip(found.left.tolist(), found.right.tolist(), found.bits.tolist(), strict=True)) == [(0, 1, 20)]
    assert bits_between(names[0], names[1]) == 20


def test_cards_that_all_resemble_one_another_are_no_near_copies() -> None:
    rng = np.random.default_rng(3)
    common = rng.integers(0, 2, 256)
    bits = np.where(rng.random((30, 256)) < 0.06, 1 - common, common)
    names = [np.packbits(row.astype(np.uint8)).tobytes().hex() for row in bits]
    assert min(bits_between(names[0], other) for other in names[1:]) < 40
    assert len(near_copies(names, most_bits=40, neighbours=10).left) == 0


def test_one_portrait_is_found_among_strangers() -> None:
    vectors = unit(np.random.default_rng(4), 100, 64)
    vectors[7] = vectors[3] + 0.02 * unit(np.random.default_rng(5), 1, 64)[0]
    vectors[7] /= np.linalg.norm(vectors[7])
    found = portrait_pairs(vectors, least=0.9, rate=1e-5, neighbours=5)
    assert (found.left.tolist(), found.right.tolist()) == ([3], [7])


def test_thresholds_hold_on_strangers_and_do_not_move_with_what_is_looked_for() -> None:
    rng = np.random.default_rng(6)
    strangers = rng.normal(size=200_000)
    clean = mirrored_threshold(strangers, 1e-4)
    dirty = mirrored_threshold(np.concatenate([strangers, rng.normal(20, 2, 8_000)]), 1e-4)
    assert (strangers > clean).mean() <= 2e-4
    assert abs(dirty - clean) < 0.4
    assert (strangers > tail_threshold(strangers, 1e-4)).mean() <= 2e-4


def test_designs_are_founded_once_and_known_again() -> None:
    rng = np.random.default_rng(7)
    centres = unit(rng, 3, 64)
    vectors = centres[np.arange(30) % 3] + 0.02 * rng.normal(size=(30, 64)).astype(np.float32)
    digests = [f"{number:06x}ff" for number in range(30)]
    bank = found_designs(digests, vectors.astype(np.float32), least=0.8, taken=frozenset())
    assert bank.names == ("G-000000", "G-000001", "G-000002")
    rows, cosine = assign(vectors.astype(np.float32), bank, least=0.8)
    assert rows.tolist() == [0, 1, 2] * 10
    assert cosine.min() > 0.8
    assert EMPTY.with_founded(bank).names == bank.names
    assert assign(unit(rng, 4, 64), Bank(bank.names, bank.versions, bank.centroids), least=0.8)[0].tolist() == [-1] * 4


@pytest.mark.parametrize(("kind", "threshold"), [("near_copy", 0.9), ("portrait_photo", 0.9), ("template", 6.0)])
def test_a_tie_is_one_half_at_its_threshold_and_grows(kind: str, threshold: float) -> None:
    assert tie(kind, threshold, threshold) == pytest.approx(0.5)
    assert tie(kind, threshold * 1.05, threshold) > 0.5
    assert together([0.5, 0.5]) == pytest.approx(0.75)


def test_a_campaigns_figures_are_those_of_its_ties() -> None:
    import pandas as pd

    ties = pd.DataFrame(
        [
            ("a", "b", "template", 0.9),
            ("b", "c", "template", 0.6),
            ("a", "c", "portrait_photo", 0.3),
            ("y", "z", "template", 0.9),
        ],
        columns=["left_doc", "right_doc", "kind", "tie"],
    )
    pairs = pair_ties(ties)
    owners = {"a": "p1", "b": "p2", "c": "p3", "y": "p4", "z": "p5"}
    groups = find_groups(pairs, owners, Bounds(documents=3, accounts=2, tie=0.5))
    assert groups == (frozenset("abc"),)
    assert find_groups(pairs, dict.fromkeys(owners, "p1"), Bounds(documents=3, accounts=2, tie=0.5)) == ()
    from datetime import date

    documents = pd.DataFrame(
        {"account_id": ["1", "2", "3"], "design": ["G", "G", None], "submitted_at": [30, 10, 20]}, index=["a", "b", "c"]
    )
    lineage = inherit(groups, {}, night=date(2026, 3, 1), used=())
    row = campaign_rows(lineage, pairs, documents, dict.fromkeys(lineage.members, date(2026, 3, 1))).iloc[0]
    assert (row.documents, row.accounts, row.cohesion, row.weakest_tie) == (3, 3, 1.0, 0.6)
    assert (row.kinds, row.design, row.first_submitted_at, row.knowable_at) == (
        ["template", "portrait_photo"],
        "G",
        10,
        30,
    )
