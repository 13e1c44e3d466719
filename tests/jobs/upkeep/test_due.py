"""What upkeep is due, from sizes and ages alone."""

from conf.archive import UpkeepSettings
from jobs.upkeep.due import Due, TableState, due
from jobs.upkeep.maintenance import statements
from jobs.upkeep.retention import keep_hours, property_days

MB = 1 << 20


DAY = 86_400


def test_files_stay_for_the_days_of_the_settings_and_as_long_as_what_is_read_needs_them() -> None:
    assert keep_hours(13 * DAY, 60) == 60 * 24
    assert keep_hours(91 * DAY, 60) == 92 * 24
    assert keep_hours(0, 60) == 60 * 24


def test_a_table_promises_more_before_what_is_read_of_it_outgrows_its_promise() -> None:
    assert property_days(46 * DAY, 60) == 60
    assert property_days(47 * DAY, 60) == 77
    assert property_days(100 * DAY, 60) == 130


def state(files: int, size: int, *, days: int = 60, clustered: bool = False, age: float = 10 * DAY) -> TableState:
    return TableState(files, size, days, clustered, age)


def test_what_is_due_is_what_merging_spares_what_has_grown_and_what_would_be_forgotten() -> None:
    states = {
        "documents": state(64, 10 * MB),
        "links": state(65, 10 * MB),
        "vectors": state(12, 12 * 256 * MB),
        "plates": state(12, 12 * 256 * MB, clustered=True),
        "fields": state(70, 70 * 256 * MB, days=30, clustered=True),
        "scores": state(0, 0),
        "observations": state(3, 3 * MB, age=90 * DAY),  # nothing came for so long, and tonight something may
    }
    found = due(states, UpkeepSettings(), retention_days=60)
    assert found == [
        *(Due("fields", days=60), Due("links", small_files=64)),
        *(Due("observations", days=120), Due("vectors", cluster_by="sha256")),
    ]
    assert found[1].sentence == "links: OPTIMIZE (64 small files)"


def test_a_promise_to_keep_files_is_made_before_any_are_removed() -> None:
    told = list(statements(Due("fields", small_files=9, cluster_by="sha256", days=90), 2_160))
    assert [text.split(" (")[0] for text in told] == [
        "ALTER TABLE {table} SET TBLPROPERTIES",
        "ALTER TABLE {table} CLUSTER BY",
        "OPTIMIZE {table}",
        "VACUUM {table} RETAIN 2160 HOURS",
    ]
    assert list(statements(Due("fields"), None)) == []
