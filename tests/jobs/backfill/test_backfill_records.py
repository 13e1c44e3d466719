"""Which back-fill goes on, how far it is told to be, which parts look: no Spark."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from jobs.backfill.forecast import Forecast, seconds_each
from jobs.backfill.records import next_run_id, open_backfill, statuses
from jobs.lease import PIECE_SECONDS, Holder, patience
from tests.fakes_risk import UNFROZEN
from udfs.parts import parts_to_look

THESE = {"settings_digest": "", "code": ""}
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def row(state: str, run_id: str = "backfill-aa.1", **more: object) -> dict[str, Any]:
    stamped = {"run_id": run_id, "state": state, "inspector": "aa", "version": "2", "night": date(2026, 3, 1)}
    at = NOW - timedelta(hours=10 - int(run_id[-1]))
    return stamped | {"contents": 100, "refused": None, "seconds": None, "slice": None, "at": at} | more


def opened(run_id: str = "backfill-aa.1", **other: str) -> dict[str, Any]:
    record = UNFROZEN.model_copy(update=other)
    return row("opened", run_id, frozen=record.model_dump_json())


SLICES = [row("slice", slice=at, contents=20, seconds=took, refused=at) for at, took in ((0, 10.0), (1, 30.0))]


def test_an_open_backfill_tells_pace_and_end() -> None:
    (found,) = statuses([opened(), *SLICES], NOW)
    assert (found.state, found.done, found.left, found.refused, found.rate) == ("open", 40, 60, 1, 1.0)
    assert found.ends == NOW + timedelta(seconds=60)


def test_a_backfill_goes_on_until_it_is_done_and_only_with_its_own_settings_and_code() -> None:
    begun = open_backfill([opened(), *SLICES], "aa", **THESE)
    assert begun is not None
    assert (begun.run_id, begun.contents) == ("backfill-aa.1", 100)
    assert open_backfill([opened()], "bb", **THESE) is None
    assert open_backfill([opened(), row("done")], "aa", **THESE) is None
    assert open_backfill([opened(settings_digest="other")], "aa", **THESE) is None
    assert open_backfill([opened(code_version="0.1.0+other")], "aa", **THESE) is None
    assert next_run_id([opened(), row("done")], "aa") == "backfill-aa.2"


def test_of_two_backfills_of_an_inspector_the_later_one_counts() -> None:
    found = statuses([opened(), *SLICES, opened("backfill-aa.2")], NOW)
    assert [(one.run_id, one.state, one.left) for one in found] == [
        ("backfill-aa.2", "open", 100),
        ("backfill-aa.1", "replaced", 0),
    ]
    again = open_backfill([opened(), opened("backfill-aa.2")], "aa", **THESE)
    assert again is not None
    assert again.run_id == "backfill-aa.2"


def test_only_changed_parts_and_what_they_are_made_from_look() -> None:
    before = dict.fromkeys(("file", "quality", "card", "reading", "forensics", "portrait", "vectors", "copy"), "1")
    assert parts_to_look(before, before) == ()
    assert parts_to_look(before | {"vectors": "2"}, before) == ("card", "reading", "portrait", "vectors")
    assert parts_to_look(before | {"copy": "2"}, before) == ("card", "copy")
    assert parts_to_look(before, {"file": "1"})[0] == "quality"


def test_a_forecast_counts_the_parts_that_look() -> None:
    stages = {"decode": 10.0, "card": 5.0, "reading": 85.0}
    looks = [{"stages": stages, "contents": 100}, {"stages": stages, "contents": None}, {"stages": None, "contents": 0}]
    assert seconds_each(looks, ("card",)) == 0.15
    assert seconds_each(looks[1:], ("card",)) is None
    plan = Forecast("2", "2026-03-01.1", 1_000, "oldest", ("card",), (), 7_300.0)
    assert (plan.nights(1), plan.nights(6)) == (3, 1)


def test_a_night_waits_for_work_that_gives_way_and_for_no_other() -> None:
    assert patience(Holder("night 2026-03-01@h:1", "h", 1, 0.0), 5) == 5
    assert patience(Holder("backfill@h:1", "h", 1, 0.0), 5) == PIECE_SECONDS
