"""A run in memory and a small scorer, for the steps that judge."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from conf.settings import Settings
from schemas import TABLES
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.fusion import Fusion
from udfs.judging.heads import FURTHER, STRONGEST, Head
from udfs.judging.scorer_file import Scorer

SIGNALS = {
    "physical": ("print_trace",),
    "tampered": ("edit_trace", "zone_contrast"),
    "generated": ("decoder_trace",),
    "inconsistent": (STRONGEST, FURTHER),
}


def small_scorer(*, gain: float = 3.0) -> Scorer:
    """Heads whose signals are 0.2 for genuine and 0.8 for forged; nothing was trained."""
    heads = {}
    for family in EVIDENCE_FAMILIES:
        names = SIGNALS[family]
        size = len(names)
        heads[family] = Head(
            family, names, np.full(size, 0.3), np.full(size, 0.2), np.full(size, gain / size), intercept=-1.0
        )
    return Scorer(heads, Fusion(), physical_width=600.0, basis="specimens", fingerprint=f"small-{gain:g}")


@dataclass
class MemoryRun:
    """What a step asks of a run, over plain rows; written frames are kept as rows."""

    spark: object
    night: date
    run_id: str
    now: dict = field(default_factory=dict)
    parent: dict = field(default_factory=dict)
    folders: dict = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    written: dict = field(default_factory=dict)

    def read(self, name):
        return self._frame(name, self.now.get(name, []))

    def before(self, name):
        return self._frame(name, self.parent.get(name, []))

    def write(self, name, frame):
        table = TABLES[name]
        assert sorted(frame.columns) == sorted(set(table.names) - {"run_id", "night"})
        declared = self._frame(name, []).schema
        for column in frame.schema:
            assert column.dataType.simpleString() == declared[column.name].dataType.simpleString(), column
        rows = [row.asDict(recursive=True) for row in frame.collect()]
        self.written[name] = [row | {"run_id": self.run_id, "night": self.night} for row in rows]

    def model(self, name, role) -> Path | None:
        return self.folders.get((name, role))

    def _frame(self, name, rows):
        names = TABLES[name].names
        complete = [tuple(row.get(column) for column in names) for row in rows]
        nullable = ", ".join(f"{c.name} {c.type}" for c in TABLES[name].columns)
        return self.spark.createDataFrame(complete, nullable)
