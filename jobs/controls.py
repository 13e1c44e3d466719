"""What the night would have seen: the same inspector and scorer on control specimens beside the tables."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from jobs.inspect_task import inspect_task
from jobs.own_gpu import on_own_gpu
from jobs.run import Run
from schemas.words import EVIDENCE_FAMILIES
from udfs.look import Judge, look_at
from udfs.scorer import open_scorer
from udfs.specimens.controls import Control, write_controls

SEEN_FROM = 0.75  # evidence at even odds: three times likelier forged than not
LOOK_DDL = "file string, physical double, tampered double, generated double, inconsistent double"
Measure = tuple[str, str, float | None, float | None, int | None]


def control_recall(run: Run) -> list[Measure]:
    """Recall and margin of each planted species, and false alarms on their genuine twins."""
    documents = run.settings.what.monitor.control_documents
    if documents < 2:
        return []
    controls = write_controls(Path(run.settings.home) / "controls", documents)
    return measures(controls, looked_at(run, controls))


def looked_at(run: Run, controls: Iterable[Control]) -> dict[str, dict[str, float | None]]:
    """Evidence of every control file, by file and family."""
    task = inspect_task(run.settings, run.frozen.models)
    folder, settings = run.model("scorer", "champion"), run.settings.what.score

    def look(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        judge = None if folder is None else Judge(open_scorer(folder), settings)
        mine = on_own_gpu(task)
        for frame in frames:
            for line in look_at((Path(name) for name in frame["file"]), mine, judge):
                evidence = line.get("evidence")
                values = evidence if isinstance(evidence, dict) else {}
                yield pd.DataFrame([{"file": line["file"], **{f: values.get(f) for f in EVIDENCE_FAMILIES}}])

    files = [(str(path),) for control in controls for path in (control.genuine, control.forged)]
    spread = run.spark.createDataFrame(files, "file string").repartition(run.spark.sparkContext.defaultParallelism)
    rows = spread.mapInPandas(look, LOOK_DDL).collect()
    return {row.file: {family: row[family] for family in EVIDENCE_FAMILIES} for row in rows}


def measures(controls: list[Control], evidence: dict[str, dict[str, float | None]]) -> list[Measure]:
    """Rows of `metrics`: what abstains counts as not seen."""

    def strongest(path: Path) -> float:
        return max((value for value in evidence[str(path)].values() if value is not None), default=0.0)

    found: list[Measure] = []
    for attack in sorted({control.attack for control in controls}):
        mine = [control for control in controls if control.attack == attack]
        recall = float(np.mean([strongest(control.forged) >= SEEN_FROM for control in mine]))
        margin = float(np.mean([strongest(control.forged) - strongest(control.genuine) for control in mine]))
        found += [
            ("control_recall", attack, recall, None, len(mine)),
            ("control_margin", attack, margin, None, len(mine)),
        ]
    alarms = float(np.mean([strongest(control.genuine) >= SEEN_FROM for control in controls]))
    return [*found, ("control_false_alarm", "all", alarms, None, len(controls))]
