"""What a step tells at its end; the tables are fakes."""

from types import SimpleNamespace
from typing import Any, cast

from jobs.run import Run
from jobs.step_ends import told

PLACED = {"scored": 77, "rejected": 6, "duplicate": 1, "erased": 0, "pending": 1_916}


class FakeFrame:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def where(self, condition: str) -> "FakeFrame":
        assert condition == "detector = 'manifest'"
        return FakeFrame([row for row in self.rows if row["detector"] == "manifest"])

    def collect(self) -> list[dict[str, Any]]:
        return self.rows


def run_of(step: str, contents: int | None = None, **tables: list[dict[str, Any]]) -> Run:
    fake = SimpleNamespace(read=lambda name: FakeFrame(tables[name]))
    stages = {"decode": 0.5, "reading": 9.25}
    named = SimpleNamespace(name=step)
    run = SimpleNamespace(run_id="2026-03-01.1", step=named, tables=fake, stages=stages, contents=contents)
    return cast("Run", run)


def test_inspect_tells_the_pace_of_this_process_and_where_the_workers_seconds_went() -> None:
    assert told(run_of("inspect", contents=20), 40.0) == (
        "2026-03-01.1 inspect done in 40.0 s: 20 contents inspected, 0.50 a second; "
        "worker seconds: reading 9.2, decode 0.5"
    )


def test_monitor_tells_the_equation_of_this_night() -> None:
    rows = [
        {"run_id": run_id, "detector": detector, "manifest_rows": 2_000, **PLACED}
        for run_id, detector in (
            ("2026-02-28.1", "manifest"),
            ("2026-03-01.1", "reading"),
            ("2026-03-01.1", "manifest"),
        )
    ]
    assert told(run_of("monitor", coverage=rows), 12.0) == (
        "2026-03-01.1 monitor done in 12.0 s: coverage: 2,000 manifest rows = "
        "77 scored + 6 rejected + 1 duplicate + 0 erased + 1,916 pending"
    )


def test_other_steps_tell_how_long_they_took() -> None:
    assert told(run_of("link"), 3.21) == "2026-03-01.1 link done in 3.2 s"
