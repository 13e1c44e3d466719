"""The one tuple: every table has a writer, every step a main, every read an earlier write."""

from jobs.pipeline import PIPELINE, edges
from schemas import TABLES

OUTSIDE = {"runs"}  # written by the night itself, not by a step


def test_every_table_is_declared_and_written_by_a_step() -> None:
    written = {name for step in PIPELINE for name in step.writes}
    assert written | OUTSIDE == set(TABLES)


def test_what_a_step_reads_was_written_by_an_earlier_one() -> None:
    written = set(OUTSIDE)
    for step in PIPELINE:
        assert set(step.reads) <= written, step.name
        assert set(step.before) <= set(TABLES), step.name
        written |= set(step.writes)


def test_a_night_goes_from_ingest_to_release() -> None:
    order = [step.name for step in PIPELINE]
    assert (order[0], order[-1]) == ("ingest", "release")
    assert all(order.index(earlier) < order.index(later) for earlier, later in edges(PIPELINE))
    assert {later for _, later in edges(PIPELINE)} == set(order[1:])
