"""Inspect: looks at each new content once, slice by slice; a slice is computed, then committed once."""

import hashlib
import logging
import math
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.errors import WorkerDied, first_line
from jobs.full_disk import for_want_of_room
from jobs.inspect_task import inspect_task
from jobs.own_gpu import inspect_on_own_gpu
from jobs.run import Run
from jobs.spark_errors import SPARK_ERRORS
from udfs.answers import ANSWER_DDL
from udfs.parts import inspector_fingerprint
from udfs.task import InspectTask

LOG = logging.getLogger(__name__)
DOCUMENTS_A_TASK = 64  # a task of about half a minute on one core: a large slice is balanced by its many tasks
TASKS_A_CORE = 3  # at least: a small slice would otherwise wait for the core that drew the slower pictures
POLL_SECONDS = 1.0
PART_TABLES = ("fields", "vectors", "plates")
ADDRESS_REASONS = ("missing", "unreadable", "outside_root", "digest_mismatch")
SAID_BY_INGEST = {"account_id": "string", "channel": "string", "submitted_at": "timestamp"}  # else in documents
NO_BYTES = hashlib.sha256(b"").hexdigest()
OWN_COLUMNS = ("sha256", "inspector", "parts", "file", "quality", "card", "reading", "forensics", "portrait", "copy")


@dataclass(frozen=True)
class Plan:
    """The contents of a night, cut into slices by their digest, so that every resume cuts them alike."""

    contents: DataFrame
    documents: int
    slices: int

    def slice(self, number: int) -> DataFrame:
        """Contents of one slice."""
        return self.contents.where(F.pmod(F.xxhash64("sha256"), F.lit(self.slices)) == number)


def main(run: Run) -> None:
    """Inspect what has neither an observation nor a rejection by the current inspector."""
    task = inspect_task(run.settings, run.frozen.models)
    refused = run.before("rejected").where(F.col("stage") == "inspect")
    known = Known(run.read("documents"), run.before("observations"), refused, inspector_fingerprint(task))
    run.write("rejected", known.refusals(), slice_name="known")
    waiting = known.waiting(run.frozen.limit).persist()
    total = waiting.count()
    plan = Plan(waiting, total, max(1, math.ceil(total / run.frozen.slice_documents)))
    held = held_rows(run, waiting).persist()
    committer = Committer(run, plan, known, held)
    for number, answers in computed(run, plan, task):
        committer.commit(number, answers)
        answers.unpersist()
    for frame in (held, waiting):
        frame.unpersist()


def of_address() -> Column:
    """Whether a refusal tells of the address that was tried, not of the content that its document claims."""
    other_bytes = (F.col("reason") == "empty") & (F.col("sha256") != NO_BYTES)
    return F.col("reason").isin(*ADDRESS_REASONS) | other_bytes


@dataclass(frozen=True)
class Known:
    """What the night knows of its documents before it looks at any.

    Attributes:
        documents: documents of the lineage, tonight's among them.
        observed: observations as of the night's opening.
        refused: rejections by inspectors as of the parent release.
        inspector: fingerprint of the current inspector.
    """

    documents: DataFrame
    observed: DataFrame
    refused: DataFrame
    inspector: str

    def bad(self) -> DataFrame:
        """Contents whose bytes the current inspector has refused: sha256, reason, detail."""
        mine = self.refused.where((F.col("inspector") == self.inspector) & ~of_address())
        return mine.groupBy("sha256").agg(F.min("reason").alias("reason"), F.min("detail").alias("detail"))

    def refusals(self) -> DataFrame:
        """Rejections of documents that wait, and whose bytes the current inspector has refused before."""
        waiting = self.documents.join(self.bad(), "sha256").join(self.seen(), "sha256", "left_anti")
        return _rejections(self.without_refused(waiting), self.inspector)

    def without_refused(self, documents: DataFrame) -> DataFrame:
        """Documents without those that the current inspector refused by the parent release: it refuses once."""
        mine = self.refused.where(F.col("inspector") == self.inspector).select("doc_id").distinct()
        return documents.join(mine, "doc_id", "left_anti")

    def seen(self) -> DataFrame:
        """Contents that some inspector could look at: they stay scored by what it saw."""
        return self.observed.select("sha256").distinct()

    def waiting(self, limit: int | None) -> DataFrame:
        """Contents to look at, one row each with the address to try: new ones, then seen ones, then refused ones.

        A document that the current inspector refused lends its address no more; one that another refused lends it last.
        """
        mine = F.max(F.col("inspector") == self.inspector).alias("mine")
        tried = self.documents.join(self.refused.groupBy("doc_id").agg(mine), "doc_id", "left")
        contents = (
            tried.where(~F.coalesce("mine", F.lit(False)))
            .groupBy("sha256")
            .agg(
                F.min_by("uri", F.struct(F.col("mine").isNotNull(), "submitted_at", "doc_id")).alias("uri"),
                F.min("submitted_at").alias("first_submitted_at"),
                F.bool_and(F.col("mine").isNotNull()).alias("refused"),
            )
        )
        done = self.observed.where(F.col("inspector") == self.inspector).select("sha256")
        waiting = contents.join(done, "sha256", "left_anti").join(self.bad(), "sha256", "left_anti")
        if limit is not None:
            looked = waiting.join(self.seen().withColumn("seen", F.lit(True)), "sha256", "left")
            turn = F.when(F.col("seen"), 1).when(F.col("refused"), 2).otherwise(0)
            waiting = looked.orderBy(turn, "first_submitted_at", "sha256").limit(limit)
        return waiting.select("sha256", "uri")


