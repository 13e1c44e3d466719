"""From what was found tonight to the rows that the append-only links gain."""

import hashlib
import json

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import LinkSettings
from jobs.linking.live import PAIR, fingerprint, generation, print_of

COMPARED = {
    "same_file": (),
    "near_copy": ("copy_print", "design"),
    "template": ("plate_print", "design", "version"),
    "portrait_photo": ("portrait_print", "plate_print"),
    "same_number": ("number_print",),
    "shared_device": (),
    "own_resubmission": (),
}
PRINTS = ("copy_print", "plate_print", "portrait_print", "number_print", "design", "version")
EXACT = ("same_file", "same_number", "shared_device", "own_resubmission")
LINK_COLUMNS = ("left_doc", "right_doc", "kind", "similarity", "evidence", "fingerprint")
ENDED = '{"ended":"what was compared no longer agrees"}'

FOUND = "struct<similarity: double, evidence: string>"
LAST = "struct<generation: int, was: string, held: boolean>"


def entries(found: DataFrame, before: DataFrame, subjects: DataFrame, settings: LinkSettings) -> DataFrame:
    """Rows that links gain: ties that are new or were compared anew, and ends of ties that no longer stand.

    Documents of one submission are never tied, and one person's pairs are resubmissions whatever else was found.
    A measured tie (template, near copy, portrait) ends when what it was compared by has changed and it was not found
    again; an exact one when it is not found. `subjects` has doc_id, submission_id, person and `PRINTS`.
    """
    tonight = found.select(
        *PAIR, F.struct("similarity", "evidence").alias("seen"), F.lit(None).cast(LAST).alias("last")
    )
    past = F.struct(generation(), print_of(), (F.col("similarity") > 0).alias("held"))
    known = before.select(*PAIR, F.lit(None).cast(FOUND).alias("seen"), past.cast(LAST).alias("last"))
    settled = _settled(_with_ends(tonight.unionByName(known), subjects))
    printed = settled.withColumn("print", _print(settings))
    pairs = printed.groupBy(*PAIR).agg(
        F.max("seen").alias("seen"), F.max("last").alias("last"), F.max("print").alias("print")
    )
    return _gained(pairs).unionByName(_ended(pairs))


def _with_ends(pairs: DataFrame, subjects: DataFrame) -> DataFrame:
    """Pairs with what is known of both documents as structs `left` and `right`."""
    facts = F.struct("submission_id", "person", *PRINTS)
    for side in ("left", "right"):
        named = subjects.select(F.col("doc_id").alias(f"{side}_doc"), facts.alias(side))
        pairs = pairs.join(named, f"{side}_doc", "left")
    return pairs


def _settled(pairs: DataFrame) -> DataFrame:
    """Tonight's pairs without those inside a submission or by a device of one's own; a person's own renamed."""
    inside = F.coalesce(F.col("left.submission_id") == F.col("right.submission_id"), F.lit(False))
    own = F.coalesce(F.col("left.person") == F.col("right.person"), F.lit(False))
    tonight = F.col("seen").isNotNull()
    dropped = tonight & (inside | (own & (F.col("kind") == "shared_device")))
    mine = F.struct(F.lit(1.0).alias("similarity"), F.lit('{"shared":"one person"}').alias("evidence"))
    return pairs.where(~dropped).withColumns(
        {
            "seen": F.when(tonight & own, mine).otherwise(F.col("seen")),
            "kind": F.when(tonight & own, F.lit("own_resubmission")).otherwise(F.col("kind")),
            "own": own,
        }
    )


def _gained(pairs: DataFrame) -> DataFrame:
    """Rows of ties that did not hold, or were compared otherwise."""
    fresh = pairs.where(F.col("seen").isNotNull() & (~_held() | _changed()))
    stamp = fingerprint(F.col("print"), _next())
    return fresh.select("left_doc", "right_doc", "kind", "seen.*", stamp.alias("fingerprint"))


def _ended(pairs: DataFrame) -> DataFrame:
    """Rows that end ties."""
    over = pairs.where(F.col("seen").isNull() & _held() & (_changed() | F.col("kind").isin(*EXACT)))
    stamp = fingerprint(F.col("last.was"), _next())
    return over.select(
        *PAIR, F.lit(0.0).alias("similarity"), F.lit(ENDED).alias("evidence"), stamp.alias("fingerprint")
    )


def _held() -> Column:
    """Whether the pair was tied at the parent release."""
    return F.coalesce("last.held", F.lit(False))


def _changed() -> Column:
    """Whether it would be compared by something else now."""
    return ~F.col("print").eqNullSafe(F.col("last.was"))


def _next() -> Column:
    """The generation after the last."""
    return F.coalesce(F.col("last.generation") + 1, F.lit(0))


def _print(settings: LinkSettings) -> Column:
    """32 hex digits over settings, kind, what was compared at both ends, and whether both are one person's."""
    digest = hashlib.sha256(json.dumps(settings.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()[:16]
    compared = [
        F.when(F.col("kind") == kind, _texts([f"{side}.{name}" for side in ("left", "right") for name in names]))
        for kind, names in COMPARED.items()
    ]
    text = F.concat_ws("|", F.lit(digest), F.col("kind"), F.col("own").cast("string"), F.coalesce(*compared))
    return F.substring(F.sha2(text, 256), 1, 32)


def _texts(names: list[str]) -> Column:
    """Columns as one text; null reads `-`."""
    return F.concat_ws("|", F.lit(""), *(F.coalesce(F.col(name).cast("string"), F.lit("-")) for name in names))
