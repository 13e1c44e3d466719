"""One slice inspected on a master, as a process of its own: slice_on.py MASTER FOLDER; the rows on stdout, as JSON."""

import hashlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from conf.settings import InspectSettings, Settings, WorkerSettings
from jobs.inspecting.slices import answers_of
from jobs.models.folders import SHIPPED, model_digest
from jobs.session import open_session
from udfs.task import InspectTask


def main() -> None:
    """Inspect every picture of a folder."""
    master, folder = sys.argv[1], Path(sys.argv[2])
    spark = open_session(Settings.model_validate({"how": {"spark": {"master": master, "driver_memory": "1g"}}}))
    rows = [(hashlib.sha256(path.read_bytes()).hexdigest(), path.name) for path in sorted(folder.glob("*.jpg"))]
    weights = SHIPPED / "inspector"
    task = InspectTask(
        settings=InspectSettings(parts=("file", "quality")),
        worker=WorkerSettings(decode_threads=1),
        weights=str(weights),
        weights_digest=model_digest(weights),
        lake=str(folder),
    )
    run: Any = SimpleNamespace(spark=spark)
    found = answers_of(spark.createDataFrame(rows, "sha256 string, uri string"), task, run).drop("seconds").collect()
    sys.stdout.write(json.dumps(sorted((row.asDict(recursive=True) for row in found), key=lambda row: row["sha256"])))
    spark.stop()


if __name__ == "__main__":
    main()
