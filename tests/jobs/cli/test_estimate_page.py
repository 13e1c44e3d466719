"""What a check says of the nights to come; no inspector is opened."""

import pytest

from conf.errors import NightRefused
from conf.settings import CostSettings
from jobs.cli.estimate_page import Plan, estimated
from jobs.health.image_sample import ImagesReport
from jobs.health.lake_check import UNTOUCHED, FileReport, History, LakeReport
from jobs.health.night_estimate import Estimate

NO_PRICE = CostSettings()
TEN_SECONDS = Estimate(documents=7_200, seconds_each=10.0, measured_on=6, cores=2)


def told(estimate: Estimate | None, plan: Plan, history: History = UNTOUCHED, new: int = 7_200) -> list[str]:
    files = (FileReport("manifests", "m.csv", rows=new), FileReport("manifests", "old.csv", rows=0, earlier=True))
    return list(estimated(LakeReport(files, ImagesReport(), estimate, history), plan))


def test_the_night_is_told_with_what_it_leaves_out() -> None:
    night, cost, backlog = told(TEN_SECONDS, Plan(NO_PRICE))
    assert night == (
        "Inspecting 7,200 documents takes about 10 h 0 min on 2 cores (10.00 s each, measured on 6); "
        "links, scores and the rest come on top."
    )
    assert cost == "Cost: 20.00 core-hours; with a price it is told in money: --set cost.core_hour=0.05."
    assert backlog == "Backlog: 7,200 documents, 1 night, if nothing else comes."


def test_a_price_makes_money_of_it_and_says_what_it_assumes() -> None:
    cost = told(TEN_SECONDS, Plan(CostSettings(core_hour=0.05, currency="USD")))[1]
    assert cost.startswith("Cost: 1.00 USD: 20.00 core-hours at 0.05. Assumes machines like this one")
    gpu = Estimate(documents=7_200, seconds_each=0.5, measured_on=6, cores=1, unit="GPU")
    assert told(gpu, Plan(CostSettings(core_hour=0.05)))[1].startswith("Cost: 1.00 GPU-hours; with a price")
    assert told(gpu, Plan(CostSettings(gpu_hour=3)))[1].startswith("Cost: 3.00 EUR: 1.00 GPU-hours at 3.")


@pytest.mark.parametrize(
    ("nightly", "nights"),
    [
        ("1000", "8 nights with --limit 1,000, 1,000 in each"),
        ("22:00-06:00", "2 nights with 22:00-06:00 to inspect in, 5,760 in each"),
        ("9000", "1 night with --limit 9,000"),
    ],
)
def test_the_backlog_takes_so_many_nights(nightly: str, nights: str) -> None:
    assert told(TEN_SECONDS, Plan(NO_PRICE, nightly))[2] == (
        f"Backlog: 7,200 documents, {nights}, if nothing else comes."
    )


def test_what_earlier_nights_left_waits_too() -> None:
    past = History(frozenset(), waiting=200, night="2026-03-01.1", rest_seconds=75.0)
    (night, *_) = told(TEN_SECONDS, Plan(NO_PRICE), past, new=7_000)
    assert "7,200 documents (7,000 new, 200 left by earlier nights) takes" in night
    assert night.endswith("links, scores and the rest took 1 min 15 s in 2026-03-01.1, and come on top.")


def test_pdfs_are_counted_by_their_pages_and_that_is_said() -> None:
    files = (FileReport("manifests", "m.csv", rows=1_000, pdfs=1_000),)
    seen = ImagesReport(pdfs=200, pages=1_900)
    *_, last = estimated(LakeReport(files, seen, TEN_SECONDS), Plan(NO_PRICE))
    assert last == "Among them 1,000 PDFs, counted as 9,500 documents: 9.5 pages each, as the 200 opened have."
    unopened = list(estimated(LakeReport(files, ImagesReport(), None), Plan(NO_PRICE)))
    assert unopened[1:] == [
        "1,000 documents wait.",
        "Among them 1,000 PDFs, each counted as one page, because none was opened.",
    ]


@pytest.mark.parametrize("nightly", ["06:00", "0", "-5", "many", ""])
def test_a_night_is_a_number_of_contents_or_two_times(nightly: str) -> None:
    with pytest.raises(NightRefused, match="5000, or when, such as 22:00-06:00"):
        told(TEN_SECONDS, Plan(NO_PRICE, nightly))


def test_nothing_to_do_is_no_night() -> None:
    none = Estimate(documents=0, seconds_each=10.0, measured_on=6, cores=2)
    assert told(none, Plan(NO_PRICE, "5"), new=0)[2].startswith("Backlog: 0 documents, 0 nights")
    assert told(None, Plan(NO_PRICE), new=3) == [
        "A night is not estimated: that needs an inspector and two sound images.",
        "3 documents wait.",
    ]
