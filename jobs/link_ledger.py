"""From what was found tonight to the rows that the append-only links gain."""

import hashlib
import json

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import LinkSettings
from jobs.live_links import PAIR, fingerprint, holds, newest_links

COMPARED = {
    "same_file": (),
    "near_copy": ("copy_print", "design"),
    "template": ("plate_print", "design", "version"),
    "portrait_photo": ("portrait_print",),
    "same_number": ("number_print",),
    "shared_device": (),
    "own_resubmission": (),
}
EXACT = ("same_file", "same_number", "shared_device", "own_resubmission")
LINK_COLUMNS = ("left_doc", "right_doc", "kind", "similarity", "evidence", "fingerprint")


def settle(found: DataFrame, subjects: DataFrame) -> DataFrame:
    """Pairs as they may stand: none inside a submission, and one person's pairs are that person's resubmissions."""
    ends = [
        subjects.select(*(F.col(name).alias(f"{side}_{name}") for name in ("doc_id", "submission_id", "person")))
        for side in ("left", "right")
    ]
    known = found.join(ends[0], F.col("left_doc") == F.col("left_doc_id"))
    known = known.join(ends[1], F.col("right_doc") == F.col("right_doc_id"))
    apart = known.where(F.col("left_submission_id") != F.col("right_submission_id"))
    own = F.col("left_person") == F.col("right_person")
    between = apart.where(~own).select(*found.columns)
    kinds = F.to_json(F.struct(F.sort_array(F.collect_set("kind")).alias("instead_of")))
    within = apart.where(own & (F.col("kind") != "shared_device")).groupBy("left_doc", "right_doc")
    resubmitted = within.agg(kinds.alias("evidence")).withColumns(
        {"kind": F.lit("own_resubmission"), "similarity": F.lit(1.0)}
    )
    return between.unionByName(resubmitted)


def entries(found: DataFrame, before: DataFrame, prints: DataFrame, settings: LinkSettings) -> DataFrame:
    """Rows that links gain: ties that are new or were compared anew, and ends of ties that no longer stand.

    A measured tie (template, near copy, portrait) ends when what it was compared by has changed and it was not found
    again; an exact one when it is not found. `prints` has doc_id, person and the columns of `COMPARED`.
    """
    last = newest_links(before).select(*PAIR, F.col("print").alias("was"), "generation", holds().alias("held"))
    tonight = found.select(*PAIR, "similarity", "evidence", F.lit(True).alias("seen"))
    both = with_prints(last.join(tonight, list(PAIR), "full"), prints, settings)
    next_one = F.coalesce(F.col("generation") + 1, F.lit(0))
    held = F.coalesce("held", F.lit(False))
    changed = ~F.col("print").eqNullSafe(F.col("was"))
    gained = F.col("seen").isNotNull() & (~held | changed)
    ended = F.col("seen").isNull() & held & (changed | F.col("kind").isin(*EXACT))
    fresh = both.where(gained).withColumn("fingerprint", fingerprint(F.col("print"), next_one))
    over = both.where(ended).withColumns(
        {
            "similarity": F.lit(0.0),
            "evidence": F.lit('{"ended":"what was compared no longer agrees"}'),
            "fingerprint": fingerprint(F.col("was"), next_one),
        }
    )
    return fresh.select(*LINK_COLUMNS).unionByName(over.select(*LINK_COLUMNS))


def with_prints(pairs: DataFrame, prints: DataFrame, settings: LinkSettings) -> DataFrame:
    """Pairs with `print`, 32 hex: a digest of settings, of what was compared, and of whether both are one person's."""
    columns = [name for name in prints.columns if name != "doc_id"]
    for side in ("left", "right"):
        named = [F.col("doc_id").alias(f"{side}_doc"), F.struct(*columns).alias(side)]
        pairs = pairs.join(prints.select(*named), f"{side}_doc", "left")
    digest = hashlib.sha256(json.dumps(settings.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()[:16]
    text = F.concat_ws("|", F.lit(digest), F.col("kind"), _own(), _compared())
    return pairs.withColumn("print", F.substring(F.sha2(text, 256), 1, 32)).drop("left", "right")


def _own() -> Column:
    """Whether both documents are of one person now; a document that is gone is nobody's."""
    return F.coalesce((F.col("left.person") == F.col("right.person")).cast("string"), F.lit("gone"))


def _compared() -> Column:
    """What the kind compares at both ends, as text."""
    cases = [
        F.when(F.col("kind") == kind, _texts([f"{side}.{name}" for side in ("left", "right") for name in names]))
        for kind, names in COMPARED.items()
    ]
    return F.coalesce(*cases)


def _texts(names: list[str]) -> Column:
    """Columns as one text; null reads `-`."""
    return F.concat_ws("|", F.lit(""), *(F.coalesce(F.col(name).cast("string"), F.lit("-")) for name in names))
