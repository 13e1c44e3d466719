"""Monitor: counts every row, measures drift, seconds and what the control lake shows."""

import logging
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import CoverageFailed
from jobs.control_totals import NONE, Total, compare, confirmed, named_documents, named_few
from jobs.controls import control_recall
from jobs.observed import counting
from jobs.run import Run
from schemas.observations import PARTS
from udfs.judging.drift import inner_edges, population_stability_index

MANIFEST = "manifest"
TOTALS = "control_totals"
NO_REASON = "no reason given"
BINS = 10
NO_CHANNEL = "no channel"
LOG = logging.getLogger(__name__)
Measure = tuple[str, str, float | None, float | None, int | None]


@dataclass(frozen=True)
class Counts:
    """Manifest rows of one detector, each in exactly one place."""

    detector: str
    manifest_rows: int
    scored: int
    rejected: int
    duplicate: int
    erased: int
    pending: int
    skipped: int
    reasons: dict[str, int]

    @property
    def unaccounted(self) -> int:
        """Rows in no place, or negative where rows stand in several."""
        placed = self.scored + self.rejected + self.duplicate + self.erased + self.pending + self.skipped
        return self.manifest_rows - placed


def main(run: Run) -> None:
    """Count, measure, and stop the night where a row is unaccounted for."""
    with ThreadPoolExecutor(1) as pool:  # controls keep the workers busy, counts the driver
        seen = pool.submit(control_recall, run)
        counts = count_all(run)
        reconciled, totals = reconcile(run, counts[0])
        counts.append(reconciled)
        run.write("coverage", run.frame("coverage", [dict(count.__dict__) for count in counts]))
        measures = [*_drift(run), *_rates(counts), *_of_totals(totals), *_unsupported(run), *_seconds(run)]
    measures += seen.result()
    names = ("measure", "segment", "value", "measured", "n")
    run.write(
        "metrics", run.frame("metrics", [dict(zip(names, measure, strict=True)) for measure in measures]).coalesce(1)
    )
    _refuse_holes(run, counts)


def count_all(run: Run) -> list[Counts]:
    """Where every manifest row of the lineage is, for the whole and for each detector."""
    parent = run.before("coverage").where(F.col("detector") == MANIFEST)
    taken = sum(file.rows for file in run.frozen.files.get("manifests", ())) + _further_pages(run)
    earlier = parent.where(F.col("run_id") == F.lit(run.frozen.parent)).agg(F.max("manifest_rows")).head()
    total = taken + int((earlier[0] if earlier else None) or 0)
    counted = refused_documents(run).groupBy("outcome", "reason").count().collect()
    duplicate = sum(row["count"] for row in counted if row.outcome == "duplicate")
    rejected = sum(row["count"] for row in counted) - duplicate
    reasons: Counter[str] = Counter()
    for row in counted:
        reasons[row.reason] += row["count"]
    waiting = pending_documents(run).count()
    scored = run.read("scores").where(F.col("role") == "champion").select("doc_id").distinct().count()
    whole = Counts(MANIFEST, total, scored, rejected, duplicate, 0, waiting, 0, dict(sorted(reasons.items())))
    return [whole, *_by_detector(run, whole)]


def _further_pages(run: Run) -> int:
    """Pages beyond the first of tonight's files: each is a document, where its manifest has one row.

    A page that inspect refuses came with an earlier step, maybe of an earlier night, which counted it.
    """
    came = (run.read("documents"), run.read("rejected").where(F.col("stage") == "ingest"))
    tonight = [frame.where((F.col("run_id") == run.run_id) & (F.col("pages") > 1)) for frame in came]
    paged = [frame.select("manifest", "row", "pages") for frame in tonight]
    further = paged[0].union(paged[1]).distinct().agg(F.sum(F.col("pages") - 1)).head()
    return int((further[0] if further else None) or 0)


def reconcile(run: Run, whole: Counts) -> tuple[Counts, list[Total]]:
    """The same equation for the control totals: scored is what one confirms; and every total with what came.

    A total that differs is a warning: what came is whole in itself, and the night is released.
    """
    stated = run.read("control_totals")
    if stated.isEmpty():
        return replace(whole, detector=TOTALS, scored=0, skipped=whole.scored, reasons={NONE: whole.scored}), []
    named = named_documents(run).persist()
    totals = compare(stated, named)
    scored = run.read("scores").where(F.col("role") == "champion").select("doc_id").distinct()
    reasons = confirmed(run, totals, named, scored)
    named.unpersist()
    for total in totals:
        if not total.agrees:
            LOG.warning("control total %s: %d stated, %d came", total.name, total.stated, total.came)
    sure = reasons.get(None, 0)
    counted = replace(
        whole, detector=TOTALS, scored=sure, skipped=sum(reasons.values()) - sure, reasons=named_few(reasons)
    )
    return counted, totals


def refused_documents(run: Run) -> DataFrame:
    """Manifest rows that were turned away, once each, by outcome and reason; what was looked at after all is scored."""
    refused = refused_rows(run)
    first = F.min(F.struct("night", "run_id", "outcome", "reason")).alias("first")
    late = refused.where(F.col("stage") == "inspect").groupBy("doc_id").agg(first)
    at_inspect = late.select("first.outcome", "first.reason")
    return refused.where(F.col("stage") != "inspect").select("outcome", "reason").unionByName(at_inspect)


def refused_rows(run: Run) -> DataFrame:
    """Refusals that stand, one for each inspector that gave one."""
    refused = run.read("rejected").where(F.col("source") == "manifests")
    looked_at = run.read("observations").select("sha256").distinct()
    unseen = refused.where(F.col("stage") == "inspect").join(looked_at, "sha256", "left_anti")
    return refused.where(F.col("stage") != "inspect").unionByName(unseen)


