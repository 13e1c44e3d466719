"""A night that is killed and resumed leaves the bytes of an undisturbed one, and repeats no more than it must."""

import numpy as np
import pytest

from jobs.pipeline import PIPELINE
from tests.faults import audit
from tests.faults.harness import NIGHT, Disturbance, Undisturbed, run_night

pytestmark = [pytest.mark.spark, pytest.mark.timeout(5_400)]
KILLS = 25
POINTS = [
    f"{moment}:{table}" for step in PIPELINE for table in step.writes for moment in ("before_commit", "after_commit")
] + ["before_released"]


def nothing_unpublished(undisturbed: Undisturbed) -> None:
    """After a kill readers see no release, or the whole night."""
    seen = audit.seen_by_readers(undisturbed.root)
    assert seen in ({}, audit.seen_by_readers(undisturbed.finished / "_lookback" / "tables"))


@pytest.mark.fault("F2")
@pytest.mark.parametrize("point", ["after_commit:vectors", "before_released"])
def test_killed_at_a_point_and_resumed(undisturbed: Undisturbed, point: str) -> None:
    lake = undisturbed.fresh()
    killed = run_night(lake, NIGHT, Disturbance(point=point))
    assert killed.code == -9
    nothing_unpublished(undisturbed)
    undisturbed.finish([killed])


@pytest.mark.slow
@pytest.mark.fault("F2")
def test_killed_at_every_point_one_after_another(undisturbed: Undisturbed) -> None:
    lake = undisturbed.fresh()
    killed = []
    for point in POINTS:
        killed.append(run_night(lake, NIGHT, Disturbance(point=point)))
        nothing_unpublished(undisturbed)
    assert [outcome.code for outcome in killed].count(-9) >= len(set(POINTS)) - 2
    undisturbed.finish(killed)


@pytest.mark.slow
@pytest.mark.fault("F1")
def test_killed_at_random_moments_again_and_again(undisturbed: Undisturbed) -> None:
    """A night that gets through between two kills is compared, and the next one begins on a fresh lake."""
    rng = np.random.default_rng(20_260_301)
    kills, ran = 0, []
    undisturbed.fresh()
    while kills < KILLS:
        after = float(rng.uniform(0.1, 0.9)) * undisturbed.seconds
        outcome = run_night(undisturbed.lake, NIGHT, Disturbance(kill_after=after))
        assert outcome.code in {-9, 0}, outcome.log[-500:]
        ran.append(outcome)
        kills += outcome.code == -9
        if outcome.code == 0:
            undisturbed.same(ran)
            undisturbed.fresh()
            ran = []
        nothing_unpublished(undisturbed)
    undisturbed.finish(ran)
