"""Figures of a lake's labels in its metrics."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.jobs.learning.test_learning import SHIPPED, feed, labelled

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from conf.settings import Settings


@pytest.mark.spark
def test_figures_are_kept_once_for_each_scorer_and_release(
    spark: "SparkSession", lake: Path, monkeypatch: pytest.MonkeyPatch, settings: "Settings"
) -> None:
    from jobs.learning import evaluating
    from jobs.lease import Lease
    from jobs.tables import Tables

    labels = feed(labelled())
    released = SimpleNamespace(run_id=labels.release, night=date(2026, 3, 1))
    monkeypatch.setattr(evaluating, "open_session", lambda _settings: spark)
    monkeypatch.setattr(evaluating, "publications", lambda _tables: [released])
    with Lease(settings.tables, "test", settings.how.lease) as lease:
        Tables(spark, settings.tables, lease=lease).ensure(("metrics",))
    figures = evaluating.evaluate("tampering", labels, SHIPPED, 1)
    for fingerprint in ("one", "one", "two"):
        evaluating.store(settings, "tampering", labels, figures, fingerprint=fingerprint)

    rows = Tables(spark, settings.tables).read("metrics").collect()
    assert len(rows) == 2 * len(figures)
    assert {row["run_id"] for row in rows} == {labels.release}
    kept = {(row["measure"], row["segment"]): row["value"] for row in rows}
    assert len(kept) == len(rows), "a key stands twice"
    for figure in figures:
        assert kept[figure.measure, f"{figure.segment}, scorer two"] == pytest.approx(figure.value)
