"""Contradictions across the documents of each submission."""

from collections.abc import Iterator
from functools import partial
from typing import cast

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from conf.settings import ContradictionSettings
from udfs.judging.submission_rows import contradiction_rows

FOUND = (
    "submission_id string, kind string, left_place string, right_place string, doc_ids array<string>, "
    "fields array<string>, confidence double"
)


def contradictions_of(
    looked: DataFrame, fields: DataFrame, accounts: DataFrame, settings: ContradictionSettings
) -> DataFrame:
    """Contradictions of every submission, columns FOUND.

    Args:
        looked: documents with `parts` and `reading` of the observation that counts.
        fields: what was read of contents.
        accounts: one row an account: what its holder declared.
        settings: the confidence that counts.
    """
    schema = to_arrow_schema(cast("StructType", StructType.fromDDL(FOUND)))
    find = partial(contradiction_rows, settings=settings)

    def find_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield pa.RecordBatch.from_pylist([found for row in batch.to_pylist() for found in find(row)], schema=schema)

    return gathered(looked, fields, accounts).mapInArrow(find_batches, FOUND)


def gathered(looked: DataFrame, fields: DataFrame, accounts: DataFrame) -> DataFrame:
    """One row a submission: its documents with their readings, and what the account's holder declared."""
    typed = fields.where(F.col("source") != "text")
    reading = F.struct("source", "name", "position", "value", "raw", "confidence")
    by_content = typed.groupBy("sha256", "fingerprint").agg(F.collect_set(reading).alias("readings"))
    located = looked.withColumn("fingerprint", F.col("parts")["reading"])
    document = F.struct(
        *("doc_id", "side", "doc_type", "submitted_at", "vendor_fields", "readings"),
        F.col("reading.checks").alias("checks"),
    )
    submissions = (
        located.join(by_content, ["sha256", "fingerprint"], "left")
        .groupBy("submission_id")
        .agg(F.collect_list(document).alias("documents"), F.min("account_id").alias("account_id"))
    )
    declared = accounts.select("account_id", "declared_name", F.col("birth_date").cast("string"), "nationality")
    return submissions.join(declared, "account_id", "left")
