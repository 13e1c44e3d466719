"""A night that is killed and resumed leaves the bytes of an undisturbed one, and repeats no more than it must."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from jobs.pipeline import PIPELINE
from tests.faults import audit
from tests.faults.harness import Outcome, run_night

pytestmark = [pytest.mark.spark, pytest.mark.timeout(5_400)]
NIGHT = "2026-03-01"
SLICE, IN_FLIGHT = 6, 2
POINTS = [
    f"{moment}:{table}" for step in PIPELINE for table in step.writes for moment in ("before_commit", "after_commit")
] + ["before_released"]


@dataclass(frozen=True)
class Undisturbed:
    """A lake as delivered, and what one quiet night makes of it."""

    pristine: Path
    lake: Path
    digests: dict[str, str]
    computed: int
    seconds: float


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    import time

    from udfs.specimens.lake import deliver, plan_lake

    folder = tmp_path_factory.mktemp("kills")
    pristine, lake = folder / "pristine", folder / "lake"
    deliver(plan_lake(24, 9), pristine, 0)
    shutil.copytree(pristine, lake)
    began = time.monotonic()
    outcome = run_night(lake, NIGHT)
    assert outcome.code == 0, outcome.log[-3_000:]
    root = tables(lake)
    return Undisturbed(pristine, lake, audit.digests(root), outcome.computed, time.monotonic() - began)


def tables(lake: Path) -> Path:
    return lake / "_lookback" / "tables"


def fresh(undisturbed: Undisturbed) -> Path:
    """The lake as delivered, at the same place: addresses stand in what a night freezes."""
    shutil.rmtree(undisturbed.lake)
    shutil.copytree(undisturbed.pristine, undisturbed.lake)
    return undisturbed.lake


def finish(lake: Path, killed: list[Outcome], undisturbed: Undisturbed) -> None:
    """Resume to the end, then compare every table and count the inspections."""
    last = run_night(lake, NIGHT)
    assert last.code == 0, last.log[-3_000:]
    assert audit.digests(tables(lake)) == undisturbed.digests
    assert audit.audit(lake, tables(lake)) == []
    repeated = sum(outcome.computed for outcome in [*killed, last]) - undisturbed.computed
    assert repeated <= IN_FLIGHT * SLICE * len(killed)


@pytest.mark.parametrize("point", ["after_commit:vectors", "before_released"])
def test_killed_at_a_point_and_resumed(undisturbed: Undisturbed, point: str) -> None:
    lake = fresh(undisturbed)
    killed = run_night(lake, NIGHT, point=point)
    assert killed.code == -9
    finish(lake, [killed], undisturbed)


@pytest.mark.slow
def test_killed_at_every_point_one_after_another(undisturbed: Undisturbed) -> None:
    lake = fresh(undisturbed)
    killed = [run_night(lake, NIGHT, point=point) for point in POINTS]
    assert [outcome.code for outcome in killed].count(-9) >= len(set(POINTS)) - 2
    finish(lake, killed, undisturbed)


@pytest.mark.slow
def test_killed_at_five_random_moments(undisturbed: Undisturbed) -> None:
    rng = np.random.default_rng(20_260_301)
    lake = fresh(undisturbed)
    killed = [run_night(lake, NIGHT, kill_after=float(s)) for s in rng.uniform(0.1, 0.9, 5) * undisturbed.seconds]
    assert {outcome.code for outcome in killed} <= {-9, 0}, [outcome.log[-500:] for outcome in killed]
    finish(lake, killed, undisturbed)
