"""A pytest plugin: keeps how the tests of faults ended, and with `--faults` writes docs/faults.md from it."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.machine import describe
from tests.faults.page import page

RESULTS = Path(__file__).parent / "out" / "results.json"
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--faults", action="store_true", help="keep how tests of faults end, and write docs/faults.md")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "fault(*ids): shows what is promised under these faults of tests/faults/matrix.py"
    )
    if config.getoption("--faults"):
        config.pluginmanager.register(Recorder())


class Recorder:
    """Collects outcomes by test; what did not run this time keeps what it showed last."""

    def __init__(self) -> None:
        self._shown: dict[str, tuple[str, ...]] = {}
        self._ended: dict[str, dict[str, object]] = {}

    @pytest.hookimpl(tryfirst=True)  # before any are deselected: what did not run is told, too
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if ids := tuple(name for mark in item.iter_markers("fault") for name in mark.args):
                self._shown[item.nodeid] = ids

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.nodeid not in self._shown or (report.when != "call" and report.outcome == "passed"):
            return  # a test that was interrupted has shown nothing
        entry = self._ended.setdefault(report.nodeid, {"outcome": "passed", "seconds": 0.0})
        entry["seconds"] = float(str(entry["seconds"])) + report.duration
        if report.outcome != "passed":
            entry["outcome"] = report.outcome

    def pytest_sessionfinish(self) -> None:
        revision = subprocess.run(("git", "rev-parse", "--short", "HEAD"), capture_output=True, text=True, check=False)
        stamp = {"on": f"{datetime.now(UTC):%Y-%m-%d}", "revision": revision.stdout.strip(), "machine": describe()}
        known = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
        for test, ids in self._shown.items():
            ended = self._ended.get(test)
            if ended or test not in known:
                known[test] = (ended or {"outcome": "not run", "seconds": 0.0}) | stamp | {"faults": list(ids)}
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
        PAGE.write_text(page(known), encoding="utf-8")
