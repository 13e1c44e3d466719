"""Sixty nights of a few tiny rows, maintained every week: what a night costs does not grow with the nights before."""

import logging
import os
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.faults import audit
from tests.jobs.tiny_lake import deliver, picture, settings_of
from tests.processes import cpu_seconds

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOG = logging.getLogger(__name__)
pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.timeout(7_200)]
NIGHTS, WEEK, WARM = 60, 7, 12  # the first nights still compile and load classes
CONTENTS = 5  # pictures that all documents share: a night is its queries
FILES_GROWTH, CPU_GROWTH = 0.05, 0.25  # of the mean, over all nights together, by a straight line through them


def files_in(root: Path) -> set[str]:
    return {str(path) for path in root.rglob("*") if path.is_file()}


def growth(values: list[float]) -> float:
    """What a straight line through the nights adds over all of them, as a share of their mean."""
    slope = float(np.polyfit(np.arange(len(values)), values, 1)[0])
    return slope * len(values) / float(np.mean(values))


def test_a_night_costs_the_same_after_sixty(lake: Path, spark: "SparkSession") -> None:
    from jobs.night import Ask, run_night
    from jobs.upkeep.maintenance import maintain

    settings = settings_of(lake)
    upkeep = settings.how.upkeep.model_copy(update={"small_files": WEEK})
    settings = settings.model_copy(update={"how": settings.how.model_copy(update={"upkeep": upkeep})})
    root = Path(settings.tables)
    (lake / "images").mkdir()
    for at in range(CONTENTS):
        (lake / "images" / f"{at}.jpg").write_bytes(picture(80 + at))
    written, cpu, heads = [], [], []
    for night in range(NIGHTS):
        deliver(lake, f"{night}.csv", {f"N{night}-{at}": (f"{at}.jpg", picture(80 + at)) for at in range(CONTENTS)})
        known, began = files_in(root) if root.exists() else set(), cpu_seconds(os.getpid())
        run_night(settings, Ask(date(2026, 1, 1) + timedelta(days=night)))
        cpu.append(cpu_seconds(os.getpid()) - began)
        written.append(float(len(files_in(root) - known)))
        if night % WEEK == WEEK - 1:
            maintain(settings)
            heads.append(sum(len(audit.DeltaTable(str(root / name)).file_uris()) for name in audit.TABLES))
    LOG.warning("files %s, CPU-seconds %s, files at heads by week %s", written, np.round(cpu, 1).tolist(), heads)
    assert audit.audit(lake, root) == []
    assert growth(written[WARM:]) <= FILES_GROWTH
    assert growth(cpu[WARM:]) <= CPU_GROWTH
    assert max(heads) <= 2 * heads[0]
