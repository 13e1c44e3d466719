"""Control totals: what the system of record says there should be, held against what the manifests named.

A document counts once, by the id that a manifest row gives it: taken or refused, whatever its bytes. It counts on the
day of its submission, for its channel and the legal entity that its account then had; a total without channel or
entity is one of all. What cannot be placed (a refused row without a readable id or time) is in no total, and shows as
one missing; one without a readable account is in totals of every entity alone. A PDF is one id, however many pages it
has.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from jobs.facts import holding
from jobs.run import Run

if TYPE_CHECKING:
    from pyspark.sql import Row

KEY = ("day", "channel", "legal_entity")
NONE = "no independent total"
PAGE_MARK = r"\.p[0-9]+$"
MOST_NAMED = 20  # totals that differ and are named in coverage; metrics name all


@dataclass(frozen=True)
class Total:
    """One control total that holds, and what came.

    Attributes:
        day: of the submissions.
        channel: null for all.
        legal_entity: null for all.
        stated: documents that the system of record counts.
        came: documents that manifests named.
        digest: whether the ids are the same; null where the system of record gives no digest.
    """

    day: date
    channel: str | None
    legal_entity: str | None
    stated: int
    came: int
    digest: bool | None

    @property
    def agrees(self) -> bool:
        """Whether the same documents came."""
        return self.stated == self.came and self.digest is not False

    @property
    def name(self) -> str:
        """Day, channel and entity in one text."""
        return f"{self.day} / {self.channel or 'every channel'} / {self.legal_entity or 'every entity'}"


def named_documents(run: Run) -> DataFrame:
    """Every document: doc_id, the id that its manifest row gives (`given`), day, channel, legal_entity."""
    said = ("doc_id", "account_id", "channel", "submitted_at", "page")
    taken = run.read("documents").select(*said)
    refused = run.read("rejected").where((F.col("source") == "manifests") & (F.col("stage") == "ingest"))
    first = F.min_by(F.struct(*said[1:]), F.struct("night", "run_id", "manifest", "row")).alias("said")
    placed = refused.where(F.col("doc_id").isNotNull() & F.col("submitted_at").isNotNull())
    alone = placed.join(taken, "doc_id", "left_anti").groupBy("doc_id").agg(first).select("doc_id", "said.*")
    day = F.to_date(F.from_utc_timestamp("submitted_at", run.settings.what.monitor.totals_zone))
    entities, at = entity_spans(run.read("accounts")), F.col("submitted_at")
    held = F.coalesce(F.col("begins") <= at, F.lit(True)) & F.coalesce(at < F.col("ends"), F.lit(True))
    named = taken.unionByName(alone)
    same = named.account_id == entities.account_id
    rows = named.join(entities, same & held, "left").drop(entities.account_id)
    given = F.when(F.col("page").isNull(), F.col("doc_id")).otherwise(F.regexp_replace("doc_id", PAGE_MARK, ""))
    return rows.select("doc_id", given.alias("given"), day.alias("day"), "channel", "legal_entity")


def entity_spans(accounts: DataFrame) -> DataFrame:
    """account_id, legal_entity, begins, ends: when each of an account's statements held; null: from ever, for ever.

    What is known newest of one valid time holds for it, and the earliest statement for the time before it, too.
    """
    in_time = Window.partitionBy("account_id").orderBy("valid_from")
    is_first = F.row_number().over(in_time) == 1
    begins, ends = F.when(~is_first, F.col("valid_from")), F.lead("valid_from").over(in_time)
    stated = holding(accounts, "account_id", "valid_from")
    return stated.select("account_id", "legal_entity", begins.alias("begins"), ends.alias("ends"))


def compare(totals: DataFrame, named: DataFrame) -> list[Total]:
    """Every total that holds, beside what came; in the order of their names."""
    held = holding(totals, *KEY).select(*KEY, "documents", "digest").alias("total")
    ids = F.collect_set("named.given")
    keys = [F.col(f"total.{name}").alias(name) for name in (*KEY, "documents", "digest")]
    rows = (
        held.join(named.alias("named"), _of_total(), "left")
        .groupBy(*keys)
        .agg(F.size(ids).alias("came"), F.sha2(F.concat_ws(",", F.sort_array(ids)), 256).alias("found"))
    )
    return sorted((_total(row) for row in rows.collect()), key=lambda total: total.name)


def confirmed(run: Run, totals: list[Total], named: DataFrame, scored: DataFrame) -> dict[str | None, int]:
    """Scored documents by why no total confirms them; those that one does are under null.

    Args:
        run: the night.
        totals: what `compare` gave.
        named: what `named_documents` gave.
        scored: doc_id.
    """
    rows = [(total.day, total.channel, total.legal_entity, _why(total)) for total in totals]
    judged = run.spark.createDataFrame(rows, "day date, channel string, legal_entity string, why string").alias("total")
    covered = scored.join(named, "doc_id").alias("named").join(F.broadcast(judged), _of_total(), "left")
    why = F.when(F.count("total.day") == 0, F.lit(NONE)).otherwise(F.min("total.why"))
    counted = covered.groupBy("named.doc_id").agg(why.alias("why")).groupBy("why").count().collect()
    nothing: dict[str | None, int] = {_why(total): 0 for total in totals if not total.agrees}
    return nothing | {row["why"]: row["count"] for row in counted}


def named_few(reasons: dict[str | None, int]) -> dict[str, int]:
    """Reasons by name, those of many totals that differ in one."""
    told = dict(sorted((why, count) for why, count in reasons.items() if why is not None))
    differing = [why for why in told if why != NONE]
    rest = differing[MOST_NAMED:]
    kept = {why: count for why, count in told.items() if why not in rest}
    return kept | ({f"{len(rest)} more totals differ": sum(told[why] for why in rest)} if rest else {})


def _of_total() -> Column:
    """Whether a named document is one that a total counts."""
    holds = F.col("total.day") == F.col("named.day")
    for name in KEY[1:]:
        holds &= F.col(f"total.{name}").isNull() | (F.col(f"total.{name}") == F.col(f"named.{name}"))
    return holds


def _total(row: "Row") -> Total:
    same = None if row["digest"] is None else row["digest"] == row["found"]
    return Total(row["day"], row["channel"], row["legal_entity"], row["documents"], row["came"], same)


def _why(total: Total) -> str | None:
    """Why a total confirms nothing; null where it does."""
    if total.agrees:
        return None
    what = f"{total.came:,} came" if total.came != total.stated else "as many came, with other ids"
    return f"total {total.name} differs: {total.stated:,} stated, {what}"
