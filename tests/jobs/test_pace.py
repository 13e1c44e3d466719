"""What a deadline leaves room for, and when a backlog ends: from rows alone."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import ANY

from jobs.pace import (
    Backlog,
    Deadline,
    backlog,
    deadline,
    paced_nights,
    rate,
    rest_each,
    slice_documents,
)

LINEAGE = [f"2026-03-0{day}.1" for day in (1, 2, 3)]


def counted(run_id: str, rows: int, scored: int, pending: int) -> dict[str, Any]:
    counts = {"manifest_rows": rows, "scored": scored, "rejected": rows - scored - pending, "pending": pending}
    return counts | {"run_id": run_id, "night": date.fromisoformat(run_id[:10]), "detector": "manifest"}


BEGAN = datetime(2026, 3, 1, 1, tzinfo=UTC)
INSPECTED = BEGAN + timedelta(seconds=4_005)


def step(run_id: str, name: str, at: datetime, seconds: float, contents: int | None = None) -> dict[str, Any]:
    row = {"run_id": run_id, "state": "done", "step": name, "at": at}
    return row | {"seconds": seconds, "contents": contents}


def done(run_id: str, *, between: float = 0.0, **seconds: float) -> list[dict[str, Any]]:
    """Steps after inspect, each begun so many seconds after the one before had ended."""
    at, rows = INSPECTED, [step(run_id, "ingest", BEGAN, 5.0)]
    for name, took in seconds.items():
        at += timedelta(seconds=between + took)
        rows.append(step(run_id, name, at, took))
    return rows


def inspected(run_id: str, contents: int | None) -> dict[str, Any]:
    return step(run_id, "inspect", INSPECTED, 4_000.0, contents)


COVERAGE = [counted(LINEAGE[0], 50_000, 6_000, 44_000), counted(LINEAGE[1], 50_100, 13_990, 36_100)]
COVERAGE += [counted("2026-03-02.7", 99_999, 0, 99_999), counted(LINEAGE[2], 50_400, 22_000, 28_380)]
RUNS = [row for run_id in LINEAGE for row in done(run_id, link=50.0, score=30.0)]
RUNS += [inspected(run_id, contents) for run_id, contents in zip(LINEAGE, (6_000, 8_000, 8_020), strict=True)]


def test_a_backlog_ends_when_what_arrives_is_looked_at_too() -> None:
    nights = paced_nights(RUNS, COVERAGE, LINEAGE)
    assert [(night.new, night.looked) for night in nights] == [(50_000, 6_000), (100, 8_000), (300, 8_020)]
    found = backlog(nights)
    assert found == Backlog(28_380, 22_020 / 12_000, 8_000, 4, date(2026, 3, 7))
    assert found.sentence == "28,380 documents wait; 8,000 a night at 1.8 a second: ends in 4 nights, on 2026-03-07"


def test_a_pace_is_of_what_was_inspected_not_of_documents_that_got_their_first_score() -> None:
    looked_again = [counted(LINEAGE[0], 100, 100, 0), counted(LINEAGE[1], 110, 110, 0)]
    nights = paced_nights([inspected(LINEAGE[0], None), inspected(LINEAGE[1], 8_000)], looked_again, LINEAGE)
    assert [(night.looked, night.contents) for night in nights] == [(100, 0), (10, 8_000)]
    assert rate(nights) == 2.0


def test_after_a_bulk_delivery_what_a_full_night_looks_at_counts() -> None:
    days = [f"2026-03-{day:02d}.1" for day in range(1, 10)]
    counts = [counted(run_id, 100 * at, 100 * at, 0) for at, run_id in enumerate(days[:8], 1)]
    counts += [counted(days[8], 50_800, 8_800, 42_000)]
    found = backlog(paced_nights([], counts, days))
    assert found is not None
    assert (found.a_night, found.nights, found.ends) == (8_000, 6, date(2026, 3, 15))


def test_a_backlog_that_grows_does_not_end_and_none_is_at_its_end() -> None:
    growing = [counted(LINEAGE[0], 100, 10, 90), counted(LINEAGE[1], 120, 20, 100)]
    found = backlog(paced_nights([], growing, LINEAGE))
    assert found is not None
    assert found.sentence == "100 documents wait; 10 a night: no more than arrive, so it does not end"
    empty = backlog(paced_nights(RUNS, [counted(LINEAGE[0], 10, 10, 0)], LINEAGE))
    assert empty is not None
    assert (empty.waiting, empty.nights, empty.ends) == (0, 0, date(2026, 3, 1))
    assert backlog([]) is None


def test_with_a_deadline_a_slice_takes_about_a_minute_and_the_rest_is_given_its_time() -> None:
    nights = paced_nights(RUNS, COVERAGE, LINEAGE)
    assert slice_documents(nights, 1, 2_000) == int(60 * 22_020 / 12_000)
    assert slice_documents([], 2, 2_000) == 128
    assert slice_documents([], 64, 2_000) == 2_000


def test_what_comes_after_inspect_grows_with_the_documents_of_the_lake() -> None:
    assert rest_each([], 2) == 0.05
    trial = [counted(LINEAGE[0], 100, 100, 0)]
    few = paced_nights([inspected(LINEAGE[0], 100), *done(LINEAGE[0], link=30.0)], trial, LINEAGE)
    assert rest_each(few, 2) == 10.0 / 300  # a trial's half a minute says little of an archive's
    grown = [counted(LINEAGE[0], 9_800, 9_800, 0)]
    many = paced_nights([inspected(LINEAGE[0], 9_800), *done(LINEAGE[0], link=650.0)], grown, LINEAGE)
    assert rest_each(many, 2) == (590.0 + 10.0) / 10_000
    until = 1e9
    assert deadline(many, until, 2) == Deadline(until - 1.5 * (60 + 0.06 * 9_800), 9_800 / 4_000, 1.5 * 0.06)


def test_the_starts_of_a_schedulers_processes_count_and_a_pause_of_hours_does_not() -> None:
    (by_scheduler,) = paced_nights(
        [inspected(LINEAGE[0], 10), *done(LINEAGE[0], between=25.0, link=50.0, score=30.0)], COVERAGE, LINEAGE[:1]
    )
    assert (by_scheduler.rest, by_scheduler.starts) == (80.0, 50.0)
    (paused,) = paced_nights(
        [inspected(LINEAGE[0], 10), *done(LINEAGE[0], between=7_200.0, link=50.0, score=30.0)], COVERAGE, LINEAGE[:1]
    )
    assert (paused.rest, paused.starts) == (80.0, 120.0)


def test_the_starts_of_processes_are_the_same_for_an_archive_as_for_a_trial() -> None:
    trial, run = [counted(LINEAGE[0], 100, 100, 0)], LINEAGE[0]
    told = ([inspected(run, 100), *done(run, between=gap, link=30.0, score=30.0)] for gap in (0.0, 25.0))
    alone, by_scheduler = (deadline(paced_nights(rows, trial, LINEAGE), 1e9, 2) for rows in told)
    assert by_scheduler.after == alone.after == 1.5 * 10.0 / 300
    assert alone.until - by_scheduler.until == 1.5 * 2 * 25.0


def test_slices_that_were_cut_without_a_deadline_are_held_to_one_too() -> None:
    from jobs.inspecting.slices import Clock, Plan, clock_of

    nothing: Any = None
    plan = Plan(nothing, 6_000, 3)
    now = time.time()
    unknown = deadline([], now + 600, cores=2)
    assert unknown == Deadline(now + 600 - 90.0, 128 / 30, 1.5 * 0.05)
    assert clock_of(unknown, plan) == Clock(now + 510, 2_000 / (128 / 30), 2_000 * (1.5 * 0.05), began=ANY)
    assert not clock_of(unknown, plan).allows(0)  # 469 s for the slice, 150 s more for what comes after
    assert clock_of(deadline([], now + 720, cores=2), plan).allows(0)
    assert clock_of(unknown, plan, committed=2).until == now + 510 - 2 * 2_000 * (1.5 * 0.05)
    assert clock_of(None, plan).allows(1)


def test_a_slice_is_begun_only_if_it_would_be_done_in_time() -> None:
    from jobs.inspecting.slices import Clock

    now = time.time()
    assert Clock(None).allows(5)
    assert not Clock(now - 1).allows(0)
    assert Clock(now + 50).allows(1)
    assert not Clock(now + 50, 60.0).allows(0)
    assert (Clock(now + 70, 60.0).allows(0), Clock(now + 70, 60.0).allows(1)) == (True, False)
    assert (Clock(now + 100, 60.0, 30.0).allows(0), Clock(now + 80, 60.0, 30.0).allows(0)) == (True, False)
    slow = Clock(now + 50, began=now - 60, done=2)
    assert (slow.allows(0), slow.allows(1)) == (True, False)
