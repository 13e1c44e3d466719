"""What a step is given: the tables that it lists, at the right versions, and a pen that writes once."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from conf.errors import Undeclared
from conf.settings import Settings
from jobs.frozen import Frozen
from jobs.pace import Deadline
from jobs.pipeline import Step
from jobs.tables import Tables
from schemas import TABLES

STAMPED = ("run_id", "night")
LOG = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]


def silent(step: str, done: int, total: int) -> None:
    """No progress is shown."""


@dataclass
class Run:
    """One step of one attempt of one night.

    Attributes:
        run_id: night and attempt, as in 2026-03-01.1.
        night: the logical date.
        step: what it may read and write.
        settings: both halves.
        frozen: the inputs that every resume uses.
        tables: the door to Delta.
        progress: told (step, done, total) as work goes on.
        deadline: by when the last slice should be done; null: no such time.
        read_versions: versions of the tables read so far.
        stages: worker seconds by stage, as far as this process saw them.
        contents: contents that this process inspected; null of a step that inspects none.
    """

    run_id: str
    night: date
    step: Step
    settings: Settings
    frozen: Frozen
    tables: Tables
    progress: Progress = silent
    deadline: Deadline | None = None
    read_versions: dict[str, int] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)
    contents: int | None = None

    @property
    def spark(self) -> SparkSession:
        """The session."""
        return self.tables.spark

    @property
    def lineage(self) -> tuple[str, ...]:
        """Runs whose rows this night builds on, itself last."""
        return (*self.frozen.lineage, self.run_id)

    def read(self, name: str) -> DataFrame:
        """A table with this night's rows; of replaced tables only what this night wrote.

        Raises:
            Undeclared: the step does not list the table.
        """
        self._allow(name, self.step.reads, "reads")
        frame = self.tables.read(name)
        self.read_versions[name] = self.tables.version(name) or 0
        match TABLES[name].scope:
            case "lineage":
                return frame.where(F.col("run_id").isin(*self.lineage))
            case "night":
                return frame.where(F.col("run_id") == self.run_id)
            case _:
                return frame

    def before(self, name: str) -> DataFrame:
        """A table as of the parent release; what contents showed, as of the night's opening.

        Raises:
            Undeclared: the step does not list the table.
        """
        self._allow(name, self.step.before, "reads as of the parent release")
        version = self.frozen.versions.get(name)
        if version is None:
            return self.tables.empty(name)
        frame = self.tables.read(name, version)
        if TABLES[name].scope == "lineage":
            return frame.where(F.col("run_id").isin(*self.frozen.lineage))
        return frame

    def write(self, name: str, frame: DataFrame, *, slice_name: str = "all") -> None:
        """Write a table once; a slice that was already committed is skipped.

        Raises:
            Undeclared: the step does not list the table, or the columns are not as declared.
        """
        self._allow(name, self.step.writes, "writes")
        stamped = frame.withColumns({"run_id": F.lit(self.run_id), "night": F.lit(self.night)})
        transaction = self.transaction(slice_name)
        if TABLES[name].scope == "night":
            self.tables.replace(name, stamped, transaction)
        else:
            self.tables.append(name, stamped, transaction)
        LOG.debug("%s %s: %s written, slice %s", self.run_id, self.step.name, name, slice_name)

    def write_all(self, frames: Mapping[str, DataFrame], *, slice_name: str = "all") -> None:
        """Write several tables at once: a commit is mostly waiting, so they wait together.

        Raises:
            Undeclared: as `write` does; the tables beside it may have been written.
        """
        with ThreadPoolExecutor(self.settings.how.slices.writers, thread_name_prefix="write") as pool:
            begun = [pool.submit(self.write, name, frame, slice_name=slice_name) for name, frame in frames.items()]
        for write in begun:
            write.result()

    def frame(self, name: str, rows: list[dict[str, object]]) -> DataFrame:
        """Plain rows as a frame with a table's columns, those that are stamped on writing left out."""
        declared = self.tables.type_of(name)
        fields = [field for field in declared if field.name not in STAMPED]
        return self.spark.createDataFrame(rows, StructType(fields))

    def transaction(self, slice_name: str) -> str:
        """Id of a slice's transaction, the same for every driver of this run."""
        return f"{self.run_id}/{self.step.name}/{slice_name}"

    def model(self, name: str, role: str) -> Path | None:
        """Folder of the model in a role, as frozen; null where no model has that role."""
        chosen = self.frozen.models.get(name, {}).get(role)
        return None if chosen is None else Path(chosen.path)

    def _allow(self, name: str, listed: tuple[str, ...], verb: str) -> None:
        """Refuse a table that `jobs/pipeline.py` does not list for the step."""
        if name not in listed:
            raise Undeclared(
                f"step {self.step.name} {verb} {name}, which it does not list; "
                f"it lists {', '.join(listed) or 'none'}. Add it in jobs/pipeline.py"
            )
