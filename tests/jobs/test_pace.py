"""What a deadline leaves room for, and when a backlog ends: from rows alone."""

import time
from datetime import date
from typing import Any

from jobs.pace import (
    Backlog,
    Deadline,
    backlog,
    deadline,
    paced_nights,
    rate,
    rest_seconds,
    slice_documents,
)

LINEAGE = [f"2026-03-0{day}.1" for day in (1, 2, 3)]


def counted(run_id: str, rows: int, scored: int, pending: int) -> dict[str, Any]:
    counts = {"manifest_rows": rows, "scored": scored, "rejected": rows - scored - pending, "pending": pending}
    return counts | {"run_id": run_id, "night": date.fromisoformat(run_id[:10]), "detector": "manifest"}


def done(run_id: str, **seconds: float) -> list[dict[str, Any]]:
    row = {"run_id": run_id, "state": "done", "contents": None}
    return [row | {"step": step, "seconds": took} for step, took in seconds.items()]


def inspected(run_id: str, contents: int | None) -> dict[str, Any]:
    return {"run_id": run_id, "state": "done", "step": "inspect", "seconds": 4_000.0, "contents": contents}


COVERAGE = [counted(LINEAGE[0], 50_000, 6_000, 44_000), counted(LINEAGE[1], 50_100, 13_990, 36_100)]
COVERAGE += [counted("2026-03-02.7", 99_999, 0, 99_999), counted(LINEAGE[2], 50_400, 22_000, 28_380)]
RUNS = [row for run_id in LINEAGE for row in done(run_id, ingest=5.0, link=50.0, score=30.0)]
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
    assert (rest_seconds(nights), rest_seconds([])) == (120.0, 90.0)


def test_slices_that_were_cut_without_a_deadline_are_held_to_one_too() -> None:
    from jobs.inspecting.slices import Plan, clock_of

    nothing: Any = None
    plan = Plan(nothing, 6_000, 3)
    now = time.time()
    unknown = deadline([], now + 600, cores=2)
    assert unknown == Deadline(now + 600 - 90.0, 128 / 30)
    assert clock_of(unknown, plan).reckoned == 2_000 / (128 / 30)
    assert (clock_of(unknown, plan).allows(0), clock_of(unknown, plan).allows(1)) == (True, False)
    told = deadline(paced_nights(RUNS, COVERAGE, LINEAGE), now + 600, cores=2)
    assert told == Deadline(now + 480, 22_020 / 12_000)
    assert not clock_of(told, plan).allows(0)
    assert clock_of(None, plan).allows(1)


def test_a_slice_is_begun_only_if_it_would_be_done_in_time() -> None:
    from jobs.inspecting.slices import Clock

    now = time.time()
    assert Clock(None).allows(5)
    assert not Clock(now - 1).allows(0)
    assert Clock(now + 50).allows(1)
    assert not Clock(now + 50, 60.0).allows(0)
    assert (Clock(now + 70, 60.0).allows(0), Clock(now + 70, 60.0).allows(1)) == (True, False)
    slow = Clock(now + 50, began=now - 60, done=2)
    assert (slow.allows(0), slow.allows(1)) == (True, False)
