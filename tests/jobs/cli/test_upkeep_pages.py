"""What the commands of back-fill, upkeep and status tell people, from facts alone."""

from datetime import UTC, date, datetime

from jobs.backfill.forecast import Forecast
from jobs.backfill.records import BackfillStatus
from jobs.cli import backfill, upkeep
from jobs.cli.status import page
from jobs.health.status import LakeStatus, NightStatus
from jobs.pace import Backlog
from jobs.upkeep.maintenance import Maintained

NIGHT = date(2026, 3, 1)


def text(lines: list) -> str:
    return "\n".join(line.text for line in lines)


def test_a_plan_says_what_looks_what_is_copied_and_what_to_type_next() -> None:
    plan = Forecast("2", "2026-03-01.1", 160_000, "riskiest", ("card", "copy"), ("file", "reading"), 90_000.0)
    told = text(backfill.forecast_page(plan, 6.0))
    assert "version 2, over the archive of 2026-03-01.1" in told
    assert "160,000 wait for it, riskiest first" in told
    assert "card, copy" in told
    assert "file, reading" in told
    assert "25 h 0 min with all cores, 5 nights of 6 hours" in told
    assert told.endswith("-> lookback backfill run --version 2")


def test_a_plan_without_measured_nights_promises_no_time() -> None:
    plan = Forecast("2", "2026-03-01.1", 0, "oldest", (), ("file",), None)
    told = text(backfill.forecast_page(plan, 6.0))
    assert "no night has told what a look costs" in told
    assert "at limits alone" in told
    assert "->" not in told


def test_a_backfill_says_how_far_it_is() -> None:
    end = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)
    one = BackfillStatus("backfill-aa.1", NIGHT, "aa", "2", "open", 1_000, 400, 600, 3, 2.5, end)
    told = text(backfill.status_page([one]))
    assert "400 of 1,000 contents, 600 left, 2.5 a second, done 2026-03-02" in " ".join(told.split())
    assert "3 could not be looked at" in told
    assert "-> lookback backfill run --version 2" in told


def test_maintenance_says_what_it_did_to_each_table() -> None:
    done = [Maintained("links", (412, 3), 9), Maintained("fields", (70, 70), 0, "sha256", 77)]
    told = text(upkeep.page(done, dry=False))
    assert "412 files merged into 3; 9 files that no live release needs removed" in told
    assert "clustered by sha256; replaced files stay 77 days from now on" in told
    assert text(upkeep.page(done, dry=True)).startswith("Would be done:\n")


def test_status_tells_the_backlog_what_is_due_and_what_is_missing() -> None:
    night = NightStatus("2026-03-01.1", NIGHT, "released")
    waits = Backlog(100, 2.0, 50, 2, date(2026, 3, 3))
    found = LakeStatus(
        "/lake", night.run_id, (night.run_id,), {}, (night,), {}, {}, waits, ("links: OPTIMIZE (412 small files)",), ()
    )
    told = text(list(page(found, 14)))
    assert "backlog  100 documents wait; 50 a night at 2.0 a second: ends in 2 nights, on 2026-03-03" in told
    assert "due  links: OPTIMIZE (412 small files): lookback maintain" in told
    assert "missing" not in told
