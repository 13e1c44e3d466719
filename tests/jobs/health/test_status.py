"""What status tells of nights, from rows alone."""

import json
from datetime import date
from typing import Any

from jobs.health.doctor import nights_finding
from jobs.health.status import bound_by, controls_of, models_of, nights_of

ONE, TWO, THREE = "2026-03-01.1", "2026-03-02.1", "2026-03-03.1"
MODELS = {"inspector": {"champion": {"version": "3"}}, "scorer": {"champion": {"version": "5"}}}


def run(run_id: str, step: str, state: str, **more: object) -> dict[str, Any]:
    day, _, attempt = run_id.partition(".")
    row = {"run_id": run_id, "night": date.fromisoformat(day), "attempt": int(attempt), "step": step, "state": state}
    return row | {"frozen": None, "note": None, "seconds": None, "stages": None, "contents": None, "at": 0} | more


def opened(run_id: str, parent: str | None) -> dict[str, Any]:
    return run(run_id, "night", "opened", frozen=json.dumps({"parent": parent, "models": MODELS}))


def counted(run_id: str, rows: int, scored: int, rejected: int, pending: int) -> dict[str, Any]:
    return {
        "run_id": run_id, "detector": "manifest", "manifest_rows": rows, "scored": scored, "rejected": rejected,
        "pending": pending,
    }  # fmt: skip


RUNS = [
    opened(ONE, None),
    run(ONE, "ingest", "done", seconds=2.0),
    run(ONE, "inspect", "done", seconds=10.0, contents=96, stages={"reading": 7.2, "card": 2.0, "decode": 0.8}),
    run(ONE, "night", "released"),
    opened(TWO, ONE),
    run(TWO, "ingest", "done", seconds=1.0),
    run(TWO, "inspect", "done", seconds=4.0, stages={"card": 1.0}),
    run(TWO, "night", "failed", note="monitor: coverage: 3 missing in 'forensics'. The rest\nof it"),
    opened(THREE, ONE),
]
COVERAGE = [counted(ONE, 100, 90, 6, 4), counted(TWO, 140, 128, 8, 4)]


def test_a_released_night_shows_counts_pace_and_what_bounds_it() -> None:
    night = nights_of(RUNS, COVERAGE, lineage=(ONE,), published=(ONE,), writing=None)[2]
    assert (night.run_id, night.state, night.next) == (ONE, "released", None)
    assert (night.documents, night.new, night.rejected, night.pending) == (100, 100, 6, 4)
    assert (night.took, night.rate) == (12.0, 9.6)
    assert night.bound_by == "reading (72 % of worker time)"


def test_a_failed_night_shows_why_and_the_next_command() -> None:
    night = nights_of(RUNS, COVERAGE, lineage=(ONE,), published=(ONE,), writing=None)[1]
    assert (night.state, night.new) == ("failed", 40)
    assert night.bound_by == "monitor: coverage: 3 missing in 'forensics'. The rest"
    assert night.next == "lookback night --date 2026-03-02 --again"


def test_a_failed_night_tells_its_last_failure_and_runs_while_its_writer_lives() -> None:
    rows = [*RUNS, run(TWO, "night", "failed", note="link: no room", at=1)]
    assert nights_of(rows, COVERAGE, lineage=(ONE,), published=(ONE,), writing=None)[1].bound_by == "link: no room"
    again = nights_of(rows, COVERAGE, lineage=(ONE,), published=(ONE,), writing="2026-03-02")[1]
    assert (again.state, again.next) == ("running", None)


def test_an_open_night_is_running_only_while_its_writer_lives() -> None:
    left = nights_of(RUNS, COVERAGE, lineage=(ONE,), published=(ONE,), writing=None)[0]
    assert (left.state, left.next) == ("open", "lookback night --date 2026-03-03   (0 of 8 steps done)")
    busy = nights_of(RUNS, COVERAGE, lineage=(ONE,), published=(ONE,), writing="2026-03-03")[0]
    assert (busy.state, busy.next) == ("running", None)


def test_a_released_night_out_of_the_lineage_was_withdrawn() -> None:
    night = nights_of(RUNS, COVERAGE, lineage=(), published=(ONE,), writing=None)[2]
    assert (night.state, night.next) == ("withdrawn", "lookback night --date 2026-03-01 --again")


def test_a_withdrawn_night_that_runs_never_heard_of_is_not_open() -> None:
    nights = nights_of(RUNS[:-1], COVERAGE, lineage=(ONE,), published=(ONE,), writing=None)
    assert nights_finding(nights).level == "warn"
    unheard = [*RUNS[:4], opened(TWO, ONE)]
    withdrawn = nights_of(unheard, COVERAGE, lineage=(ONE,), published=(ONE, TWO), writing=None)
    assert (withdrawn[0].state, withdrawn[0].next) == ("withdrawn", "lookback night --date 2026-03-02 --again")
    assert nights_finding(withdrawn).level == "pass"


def test_no_stage_bounds_a_night_without_workers() -> None:
    assert bound_by(None) is None
    assert bound_by({"card": 0.0}) is None


def test_models_are_those_of_the_newest_attempt() -> None:
    assert models_of(RUNS) == {"inspector": {"champion": "3"}, "scorer": {"champion": "5"}}
    assert models_of([]) == {}


def test_controls_of_the_newest_release_stand_beside_their_mean() -> None:
    metrics = [
        {"run_id": run_id, "measure": measure, "segment": "inkjet", "value": value}
        for run_id, measure, value in ((ONE, "control_recall", 1.0), (TWO, "control_recall", 0.5), (TWO, "risk_psi", 9))
    ]
    assert controls_of(metrics, (ONE, TWO)) == ({"inkjet": 0.5}, {"inkjet": 0.75})