def held_rows(run: Run, contents: DataFrame) -> DataFrame:
    """What a killed run, or an inspector with the same part, left of these contents: table, sha256, fingerprint."""
    tables = [run.before(name).select(F.lit(name).alias("table"), "sha256", "fingerprint") for name in PART_TABLES]
    rows = reduce(DataFrame.unionByName, tables).join(contents.select("sha256"), "sha256", "left_semi")
    return rows.distinct()


def computed(run: Run, plan: Plan, task: InspectTask) -> Iterator[tuple[int, DataFrame]]:
    """Answers of each slice that is not committed yet, in order; the next ones are computed meanwhile."""
    todo = [n for n in range(plan.slices) if not run.tables.recorded("observations", run.transaction(str(n)))]
    with ThreadPoolExecutor(run.settings.how.slices.in_flight, thread_name_prefix="slice") as pool:
        begun: list[tuple[int, Future[DataFrame]]] = []
        ahead = iter(todo)
        while True:
            while len(begun) < run.settings.how.slices.in_flight and not _too_late(run):
                number = next(ahead, None)
                if number is None:
                    break
                begun.append((number, pool.submit(answers_of, plan.slice(number), task, run)))
            if not begun:
                return
            number, future = begun.pop(0)
            _watch(run, future, plan, number)
            yield number, future.result()


def answers_of(contents: DataFrame, task: InspectTask, run: Run) -> DataFrame:
    """Answers of one slice, computed and kept; where a worker dies, again with each document in a child process.

    Raises:
        WorkerDied: the job died in isolation too, so no single document is to blame.
    """
    cores = run.spark.sparkContext.defaultParallelism
    tasks = max(TASKS_A_CORE * cores, math.ceil(contents.count() / DOCUMENTS_A_TASK))
    near = contents.repartitionByRange(tasks, "uri").sortWithinPartitions("uri")
    try:
        return _kept(near.mapInArrow(inspect_on_own_gpu(task), ANSWER_DDL))
    except SPARK_ERRORS as error:
        if for_want_of_room(error):
            raise
        LOG.warning("a worker died (%s); this slice again, each document in a child process", first_line(str(error)))
    alone = task.model_copy(update={"worker": task.worker.model_copy(update={"isolation": "child"})})
    try:
        return _kept(near.mapInArrow(inspect_on_own_gpu(alone), ANSWER_DDL))
    except SPARK_ERRORS as error:
        raise WorkerDied(
            "a slice's job died twice, the second time with each document in a child process: "
            f"{first_line(str(error))}. Look at memory and disk (lookback doctor), then resume"
        ) from error


