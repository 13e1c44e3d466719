"""Inspect: looks at each new content once, slice by slice; a slice is computed, then committed once."""

import logging
import math
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import WorkerDied, first_line
from jobs.inspect_task import inspect_task
from jobs.run import Run
from jobs.spark_errors import SPARK_ERRORS
from udfs.answers import ANSWER_DDL
from udfs.inspector import inspect_batches
from udfs.parts import inspector_fingerprint
from udfs.task import InspectTask

LOG = logging.getLogger(__name__)
DOCUMENTS_A_TASK = 64  # a task of about half a minute on one core: enough to balance, few enough to open models seldom
POLL_SECONDS = 1.0
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
    inspector = inspector_fingerprint(task)
    documents = run.read("documents")
    observed = run.before("observations")
    refused = run.before("rejected").where(F.col("stage") == "inspect")
    run.write("rejected", known_refusals(documents, refused, inspector, run.run_id), slice_name="known")
    waiting = waiting_contents(documents, observed, refused, inspector, run.frozen.limit).persist()
    total = waiting.count()
    plan = Plan(waiting, total, max(1, math.ceil(total / run.frozen.slice_documents)))
    committer = Committer(run, documents, observed)
    for number, answers in computed(run, plan, task):
        committer.commit(number, answers)
        answers.unpersist()
    waiting.unpersist()


def waiting_contents(
    documents: DataFrame, observed: DataFrame, refused: DataFrame, inspector: str, limit: int | None
) -> DataFrame:
    """Contents to look at, one row each with the address of its first document; never seen ones first."""
    contents = documents.groupBy("sha256").agg(
        F.min_by("uri", F.struct("submitted_at", "doc_id")).alias("uri"),
        F.min("submitted_at").alias("first_submitted_at"),
    )
    done = observed.where(F.col("inspector") == inspector).select("sha256")
    bad = refused.where(F.col("inspector") == inspector).select("sha256")
    seen = observed.select("sha256").distinct().withColumn("seen", F.lit(1))
    waiting = (
        contents.join(done, "sha256", "left_anti").join(bad, "sha256", "left_anti").join(seen, "sha256", "left")
    ).withColumn("seen", F.coalesce("seen", F.lit(0)))
    if limit is not None:
        waiting = waiting.orderBy("seen", "first_submitted_at", "sha256").limit(limit)
    return waiting.select("sha256", "uri")


def known_refusals(documents: DataFrame, refused: DataFrame, inspector: str, run_id: str) -> DataFrame:
    """Rejections of this night's documents whose bytes the current inspector has refused before."""
    by_content = refused.where(F.col("inspector") == inspector).groupBy("sha256")
    known = by_content.agg(F.min("reason").alias("reason"), F.min("detail").alias("detail"))
    return _rejections(documents.where(F.col("run_id") == run_id).join(known, "sha256"), inspector)


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
    tasks = max(run.spark.sparkContext.defaultParallelism, math.ceil(contents.count() / DOCUMENTS_A_TASK))
    near = contents.repartitionByRange(tasks, "uri").sortWithinPartitions("uri")
    try:
        return _kept(near.mapInArrow(inspect_batches(task), ANSWER_DDL))
    except SPARK_ERRORS as error:
        LOG.warning("a worker died (%s); this slice again, each document in a child process", first_line(str(error)))
    alone = task.model_copy(update={"worker": task.worker.model_copy(update={"isolation": "child"})})
    try:
        return _kept(near.mapInArrow(inspect_batches(alone), ANSWER_DDL))
    except SPARK_ERRORS as error:
        raise WorkerDied(
            "a slice's job died twice, the second time with each document in a child process: "
            f"{first_line(str(error))}. Look at memory and disk (lookback doctor), then resume"
        ) from error


@dataclass
class Committer:
    """Commits slices, one after another; a document counts as inspected when its observation stands."""

    run: Run
    documents: DataFrame
    observed: DataFrame

    def commit(self, number: int, answers: DataFrame) -> None:
        """Write one slice, observations last."""
        seen, name = answers.where(F.col("status") == "seen"), str(number)
        parts = {
            table: seen.select("sha256", F.explode(column).alias("row")).select("sha256", "row.*")
            for table, column in (("fields", "fields"), ("vectors", "vectors"))
        }
        plates = seen.where(F.col("plate").isNotNull()).select("sha256", "plate.*")
        refused = answers.where(F.col("status") == "rejected").join(self._first_seen, "sha256", "left_anti")
        blamed = self.documents.join(refused.select("sha256", "reason", "detail", "inspector"), "sha256")
        self.run.write_all(parts | {"plates": plates, "rejected": _rejections(blamed, None)}, slice_name=name)
        self.run.write("observations", seen.select(*OWN_COLUMNS, "skipped"), slice_name=name)
        self._measure(answers)

    @cached_property
    def _first_seen(self) -> DataFrame:
        """Contents that an earlier inspector could look at: they stay scored by what it saw."""
        return self.observed.select("sha256").distinct()

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
        "doc_id",
        "sha256",
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
