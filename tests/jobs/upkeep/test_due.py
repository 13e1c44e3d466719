"""What upkeep is due, from sizes and ages alone."""

from datetime import UTC, date, datetime, timedelta

from conf.archive import UpkeepSettings
from jobs.publishing.releases import Release
from jobs.upkeep.due import Due, TableState, due
from jobs.upkeep.maintenance import statements
from jobs.upkeep.retention import keep_hours, property_days

NOW = datetime(2026, 6, 1, tzinfo=UTC)
MB = 1 << 20


def release(days_ago: float) -> Release:
    at = NOW - timedelta(days=days_ago)
    return Release(1, "published", "r", date(2026, 3, 1), None, (), {"scores": 1}, {}, {}, at)


def test_files_stay_for_the_days_of_the_settings_and_as_long_as_a_live_release_needs_them() -> None:
    now = NOW.timestamp()
    assert keep_hours([release(3), release(13)], 60, now) == 60 * 24
    assert keep_hours([release(3), release(91)], 60, now) == 92 * 24
    assert keep_hours([], 60, now) == 60 * 24


def test_tables_promise_more_before_a_live_release_outgrows_their_promise() -> None:
    now = NOW.timestamp()
    assert property_days([release(46)], 60, now) == 60
    assert property_days([release(47)], 60, now) == 77
    assert property_days([release(100)], 60, now) == 130


def state(files: int, size: int, *, days: int = 60, clustered: bool = False) -> TableState:
    return TableState(files, size, days, clustered)


def test_what_is_due_is_what_merging_spares_what_has_grown_and_what_would_be_forgotten() -> None:
    states = {
        "documents": state(64, 10 * MB),
        "links": state(65, 10 * MB),
        "vectors": state(12, 12 * 256 * MB),
        "plates": state(12, 12 * 256 * MB, clustered=True),
        "fields": state(70, 70 * 256 * MB, days=30, clustered=True),
        "scores": state(0, 0),
    }
    found = due(states, [release(10)], UpkeepSettings(), retention_days=60, now=NOW.timestamp())
    assert found == [Due("fields", days=60), Due("links", small_files=64), Due("vectors", cluster_by="sha256")]
    assert found[1].sentence == "links: OPTIMIZE (64 small files)"


def test_a_promise_to_keep_files_is_made_before_any_are_removed() -> None:
    told = list(statements(Due("fields", small_files=9, cluster_by="sha256", days=90), 2_160))
    assert [text.split(" (")[0] for text in told] == [
        "ALTER TABLE {table} SET TBLPROPERTIES",
        "ALTER TABLE {table} SET TBLPROPERTIES",
        "ALTER TABLE {table} CLUSTER BY",
        "OPTIMIZE {table}",
        "VACUUM {table} RETAIN 2160 HOURS",
    ]
    assert list(statements(Due("fields"), None)) == []