def pending_documents(run: Run) -> DataFrame:
    """Documents that were neither looked at nor refused."""
    documents = run.read("documents")
    looked_at = run.read("observations").select("sha256").distinct()
    refused = run.read("rejected").where(F.col("stage") == "inspect").select("doc_id")
    return documents.join(looked_at, "sha256", "left_anti").join(refused, "doc_id", "left_anti")


def _by_detector(run: Run, whole: Counts) -> list[Counts]:
    """The same equation for each part of the inspector, from the observation that each document is scored by."""
    parts = [name for name in PARTS if name != "file"]
    looked = counting(run.read("observations"), run.frozen.inspector, run.frozen.champions)
    chosen = looked.select("sha256", F.struct(*parts, "skipped").alias("seen"))
    seen = run.read("documents").join(chosen, "sha256").select("seen.*")
    why = F.coalesce(F.col("skipped")[F.col("part")], F.lit(NO_REASON))
    each = [F.struct(F.lit(part).alias("part"), F.col(part).isNotNull().alias("looked")) for part in parts]
    judged = seen.select("skipped", F.explode(F.array(*each)).alias("one")).select("skipped", "one.*")
    counted = judged.groupBy("part", F.when(~F.col("looked"), why).alias("why")).count().collect()
    found = []
    for part in parts:
        scored = sum(row["count"] for row in counted if row.part == part and row.why is None)
        reasons = {row.why: row["count"] for row in counted if row.part == part and row.why is not None}
        placed = (whole.rejected, whole.duplicate, whole.erased, whole.pending)
        found.append(
            Counts(part, whole.manifest_rows, scored, *placed, sum(reasons.values()), dict(sorted(reasons.items())))
        )
    return found


def _drift(run: Run) -> list[Measure]:
    """How far tonight's risks moved from the parent's."""
    now, then = (histogram(scores) for scores in (run.read("scores"), run.before("scores")))
    return [("risk_psi", "all", population_stability_index(then, now), None, sum(now))] if any(then) else []


def histogram(scores: DataFrame) -> list[int]:
    """The champion's scores by bin of risk, counted where they are: an archive has more than a driver should hold."""
    place = sum(((F.col("risk") >= edge).cast("int") for edge in inner_edges(BINS)), F.lit(0))
    counted = scores.where(F.col("role") == "champion").groupBy(place.alias("bin")).count().collect()
    found = {row.bin: row["count"] for row in counted}
    return [found.get(at, 0) for at in range(BINS)]


def _rates(counts: list[Counts]) -> list[Measure]:
    """Shares of the whole, and of each detector that could look."""
    whole = counts[0]
    rows = max(1, whole.manifest_rows)
    names = ("scored", "rejected", "duplicate", "pending")
    rates: list[Measure] = [(f"{name}_rate", "all", getattr(whole, name) / rows, None, rows) for name in names]
    return rates + [
        ("abstention_rate", c.detector, c.skipped / rows, None, rows) for c in counts[1:] if c.detector != TOTALS
    ]


def _of_totals(totals: list[Total]) -> list[Measure]:
    """How many control totals agree, and by how many documents each other one is off; 0 where only the ids differ."""
    agreeing = sum(total.agrees for total in totals)
    whole: Measure = ("control_totals_agreeing", "all", float(agreeing), None, len(totals))
    off = [total for total in totals if not total.agrees]
    return [whole, *(("control_total_off", t.name, float(t.came - t.stated), None, t.stated) for t in off)]


def _unsupported(run: Run) -> list[Measure]:
    """Documents of a format that is not read here, by channel and format, of all that the channel sent."""
    documents = run.read("documents").select("doc_id", "channel")
    refused = refused_rows(run).where(F.col("reason") == "unsupported_format")
    late = refused.where(F.col("stage") == "inspect").drop("channel").join(documents, "doc_id")
    named = refused.where(F.col("stage") == "ingest").unionByName(late)
    kind = F.substring_index("detail", ",", 1).alias("kind")
    counted = named.groupBy("channel", kind).agg(F.count_distinct("doc_id").alias("found")).collect()
    if not counted:
        return []
    sent = {row["channel"]: row["count"] for row in documents.groupBy("channel").count().collect()}
    return sorted(
        ("unsupported_format", f"{row['channel'] or NO_CHANNEL} / {row['kind']}", float(row["found"]), None,
         sent.get(row["channel"], 0))
        for row in counted
    )  # fmt: skip


def _seconds(run: Run) -> list[Measure]:
    """Seconds of each step, and the workers' seconds by stage."""
    mine = run.read("runs").where(F.col("run_id") == run.run_id)
    steps = [("seconds", row.step, None, row.seconds, None) for row in mine.where(F.col("state") == "done").collect()]
    stages = mine.where(F.col("step") == "inspect").select(F.explode("stages").alias("stage", "seconds")).collect()
    return steps + [("worker_seconds", row.stage, None, row.seconds, None) for row in stages]


def _refuse_holes(run: Run, counts: list[Counts]) -> None:
    """Stop a night in which a row is unaccounted for."""
    holes = [
        f"{abs(c.unaccounted):,} {'missing' if c.unaccounted > 0 else 'counted twice'} in {c.detector!r}"
        for c in counts
        if c.unaccounted
    ]
    if holes:
        raise CoverageFailed(
            f"coverage: {'; '.join(holes)}. The night is not released. What is missing: lookback doctor; "
            f"then lookback night --date {run.night} --again"
        )