@dataclass
class Committer:
    """Commits slices, one after another; a document counts as inspected when its observation stands."""

    run: Run
    plan: Plan
    known: Known
    held: DataFrame

    def commit(self, number: int, answers: DataFrame) -> None:
        """Write one slice, observations last."""
        name = str(number)
        seen = self._without_refused_here(answers.where(F.col("status") == "seen"), name)
        parts = {
            table: seen.select("sha256", F.explode(column).alias("row")).select("sha256", "row.*")
            for table, column in (("fields", "fields"), ("vectors", "vectors"))
        } | {"plates": seen.where(F.col("plate").isNotNull()).select("sha256", "plate.*")}
        rows = {table: self._without_held(table, frame) for table, frame in parts.items()}
        self.run.write_all(rows | {"rejected": _rejections(self._blamed(answers), None)}, slice_name=name)
        self.run.write("observations", seen.select(*OWN_COLUMNS, "skipped"), slice_name=name)
        self._measure(answers)

    def _blamed(self, answers: DataFrame) -> DataFrame:
        """Documents of refused contents; where the address was at fault, only those that gave it."""
        refused = answers.where(F.col("status") == "rejected").join(self.known.seen(), "sha256", "left_anti")
        reasons = refused.select("sha256", "reason", "detail", "inspector")
        tried = reasons.join(self.plan.contents.withColumnRenamed("uri", "tried"), "sha256")
        blamed = self.known.documents.join(tried, "sha256").where(~of_address() | (F.col("uri") == F.col("tried")))
        return self.known.without_refused(blamed)

    def _without_refused_here(self, seen: DataFrame, name: str) -> DataFrame:
        """Seen contents; if this slice's rejections landed before a kill, without those: what was committed stands."""
        if not self.run.tables.recorded("rejected", self.run.transaction(name)):
            return seen
        landed = self.run.read("rejected").where((F.col("run_id") == self.run.run_id) & (F.col("stage") == "inspect"))
        return seen.join(landed.select("sha256").distinct(), "sha256", "left_anti")

    def _without_held(self, table: str, rows: DataFrame) -> DataFrame:
        """Rows of a table that do not stand already."""
        if table not in self._tables_held:
            return rows
        held = self.held.where(F.col("table") == table)
        return rows.join(held.select("sha256", "fingerprint"), ["sha256", "fingerprint"], "left_anti")

    @cached_property
    def _tables_held(self) -> set[str]:
        """Tables in which anything stands; on most nights none, so that their slices are not joined."""
        return {row["table"] for row in self.held.select("table").distinct().collect()}

    def _measure(self, answers: DataFrame) -> None:
        """Add the workers' seconds by stage."""
        rows = answers.select(F.explode("seconds").alias("stage", "seconds")).groupBy("stage").agg(F.sum("seconds"))
        for stage, seconds in rows.collect():
            self.run.stages[stage] = self.run.stages.get(stage, 0.0) + seconds


def _rejections(documents: DataFrame, inspector: str | None) -> DataFrame:
    """Rows of `rejected` for documents with their reason."""
    by = F.col("inspector") if inspector is None else F.lit(inspector)
    return documents.select(
        F.lit("manifests").alias("source"),
        "manifest",
        "row",
        "page",
        "pages",
        "doc_id",
        "sha256",
        *(F.lit(None).cast(kind).alias(name) for name, kind in SAID_BY_INGEST.items()),
        F.lit("rejected").alias("outcome"),
        F.lit("inspect").alias("stage"),
        "reason",
        "detail",
        by.alias("inspector"),
    )


def _kept(answers: DataFrame) -> DataFrame:
    """The frame, computed once and kept until it is committed."""
    kept = answers.persist()
    try:
        LOG.info("slice computed: %d contents inspected", kept.count())
    except SPARK_ERRORS:
        kept.unpersist()
        raise
    return kept


def _watch(run: Run, future: Future[DataFrame], plan: Plan, number: int) -> None:
    """Tell the progress until a slice is computed, from the share of Spark's tasks that are done."""
    tracker = run.spark.sparkContext.statusTracker()
    size = plan.documents / plan.slices
    while not future.done():
        infos = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
        shares = [info.numCompletedTasks / max(1, info.numTasks) for info in infos if info]
        run.progress("inspect", int(number * size + size * max(shares, default=0.0)), plan.documents)
        time.sleep(POLL_SECONDS)
    run.progress("inspect", min(plan.documents, int((number + 1) * size)), plan.documents)


def _too_late(run: Run) -> bool:
    return run.until is not None and time.time() >= run.until
