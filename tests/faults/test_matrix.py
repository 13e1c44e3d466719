"""Each fault of the matrix is shown by a test, and the page says what the results say."""

import re
from pathlib import Path

from tests.faults.matrix import FAULTS, NOT_SHOWN
from tests.faults.page import page

MARK = re.compile(r"mark\.fault\(([^)]*)\)")
TESTS = Path(__file__).parents[1]


def marked() -> set[str]:
    """Every fault that a mark in the tests names."""
    texts = (path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py") if path != Path(__file__))
    return {name for text in texts for inside in MARK.findall(text) for name in re.findall(r'"(\w+)"', inside)}


def test_each_fault_has_a_test_and_each_mark_a_fault() -> None:
    assert marked() == set(FAULTS)
    assert not set(FAULTS) & set(NOT_SHOWN)
    assert set(FAULTS) | set(NOT_SHOWN) == {f"F{number}" for number in range(1, 31)}


def test_the_page_tells_the_worst_outcome_of_a_fault_and_what_never_ran() -> None:
    stamp = {"on": "2026-03-01", "revision": "abc", "machine": "m"}
    ended = {"faults": ["F2", "F5"], "seconds": 1.5} | stamp
    text = page({"t.py::a": ended | {"outcome": "passed"}, "t.py::b": ended | {"outcome": "failed", "faults": ["F2"]}})
    rows = dict(re.findall(r"^\| (F\d+) \|[^|]*\| ([a-z ]+) \|", text, re.MULTILINE))
    assert (rows["F2"], rows["F5"], rows["F1"]) == ("failed", "passed", "not run")
    assert "  - failed, 1.5 s (2026-03-01, abc, m): `b` in `t.py`" in text
    waits = page({"t.py::a": ended | {"outcome": "passed"}, "t.py::c": ended | {"outcome": "not run", "seconds": 0.0}})
    assert "| passed, 1 not run | 2 |" in waits
