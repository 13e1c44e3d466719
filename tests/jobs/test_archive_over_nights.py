"""An archive of 50,000 manifest rows over several nights: in time, resumed, nothing lost and nothing twice.

Each row has a content of its own, a grey picture of 32 pixels a side, and only the parts that need no net look: what is
held to its promise is the way through, not how long a look takes.
"""

import logging
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conf.errors import WorkerDied
from tests.faults import audit
from tests.jobs.tiny_lake import settings_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOG = logging.getLogger(__name__)
pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.timeout(3_000)]
ROWS, ACCOUNTS, SIDE = 50_000, 10_000, 32
WINDOW, LATE = 240.0, 120.0  # seconds that the first night has, and may be late
PACK_ROWS = 256


def write_archive(lake: Path) -> None:
    """One manifest, one pack of pictures."""
    random = np.random.default_rng(7)
    pictures = random.integers(0, 256, (ROWS, SIDE, SIDE), np.uint8)
    packed = [cv2.imencode(".jpg", one, [cv2.IMWRITE_JPEG_QUALITY, 40])[1].tobytes() for one in pictures]
    keys = [f"{at:05d}" for at in range(ROWS)]
    (lake / "images").mkdir()
    pq.write_table(pa.table({"key": keys, "bytes": packed}), lake / "images" / "p.parquet", row_group_size=PACK_ROWS)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    rows = {
        "doc_id": [f"D{key}" for key in keys],
        "account_id": [f"A{at % ACCOUNTS}" for at in range(ROWS)],
        "uri": [f"images/p.parquet#{key}" for key in keys],
        "side": ["front"] * ROWS,
        "submitted_at": [start + timedelta(hours=at) for at in range(ROWS)],
    }
    pq.write_table(pa.table(rows), lake / "manifests" / "archive.parquet")


def test_fifty_thousand_rows_over_three_nights(
    lake: Path, spark: "SparkSession", monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.night import Ask, run_night
    from jobs.steps.inspection import Committer

    write_archive(lake)
    settings = settings_of(lake)
    root = Path(settings.tables)
    until = time.time() + WINDOW
    run_night(settings, Ask(date(2026, 3, 1), until=until))
    late = time.time() - until
    first = audit.places(audit.released(root))
    assert late <= LATE
    assert 0 < len(first["scored"]) < ROWS
    assert len(first["scored"]) + len(first["pending"]) == ROWS
    oldest = {row for _, row in first["scored"]}
    assert oldest == set(range(len(oldest)))

    commit = Committer.commit

    def die(committer: Committer, number: int, answers: object) -> None:
        if number == 3:
            raise WorkerDied("in the middle of the archive")
        commit(committer, number, answers)

    monkeypatch.setattr(Committer, "commit", die)
    with pytest.raises(WorkerDied):
        run_night(settings, Ask(date(2026, 3, 2)))
    monkeypatch.setattr(Committer, "commit", commit)
    began = time.time()
    run_night(settings, Ask(date(2026, 3, 2)))
    LOG.warning("%d rows, %.0f s after the deadline; the rest in %.0f s", len(oldest), late, time.time() - began)
    assert audit.audit(lake, root) == []
    seen = audit.released(root)
    assert len(audit.places(seen)["scored"]) == ROWS
    assert seen.tables["observations"].num_rows == ROWS
