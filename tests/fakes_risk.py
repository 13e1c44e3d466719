"""A run in memory and a small scorer, for the steps that judge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from conf.settings import Settings
from jobs.frozen import Frozen
from schemas import TABLES
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.fusion import Fusion
from udfs.judging.heads import STRONGEST, Head
from udfs.judging.scorer_file import Scorer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Row = dict[str, Any]

SIGNALS = {
    "physical": ("print_trace",),
    "tampered": ("edit_trace", "zone_contrast"),
    "generated": ("decoder_trace",),
    "inconsistent": (STRONGEST,),
}

UNFROZEN = Frozen(
    parent=None, lineage=(), versions={}, files={}, models={}, settings_digest="", slice_documents=1, limit=None,
    code_version="",
)  # fmt: skip


def small_scorer(*, gain: float = 3.0) -> Scorer:
    """Heads whose signals are near 0.1 for genuine and 0.9 for forged; nothing was trained."""
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

    spark: "SparkSession"
    night: date
    run_id: str
    now: dict[str, list[Row]] = field(default_factory=dict)
    parent: dict[str, list[Row]] = field(default_factory=dict)
    folders: dict[tuple[str, str], Path] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    frozen: Frozen = UNFROZEN
    written: dict[str, list[Row]] = field(default_factory=dict)

    def read(self, name: str) -> "DataFrame":
        return self.frame(name, self.now.get(name, []))

    def before(self, name: str) -> "DataFrame":
        return self.frame(name, self.parent.get(name, []))

    def write(self, name: str, frame: "DataFrame") -> None:
        table = TABLES[name]
        assert sorted(frame.columns) == sorted(set(table.names) - {"run_id", "night"})
        declared = self.frame(name, []).schema
        for column in frame.schema:
            assert column.dataType.simpleString() == declared[column.name].dataType.simpleString(), column
        rows = [row.asDict(recursive=True) for row in frame.collect()]
        self.written[name] = [row | {"run_id": self.run_id, "night": self.night} for row in rows]

    def write_all(self, frames: Mapping[str, "DataFrame"]) -> None:
        for name, frame in frames.items():
            self.write(name, frame)

    def model(self, name: str, role: str) -> Path | None:
        return self.folders.get((name, role))

    def frame(self, name: str, rows: list[Row]) -> "DataFrame":
        columns = TABLES[name].columns
        complete = [tuple(row.get(column.name) for column in columns) for row in rows]
        return self.spark.createDataFrame(complete, ", ".join(f"{column.name} {column.type}" for column in columns))
