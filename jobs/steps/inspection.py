"""Inspect: looks at each new content once, slice by slice; a slice is computed, then committed once."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.inspect_task import inspect_task
from jobs.inspecting.content_rows import ContentRows, add_pace, held_rows, in_one_file, observations
from jobs.inspecting.known import Known, of_address, rejections
from jobs.inspecting.order import Suspicions, with_places
from jobs.inspecting.slices import Plan, answers_of, computed
from jobs.run import Run
from udfs.parts import inspector_fingerprint


def main(run: Run) -> None:
    """Inspect what has neither an observation nor a rejection by the current inspector."""
    task = inspect_task(run.settings, run.frozen.models)
    refused = run.before("rejected").where(F.col("stage") == "inspect")
    known = Known(placed_documents(run), run.before("observations"), refused, inspector_fingerprint(task))
    run.write("rejected", known.refusals(), slice_name="known")
    run.contents = 0
    waiting = known.waiting(run.frozen.limit).persist()
    plan = Plan.of(waiting, run.frozen.slice_documents)
    held = held_rows(run.before, waiting).persist()
    committer = Committer(run, plan, known, ContentRows(held))
    for number, answers in computed(run, plan, lambda contents: answers_of(contents, task, run)):
        committer.commit(number, answers)
        answers.unpersist()
    for frame in (held, waiting):
        frame.unpersist()


def placed_documents(run: Run) -> DataFrame:
    """Documents of the lineage, tonight's among them, with their places in the order of inspection."""
    what = run.settings.what
    suspicions = Suspicions.of(run.read("account_signals"), run.before("risk_profiles"), what.profile)
    return with_places(run.read("documents"), what.order.first, suspicions)


@dataclass
class Committer:
    """Commits slices, one after another; a document counts as inspected when its observation stands."""

    run: Run
    plan: Plan
    known: Known
    rows: ContentRows

    def commit(self, number: int, answers: DataFrame) -> None:
        """Write one slice, observations last."""
        name = str(number)
        seen = self._without_refused_here(answers.where(F.col("status") == "seen"), name)
        refused = answers.where(F.col("status") == "rejected")
        blamed = {} if refused.isEmpty() else {"rejected": in_one_file(rejections(self._blamed(refused), None))}
        self.run.write_all(self.rows.of(seen) | blamed, slice_name=name)
        self.run.write("observations", observations(seen), slice_name=name)
        add_pace(self.run, answers, self.plan.size(number))

    def _blamed(self, refused: DataFrame) -> DataFrame:
        """Documents of refused contents; where the address was at fault, only those that gave it."""
        unseen = self.plan.contents.where(~F.col("seen")).select("sha256", F.col("uri").alias("tried"))
        reasons = refused.select("sha256", "reason", "detail", "inspector").join(unseen, "sha256")
        claiming = self.known.documents.join(F.broadcast(reasons), "sha256")
        blamed = claiming.where(~of_address() | (F.col("uri") == F.col("tried")))
        return self.known.without_refused(blamed)

    def _without_refused_here(self, seen: DataFrame, name: str) -> DataFrame:
        """Seen contents; if this slice's rejections landed before a kill, without those: what was committed stands."""
        if not self.run.tables.recorded("rejected", self.run.transaction(name)):
            return seen
        landed = self.run.read("rejected").where((F.col("run_id") == self.run.run_id) & (F.col("stage") == "inspect"))
        return seen.join(landed.select("sha256").distinct(), "sha256", "left_anti")
