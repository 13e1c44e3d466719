"""No bad input crashes, hangs or swells what looks at it; a failure names the line that replays it.

Memory is the most resident bytes that the process which looks (of the inspector: its isolated child) held during one
input, above what it held after its first sound files.
"""

import pytest

from schemas.words import REJECTION_REASONS
from tests.robustness.bad_inputs import bad_file, bad_input
from tests.robustness.parsers import SEEN
from tests.robustness.running import MOST_GROWN, Report, run

SEED = 20260301


def none_failed(report: Report, count: int) -> None:
    assert not report.failures, f"{len(report.failures)} of {count}\n" + "\n".join(report.failures[:20])
    assert report.inputs == count
    assert set(report.outcomes) <= {SEEN, *REJECTION_REASONS}
    assert report.grown <= MOST_GROWN
    assert report.outcomes[SEEN] > 0.1 * count  # inputs that no codec ever sees would prove little


def test_an_input_is_made_of_its_seed_and_number_alone() -> None:
    made = [bad_input(SEED, index, 200) for index in range(60)]
    assert made == [bad_input(SEED, index, 200) for index in range(60)]
    assert len({repr(bad.content) for bad in made}) == 60
    assert bad_file(SEED, 3, 200) != bad_file(SEED + 1, 3, 200)


def test_some_bad_inputs_go_through_guard_decode_and_parsers() -> None:
    report = run("parsers", SEED, 1_500)
    none_failed(report, 1_500)
    assert len(report.outcomes) > 5  # reasons of many kinds


def test_a_few_bad_files_go_through_the_whole_inspector() -> None:
    none_failed(run("inspector", SEED, 10), 10)


@pytest.mark.slow
@pytest.mark.timeout(7_200)
def test_a_hundred_thousand_bad_inputs_go_through_guard_decode_and_parsers() -> None:
    none_failed(run("parsers", SEED + 1, 100_000), 100_000)


@pytest.mark.slow
@pytest.mark.timeout(14_400)
def test_two_thousand_bad_files_go_through_the_whole_inspector() -> None:
    none_failed(run("inspector", SEED + 1, 2_000), 2_000)
