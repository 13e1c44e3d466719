"""Finds neighbours and shared facts between documents."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import LinkSettings
from jobs.linking.ledger import PRINTS, entries
from jobs.linking.shared_facts import PAIR_COLUMNS, numbers, shared_facts
from jobs.linking.subjects import contents, subjects
from jobs.observed import counting
from jobs.run import Run
from udfs.neighbours.designs import EMPTY, FOUNDING_ROWS, Bank, found_designs, moved, with_designs
from udfs.neighbours.examination import (
    FOUND_DDL,
    NO_DESIGN,
    PAIR_DDL,
    PATCHED_DDL,
    examine_design,
    examine_portraits,
    with_patches,
)
from udfs.neighbours.plates import ALIGN_SIZE

FACES = ("sha256", "portrait", "luma", "corners", "portrait_box")
LOOKED = ("sha256", "parts", "card", "portrait", "copy")
MEMBERS = ("sha256", "design", "version", "similarity")


def main(run: Run) -> None:
    """Write the night's designs, who shows them, and the links that are new or have ended."""
    settings = run.settings.what.link
    docs = subjects(run.read("documents"), run.read("accounts")).persist()
    looked = counting(run.read("observations"), run.frozen.inspector, run.frozen.champions).select(*LOOKED).persist()
    looks = contents(run.read("documents"), looked, run.read("vectors"), run.read("plates")).persist()
    read = numbers(run.read("fields"), looked).persist()
    known = newest_designs(run.before("designs")).persist()
    bank = grown_bank(bank_of(known), looks, settings)
    shown = shown_designs(looks, bank, settings).persist()
    found = examined(shown, settings).persist()
    try:
        fresh = new_versions(found, known, bank)
        run.write("designs", fresh)
        dated = with_versions(shown, known, fresh)
        run.write("design_members", dated.where(F.col("design").isNotNull()).select(*MEMBERS))
        shared = shared_facts(docs, read, run.read("account_signals"))
        pairs = of_documents(seen_pairs(found, shown, settings), docs).unionByName(shared)
        prints = dated.join(read, "sha256", "left").select("sha256", *PRINTS)
        run.write("links", entries(pairs, run.before("links"), docs.join(prints, "sha256", "left"), settings))
    finally:
        for frame in (docs, looked, looks, read, known, shown, found):
            frame.unpersist()


def newest_designs(designs: DataFrame) -> DataFrame:
    """The newest version of each design, without its spread."""
    newest = designs.groupBy("design").agg(F.max(F.struct("version", "centroid", "median")).alias("newest"))
    return newest.select("design", "newest.*")


def bank_of(known: DataFrame) -> Bank:
    """The parent release's designs, as workers take them."""
    rows = known.select("design", "version", "centroid").orderBy("design").collect()
    if not rows:
        return EMPTY
    centroids = np.asarray([row.centroid for row in rows], dtype=np.float32)
    return Bank(tuple(row.design for row in rows), tuple(row.version for row in rows), centroids)


def grown_bank(bank: Bank, looks: DataFrame, settings: LinkSettings) -> Bank:
    """The bank with designs founded by contents that show none of it."""
    strangers = shown_designs(looks, bank, settings).where(
        F.col("design").isNull() & F.col("design_vector").isNotNull()
    )
    founders = strangers.select("sha256", "design_vector").orderBy("sha256").limit(FOUNDING_ROWS).collect()
    if not founders:
        return bank
    vectors = np.asarray([row.design_vector for row in founders], dtype=np.float32)
    digests = [row.sha256 for row in founders]
    least = settings.design_similarity
    return bank.with_founded(found_designs(digests, vectors, least=least, taken=frozenset(bank.names)))


def shown_designs(looks: DataFrame, bank: Bank, settings: LinkSettings) -> DataFrame:
    """Contents with design (null where none is near enough) and similarity."""

    def assigned(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for batch in batches:
            yield with_designs(batch, bank, settings.design_similarity)

    columns = ", ".join(f"{column.name} {column.dataType.simpleString()}" for column in looks.schema)
    return looks.mapInPandas(assigned, f"{columns}, design string, similarity double")


def examined(shown: DataFrame, settings: LinkSettings) -> DataFrame:
    """Templates and pairs of every design, and near copies among what shows none."""
    columns = ("sha256", "pdq", "pdq_quality", "portrait", "luma")
    grouped = shown.select(*columns, F.coalesce("design", F.lit(NO_DESIGN)).alias("design")).groupBy("design")
    return grouped.applyInPandas(examine_design(settings), FOUND_DDL)


def new_versions(found: DataFrame, known: DataFrame, bank: Bank) -> DataFrame:
    """Rows for designs that are new or whose median moved by more than the bound."""
    spark = found.sparkSession
    last = {row.design: row for row in known.select("design", "version", "median").collect()}
    seen = found.where(F.col("kind").isNull() & (F.col("design") != NO_DESIGN)).orderBy("design").collect()
    rows = []
    for row in seen:
        former = last.get(row.design)
        if former is not None and not moved(_picture(former.median), _picture(row.median)):
            continue
        size = ALIGN_SIZE if row.median is not None else (None, None)
        centroid = bank.centroids[bank.names.index(row.design)].tolist()
        version = 1 if former is None else former.version + 1
        rows.append((row.design, version, row.documents, centroid, *size, row.median, row.spread))
    schema = (
        "design string, version int, documents int, centroid array<float>, width int, height int,"
        " median array<float>, spread array<float>"
    )
    return spark.createDataFrame(rows, schema)


def with_versions(shown: DataFrame, known: DataFrame, fresh: DataFrame) -> DataFrame:
    """Contents with the newest version of their design."""
    versions = known.select("design", "version").unionByName(fresh.select("design", "version"))
    newest = versions.groupBy("design").agg(F.max("version").alias("version"))
    return shown.drop("design_vector", *FACES[1:]).join(F.broadcast(newest), "design", "left")


def seen_pairs(found: DataFrame, shown: DataFrame, settings: LinkSettings) -> DataFrame:
    """Pairs of contents that look alike: within designs, and portraits over the whole gallery."""
    within = found.where(F.col("kind").isNotNull()).select("kind", "left_sha", "right_sha", "similarity", "evidence")
    faces = shown.where(F.col("portrait").isNotNull()).select(*FACES).mapInPandas(patched, PATCHED_DDL)
    photos = faces.groupBy().applyInPandas(examine_portraits(settings), PAIR_DDL)
    return within.unionByName(photos)


def patched(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Portraits cut from their plates, where these are, so that only patches travel on."""
    for batch in batches:
        yield with_patches(batch)


def of_documents(pairs: DataFrame, docs: DataFrame) -> DataFrame:
    """Pairs of contents as pairs of the documents that show them, the smaller id left."""
    left = docs.select(F.col("sha256").alias("left_sha"), F.col("doc_id").alias("one"))
    right = docs.select(F.col("sha256").alias("right_sha"), F.col("doc_id").alias("other"))
    joined = pairs.join(left, "left_sha").join(right, "right_sha")
    ends = {"left_doc": F.least("one", "other"), "right_doc": F.greatest("one", "other")}
    return joined.withColumns(ends).select(*PAIR_COLUMNS)


def _picture(values: list[float] | None) -> np.ndarray | None:
    """A stored median as an array."""
    return None if values is None else np.asarray(values, dtype=np.float32)
