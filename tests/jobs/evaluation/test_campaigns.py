import numpy as np
import pytest

from jobs.evaluation.campaigns import BLANKS, GENUINE, Card, Scored, _card, figures, scored
from jobs.evaluation.held_out import held_out_designs
from tests.fakes_linking import plates, png


def gallery(sigma: float) -> list[Card]:
    pictures = plates(3, 40, 6, sigma=sigma)
    rng = np.random.default_rng(1)
    return [
        Card("s4" if index < 6 else GENUINE, png(picture), rng.random(240) < 0.5, rng.random(16).astype(np.float32))
        for index, picture in enumerate(pictures)
    ]


def test_pairs_of_one_blank_stand_above_strangers_and_a_hash_knows_nothing() -> None:
    told = scored(gallery(6.0))
    ours, hashes = told.likeness["ours"], told.likeness["dhash"]
    same = told.shared == "s4"
    assert same.sum() == 15
    assert np.median(ours[same]) > np.quantile(ours[~same], 0.99)
    assert np.median(hashes[same]) < np.quantile(hashes[~same], 0.99)


def test_figures_are_pooled_and_false_links_are_those_of_strangers() -> None:
    rng = np.random.default_rng(2)
    shared = np.array([*[name for name in BLANKS for _ in range(5)], *[GENUINE] * 2_000])
    values = np.where(shared == GENUINE, rng.normal(size=len(shared)), 9.0)
    one = Scored({"ours": values, "dhash": -values}, shared, values > 8)
    told = {(figure.measure, figure.segment): figure for figure in figures([one, one], 1)}
    assert told["pair_tpr_1e3_s2", "all"].value == 1
    assert told["pair_tpr_1e3_s2", "all"].baselines == {"dhash": 0}
    assert told["pair_false_links", "all"].value == 0
    assert told["pair_links", "blank=geo"].n == 10


def test_members_of_a_campaign_come_first_and_share_their_blank_alone() -> None:
    designs = [design for design in held_out_designs() if design.layout.portrait][:1]
    member, stranger = (_card(designs, 5, 30, index) for index in (0, 29))
    assert (member.blank, stranger.blank) == ("s4", GENUINE)
    assert member.plate != stranger.plate
    assert _card(designs, 5, 30, 0).plate == member.plate
    assert np.linalg.norm(member.thumb) == pytest.approx(1, abs=1e-5)
