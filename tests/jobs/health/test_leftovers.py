"""What doctor says of the things that faults leave behind, from facts alone."""

from conf.settings import Settings
from jobs.delta_log import Damage
from jobs.health import leftovers
from jobs.health.doctor_facts import spill

GONE = Damage("scores", "part-1.parquet", "is gone")
CUT = Damage("links", "part-2.parquet", "has 12 bytes, not the 4,096 that were written")
TORN = Damage("runs", "_delta_log/9.checkpoint.parquet", "is no whole checkpoint", "delete it")
NEW, OLD = "2026-03-02.1", "2026-03-01.1"


def test_a_damaged_log_is_named_with_what_to_do() -> None:
    found = leftovers.log_finding([TORN, Damage("runs", "_delta_log/10.json", "is empty")], 26)
    assert (found.level, found.mend) == ("fail", "delete it; restore it from a backup")
    assert found.text == "runs/_delta_log/9.checkpoint.parquet is no whole checkpoint; runs/_delta_log/10.json is empty"
    assert leftovers.log_finding([], 26).level == "pass"


def test_only_where_the_newest_release_alone_is_struck_the_one_before_it_can_be_shown() -> None:
    one = leftovers.files_finding({NEW: [GONE, CUT], OLD: []}, NEW, 40)
    assert one.text == f"{GONE}; {CUT} (named by {NEW})"
    assert one.mend == "restore it from a backup; or show the release before it: lookback release rollback"
    both = leftovers.files_finding({NEW: [GONE], OLD: [GONE]}, NEW, 40)
    assert (both.text, both.mend) == (f"{GONE} (named by {NEW}, {OLD})", "restore it from a backup")
    assert leftovers.files_finding({NEW: [GONE]}, NEW, 20).mend == "restore it from a backup"
    assert leftovers.files_finding({NEW: [], OLD: []}, NEW, 40).level == "pass"


def test_what_upkeep_took_under_a_smaller_keep_is_no_damage_and_anything_else_is() -> None:
    oldest, replaced = "2026-01-01.1", {"2026-01-01.1": 10.0, OLD: 20.0}
    assert leftovers.without_outlived({NEW: [], OLD: [], oldest: [GONE]}, replaced, 15.0) == {NEW: [], OLD: []}
    told = leftovers.outlived_finding([oldest])
    assert (told.level, told.text.partition(":")[0]) == ("warn", oldest)
    for damages in (
        {NEW: [], OLD: [], oldest: [GONE, CUT]},  # cut, which upkeep does not do
        {NEW: [], OLD: [GONE], oldest: []},  # an older one has its files
        {NEW: [GONE], OLD: [GONE]},  # replaced too lately, and never
        {NEW: [GONE]},
    ):
        assert leftovers.without_outlived(damages, replaced, 15.0) == damages


def test_a_long_list_is_cut() -> None:
    many = [Damage("scores", f"part-{number}.parquet", "is gone") for number in range(8)]
    assert leftovers.log_finding(many, 26).text.endswith("scores/part-4.parquet is gone, and 3 more")


def test_a_view_that_is_not_what_was_published_is_named() -> None:
    expected = {"links": "7 rows", "scores": "4 rows of digest aa"}
    assert leftovers.contents_finding(expected, expected, NEW).level == "pass"
    found = leftovers.contents_finding(expected, {"scores": "4 rows of digest bb"}, NEW)
    assert found.text.endswith(
        "links: cannot be read, not 7 rows; scores: 4 rows of digest bb, not 4 rows of digest aa"
    )


def test_what_killed_writers_left_is_told_from_a_tenth_of_the_tables() -> None:
    assert leftovers.orphans_finding(3, 5, 100).level == "pass"
    found = leftovers.orphans_finding(3, 50, 100)
    assert (found.level, found.mend) == ("warn", "lookback maintain")


def test_an_open_night_that_cannot_go_on_says_why_and_what_to_type() -> None:
    refusal = f"{NEW} began with settings aa, now it is bb (a.b). Restore them, or begin anew: lookback night --again"
    found = leftovers.resume_finding(refusal)
    assert (found.level, found.text) == ("warn", f"{NEW} began with settings aa, now it is bb (a.b)")
    assert found.mend == "Restore them, or begin anew: lookback night --again"
    assert leftovers.resume_finding(None).level == "pass"


def test_the_folder_that_spark_spills_into_is_looked_at(settings: Settings) -> None:
    assert spill(settings).name == "spill"
    assert leftovers.spill_finding("/data/spill", 10**6).mend is not None
