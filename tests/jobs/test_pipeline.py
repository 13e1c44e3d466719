"""The one tuple: every table has a writer, every step a main, every read an earlier write."""

import re
from pathlib import Path

import pytest

from jobs.pipeline import PIPELINE, as_markdown, edges
from schemas import TABLES

README = Path(__file__).parent.parent.parent / "README.md"
BEGIN, END = "<!-- pipeline -->", "<!-- end of pipeline -->"

OUTSIDE = {"runs", "backfills"}  # written by the night itself and beside nights, not by a step


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


def test_the_readme_shows_the_pipeline_as_it_is(request: pytest.FixtureRequest) -> None:
    text = README.read_text()
    drawn = f"{BEGIN}\n{as_markdown(PIPELINE)}\n{END}"
    shown = text[text.index(BEGIN) : text.index(END) + len(END)]
    if request.config.getoption("--regen"):
        README.write_text(text.replace(shown, drawn))
        shown = drawn
    assert shown == drawn


def test_every_step_has_a_main() -> None:
    from jobs.night import MAINS

    assert list(MAINS) == [step.name for step in PIPELINE]


def test_the_readme_fits_its_size_and_its_tree_is_true() -> None:
    text = README.read_text()
    assert text.count("\n") < 250
    tree = re.findall(r"^(\w+)/ ", text, re.MULTILINE)
    assert {"schemas", "conf", "udfs", "jobs", "airflow_dags", "tests", "docs"} == set(tree)
    assert all((README.parent / name).is_dir() for name in tree)
