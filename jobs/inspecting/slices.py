"""Slices of the contents that wait: cut alike by every resume, computed ahead of the thread that commits them."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import WorkerDied, first_line
from jobs.full_disk import for_want_of_room
from jobs.own_gpu import inspect_on_own_gpu
from jobs.pace import DOCUMENTS_A_TASK, Deadline
from jobs.run import Run
from jobs.spark_errors import SPARK_ERRORS, told_by_worker
from udfs.answers import ANSWER_DDL
from udfs.task import InspectTask

LOG = logging.getLogger(__name__)
TASKS_A_CORE = 3  # at least: a small slice would otherwise wait for the core that drew the slower pictures
POLL_SECONDS = 1.0

Compute = Callable[[DataFrame], DataFrame]


@dataclass(frozen=True)
class Plan:
    """Contents that wait, sha256, uri, rank and seen, cut by rank into slices of equal size.

    Attributes:
        contents: one row a content.
        documents: how many.
        slices: into how many they are cut.
    """

    contents: DataFrame
    documents: int
    slices: int

    @classmethod
    def of(cls, contents: DataFrame, slice_documents: int) -> "Plan":
        """The plan of contents that are frozen, so that every resume makes it again."""
        total = contents.count()
        return cls(contents, total, math.ceil(total / slice_documents))

    def slice(self, number: int) -> DataFrame:
        """Contents of one slice, the first in order in the first: sha256, uri."""
        first, beyond = self._bounds(number)
        return self.contents.where((F.col("rank") >= first) & (F.col("rank") < beyond)).select("sha256", "uri")

    def size(self, number: int) -> int:
        """Contents in one slice."""
        first, beyond = self._bounds(number)
        return beyond - first

    def _bounds(self, number: int) -> tuple[int, int]:
        first, beyond = (math.ceil(at * self.documents / self.slices) for at in (number, number + 1))
        return first, beyond


@dataclass
class Clock:
    """Whether one more slice would be done in time, at the pace of those done so far, or as reckoned before.

    Attributes:
        until: seconds since the epoch by which the last slice should be done; null: no such time.
        reckoned: seconds that a slice is taken to need before one is done.
        after: seconds that each slice adds to what comes after the last one, so that it has to be done sooner.
        began: when the first slice was begun.
        done: slices done since.
    """

    until: float | None
    reckoned: float = 0.0
    after: float = 0.0
    began: float = field(default_factory=time.time)
    done: int = 0

    def allows(self, in_flight: int) -> bool:
        """Whether another slice may be begun beside those in flight."""
        if self.until is None:
            return True
        now = time.time()
        each = (now - self.began) / self.done if self.done else self.reckoned
        until = self.until - self.after * (self.done + in_flight + 1)
        return now < until and now + each * (in_flight + 1) <= until


def clock_of(deadline: Deadline | None, plan: Plan, *, committed: int = 0) -> Clock:
    """The clock of a plan whose slices are cut already, however large they are, and some of them committed."""
    if deadline is None:
        return Clock(None)
    size = plan.documents / max(1, plan.slices)
    after = size * deadline.after
    return Clock(deadline.until - after * committed, size / deadline.pace, after)


def _tell_of_late(todo: list[int], clock: Clock, plan: Plan) -> None:
    """Say that slices wait for the next night, where they do."""
    if len(todo) > clock.done:
        size = math.ceil(plan.documents / plan.slices)
        LOG.info("%d slices of some %d contents would not be done in time and wait", len(todo) - clock.done, size)


def computed(run: Run, plan: Plan, compute: Compute) -> Iterator[tuple[int, DataFrame]]:
    """Answers of each slice that is not committed yet, in order; the next ones are computed meanwhile."""
    todo = [n for n in range(plan.slices) if not run.tables.recorded("observations", run.transaction(str(n)))]
    clock = clock_of(run.deadline, plan, committed=plan.slices - len(todo))
    with ThreadPoolExecutor(run.settings.how.slices.in_flight, thread_name_prefix="slice") as pool:
        begun: list[tuple[int, Future[DataFrame]]] = []
        ahead = iter(todo)
        while True:
            while len(begun) < run.settings.how.slices.in_flight and clock.allows(len(begun)):
                number = next(ahead, None)
                if number is None:
                    break
                begun.append((number, pool.submit(compute, plan.slice(number))))
            if not begun:
                _tell_of_late(todo, clock, plan)
                return
            number, future = begun.pop(0)
            _watch(run, future, plan, number)
            yield number, future.result()
            clock.done += 1


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
        _raise_told(error)
        LOG.warning("a worker died (%s); this slice again, each document in a child process", first_line(str(error)))
    alone = task.model_copy(update={"worker": task.worker.model_copy(update={"isolation": "child"})})
    try:
        return _kept(near.mapInArrow(inspect_on_own_gpu(alone), ANSWER_DDL))
    except SPARK_ERRORS as error:
        _raise_told(error)
        raise WorkerDied(
            "a slice's job died twice, the second time with each document in a child process: "
            f"{first_line(str(error))}. Look at memory and disk (lookback doctor), then resume"
        ) from error


def _raise_told(error: Exception) -> None:
    """Raise what a worker told of, or the want of room: another try of the slice would meet it again."""
    if for_want_of_room(error):
        raise error
    if (told := told_by_worker(error)) is not None:
        raise told from error


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
        run.progress(run.step.name, int(number * size + size * max(shares, default=0.0)), plan.documents)
        time.sleep(POLL_SECONDS)
    run.progress(run.step.name, min(plan.documents, int((number + 1) * size)), plan.documents)
