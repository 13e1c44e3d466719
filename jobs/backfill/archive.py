"""The archive as a new inspector finds it: which contents wait for it, in which order, and what it may copy."""

import logging
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import BadLake
from conf.settings import Settings
from jobs.frozen import ChosenModel, Frozen
from jobs.inspect_task import inspect_task
from jobs.inspecting.copying import Copying, copying
from jobs.inspecting.known import Known
from jobs.inspecting.order import Suspicions, with_places
from jobs.machine import code_version
from jobs.pipeline import Step, step_named
from jobs.publishing.releases import Release, newest
from jobs.run import Run
from jobs.tables import Tables
from schemas import TABLES
from udfs.parts import inspector_fingerprint
from udfs.task import InspectTask

LOG = logging.getLogger(__name__)
INSPECT = step_named("inspect")
BACKFILL = Step(
    "backfill",
    "lets a new inspector look at the archive ahead of its promotion",
    before=(*INSPECT.reads, *INSPECT.before, "backfills"),
    writes=tuple(name for name in INSPECT.writes if TABLES[name].scope == "content"),
)


def released(tables: Tables) -> Release:
    """The release whose documents a back-fill goes through.

    Raises:
        BadLake: nothing is released.
    """
    found = newest(tables)
    if found is None:
        raise BadLake(f"{tables.root}: no night is released yet, so there is no archive to look at again")
    return found


def frozen_now(tables: Tables, settings: Settings, model: ChosenModel, *, limit: int | None, slices: int) -> Frozen:
    """The inputs of a back-fill that begins now.

    Args:
        tables: of the lake.
        settings: both halves.
        model: the inspector that is to look.
        limit: contents at most.
        slices: contents of a slice.
    """
    shown = released(tables)
    models = {"inspector": {"champion": model}}
    own = ("backfills", *(name for name, table in TABLES.items() if table.scope == "content"))
    heads = {name: tables.version(name) or 0 for name in own}
    return Frozen(
        parent=shown.run_id,
        lineage=shown.lineage,
        versions=shown.versions | heads,
        files={},
        models=models,
        settings_digest=settings.what.digest,
        slice_documents=slices,
        limit=limit,
        code_version=code_version(),
        first=settings.what.order.first,
        inspector=inspector_fingerprint(inspect_task(settings, models)),
    )


def readable(tables: Tables, frozen: Frozen) -> bool:
    """Whether the table versions that a back-fill began with are still kept."""
    try:
        for name in set(BACKFILL.before) & set(frozen.versions):
            tables.read(name, frozen.versions[name])
    except BadLake as gone:
        LOG.info("what a back-fill began with is not kept any more: %s", gone)
        return False
    return True


@dataclass(frozen=True)
class Archive:
    """The archive of a release, as one inspector goes through it.

    Attributes:
        run: reads the release, writes content tables.
        task: how the inspector looks.
    """

    run: Run
    task: InspectTask

    @classmethod
    def of(cls, run_id: str, night: date, frozen: Frozen, settings: Settings, tables: Tables) -> "Archive":
        """From the frozen inputs."""
        run = Run(run_id, night, BACKFILL, settings, frozen, tables)
        return cls(run, inspect_task(settings, frozen.models))

    @cached_property
    def known(self) -> Known:
        """Documents of the release that some inspector looked at; those that none did are the nights' own.

        What this inspector refused in an earlier back-fill is left to the night after its promotion.
        """
        run, what, inspector = self.run, self.run.settings.what, inspector_fingerprint(self.task)
        observed = run.before("observations")
        looked = run.before("documents").join(observed.select("sha256").distinct(), "sha256", "left_semi")
        told = run.before("backfills").where(F.col("inspector") == inspector)
        tried = told.select(F.explode("refused_contents").alias("sha256"))
        suspicions = Suspicions.of(run.before("account_signals"), run.before("risk_profiles"), what.profile)
        left = looked.join(tried, "sha256", "left_anti")
        placed = with_places(left, run.frozen.first or what.order.first, suspicions)
        refused = run.before("rejected").where(F.col("stage") == "inspect")
        return Known(placed, observed, refused, inspector)

    @cached_property
    def copying(self) -> Copying | None:
        """What may be copied."""
        return copying(self.task, self.run.before("observations"))

    def waiting(self) -> DataFrame:
        """Contents to look at: sha256, uri, rank."""
        return self.known.waiting(self.run.frozen.limit)
