"""One Spark for all tests; collecting the suite starts none."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from conf.settings import Settings

pytest_plugins = ["tests.faults.record"]


@pytest.fixture(scope="session")
def spark() -> "Iterator[SparkSession]":
    from conf.settings import Settings
    from jobs.session import open_session

    session = open_session(Settings.model_validate({"how": {"spark": {"driver_memory": "2g", "cores": 2}}}))
    yield session
    session.stop()


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """An empty folder for a lake, with room beside it."""
    folder = tmp_path / "lake"
    (folder / "manifests").mkdir(parents=True)
    return folder


@pytest.fixture
def settings(lake: Path) -> "Settings":
    from conf.settings import Settings

    return Settings.model_validate({"how": {"places": {"lake": str(lake)}, "lease": {"wait_seconds": 0}}})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regen", action="store_true", help="write golden files anew; the diff is the review")
