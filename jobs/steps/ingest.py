"""Ingest: checks manifests and input facts, gives documents their identity."""

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from conf.settings import IngestSettings, Settings
from jobs.pipeline import FACTS
from jobs.run import STAMPED, Run
from schemas import TABLES
from udfs.images.fetch import Source
from udfs.images.hashing import HASH_DDL, hash_batches
from udfs.images.pages import PAGE
from udfs.intake.contract import row_schema
from udfs.intake.paging import PAGE_DDL, page_batches
from udfs.intake.reading import intake_batches

SAID = ("account_id", "channel", "submitted_at")  # of a refused row, as far as it can be read
PAGES = ("page", "pages")
TOLD = ("reason", "detail")
ONE_PAGE = f"(?is)^{PAGE.pattern}$"
LONGEST_ID = 128
GIVEN_CHARACTERS = 100  # of a given submission's id, so that with its mark it stays an id


def main(run: Run) -> None:
    """Take in every file that the night froze."""
    taken, refused = {}, []
    for folder in ("manifests", *FACTS):
        if not run.frozen.files.get(folder):
            continue  # a commit without rows says nothing
        rows = _rows(run, folder).persist()
        refused.append(_refused(rows, folder, run.tables.type_of("rejected")))
        good, table = rows.where(F.col("_reason").isNull()), folder
        if folder == "manifests":
            whole = with_digests(with_pages(good, run.settings), run.settings)
            documents = with_submissions(whole, run.settings.what.ingest).persist()
            good, turned_away = identify(documents, run.before("documents"))
            refused.append(_refused(turned_away, folder, run.tables.type_of("rejected")))
            table = "documents"
        taken[table] = _declared(good, table, run)
    if refused:
        taken["rejected"] = reduce(DataFrame.unionByName, refused).select(*_columns("rejected"))
    run.write_all(taken)


def source_of(settings: Settings) -> Source:
    """Where documents may come from."""
    what = settings.what
    return Source(settings.lake, what.ingest.roots, what.inspect.limits.max_bytes)


def with_pages(rows: DataFrame, settings: Settings) -> DataFrame:
    """Rows of PDFs, told by their address, become one a page; of one that cannot be opened, one row with its reason."""
    is_pdf = F.lower("uri").endswith(".pdf")
    none = {name: F.lit(None).cast("int") for name in PAGES}
    if rows.where(is_pdf).isEmpty():
        return rows.withColumns(none)
    plain = rows.where(~is_pdf).withColumns(none)
    files = rows.where(is_pdf).select("uri").distinct().repartition("uri").sortWithinPartitions("uri")
    read = page_batches(source_of(settings), settings.how.worker, settings.what.ingest.max_pages)
    found = files.mapInArrow(read, PAGE_DDL).withColumnsRenamed({name: f"_{name}" for name in ("sha256", *TOLD)})
    renamed = rows.where(is_pdf).drop("_reason", "_detail")
    return plain.unionByName(_of_pages(renamed.join(found, "uri")).select(*plain.columns))


def _of_pages(rows: DataFrame) -> DataFrame:
    """Rows beside a page of their file, as documents of their own: ID.p1 at FILE#page=1."""
    number = F.col("page").cast("string")
    marked, address = F.concat("doc_id", F.lit(".p"), number), F.concat("uri", F.lit("#page="), number)
    other, long = F.coalesce(F.col("sha256") != F.col("whole"), F.lit(False)), F.length(marked) > LONGEST_ID
    too_long = F.lit(f"with its page it has more than {LONGEST_ID} characters")
    reason = F.when(other, F.lit("digest_mismatch")).when(long, F.lit("bad_id"))
    return rows.withColumns(
        {
            "_reason": F.coalesce("_reason", reason),
            "_detail": F.coalesce("_detail", F.when(other, _has_digest("whole")).when(long, too_long)),
            "sha256": F.coalesce("_sha256", "sha256"),
            "doc_id": F.when(F.col("page").isNull() | long, F.col("doc_id")).otherwise(marked),
            "uri": F.coalesce(address, "uri"),
        }
    )


def _has_digest(whole: str) -> Column:
    return F.concat(F.lit("the file has digest "), F.substring(whole, 1, 12))


def with_digests(rows: DataFrame, settings: Settings) -> DataFrame:
    """Rows whose manifest gave no digest are read once to get one; what cannot be read gets its reason.

    A row that names one page may give the digest of its file: that is held against the file, and the page gets its own.
    """
    of_page = F.col("page").isNull() & F.col("uri").rlike(ONE_PAGE)
    bare = (
        rows.where((F.col("sha256").isNull() | of_page) & F.col("_reason").isNull())
        .select("uri")
        .distinct()
        .repartitionByRange("uri")  # a pack's images together
        .sortWithinPartitions("uri")
    )
    hashed = bare.mapInArrow(hash_batches(source_of(settings), settings.how.worker), HASH_DDL).drop("bytes")
    found = hashed.withColumnsRenamed({name: f"_found_{name}" for name in ("sha256", "whole", *TOLD)})
    own, whole = F.col("_found_sha256"), F.col("_found_whole")
    other = F.coalesce(of_page & (F.col("sha256") != own) & (F.col("sha256") != whole), F.lit(False))
    joined = rows.join(found, "uri", "left").withColumns(
        {
            "sha256": F.when(of_page, F.coalesce(own, "sha256")).otherwise(F.coalesce("sha256", own)),
            "_reason": F.coalesce("_reason", "_found_reason", F.when(other, F.lit("digest_mismatch"))),
            "_detail": F.coalesce("_detail", "_found_detail", F.when(other, _has_digest("_found_whole"))),
        }
    )
    return joined.select(*rows.columns)


def with_submissions(rows: DataFrame, settings: IngestSettings) -> DataFrame:
    """Rows with a submission that is unique in the lake.

    An exporter may number each account's own, so a given one is marked with a digest of account and number. Rows
    without one get one: what one account submits of a type within so many minutes.
    """
    in_order = Window.partitionBy("account_id", "doc_type").orderBy("submitted_at", "doc_id", "file", "row")
    gap = F.col("submitted_at").cast("long") - F.lag("submitted_at").over(in_order).cast("long")
    begins = (gap.isNull() | (gap > 60 * settings.submission_minutes)).cast("int")
    numbered = rows.withColumn("_act", F.sum(begins).over(in_order))
    act = Window.partitionBy("account_id", "doc_type", "_act")
    parts = (F.col("account_id"), F.coalesce("doc_type", F.lit("")), F.min("submitted_at").over(act).cast("string"))
    found = F.concat(F.lit("S-"), _short_digest(*parts))
    own = _short_digest(F.col("account_id"), F.col("submission_id"))
    given = F.concat(F.substring("submission_id", 1, GIVEN_CHARACTERS), F.lit("-"), own)
    return numbered.withColumn("submission_id", F.coalesce(given, found)).drop("_act")


def _short_digest(*parts: Column) -> Column:
    """16 hex digits over texts that hold no bar."""
    return F.substring(F.sha2(F.concat_ws("|", *parts), 256), 1, 16)


def identify(rows: DataFrame, known: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Rows that are documents, and rows that are not: unreadable, duplicate, or replacing one that stands."""
    named = known.join(rows.select("doc_id").distinct(), "doc_id", "left_semi")  # few of the archive's
    earlier = named.select("doc_id", F.col("sha256").alias("known_sha256"))
    first = Window.partitionBy("doc_id").orderBy(F.col("_reason").isNotNull(), "submitted_at", "file", "row")
    ranked = (
        rows.join(earlier, "doc_id", "left")
        .withColumn("_rank", F.row_number().over(first))
        .withColumn("_stands", F.coalesce("known_sha256", F.first("sha256").over(first)))
    )
    is_new = F.col("known_sha256").isNull() & (F.col("_rank") == 1)
    same = F.col("sha256") == F.col("_stands")
    verdict = F.when(F.col("_reason").isNotNull(), F.col("_reason")).when(~is_new, _repeated(same))
    detail = F.when(F.col("_reason").isNotNull(), F.col("_detail")).when(
        ~is_new, F.lit("this document id came before, in an earlier row or night")
    )
    judged = ranked.withColumns({"_detail": detail, "_reason": verdict}).drop("known_sha256", "_rank", "_stands")
    return judged.where(F.col("_reason").isNull()), judged.where(F.col("_reason").isNotNull())


def _repeated(same: Column) -> Column:
    return F.when(same, F.lit("duplicate")).otherwise(F.lit("replaced"))


def _rows(run: Run, folder: str) -> DataFrame:
    """Every row of the folder's frozen files, typed or with its reason."""
    files = [(file.uri, file.sha256) for file in run.frozen.files.get(folder, ())]
    names = run.spark.createDataFrame(files, "uri string, sha256 string")
    spread = names.repartition(max(1, min(len(files), 64)), "uri")
    answer = ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in from_arrow_schema(row_schema(folder)).fields)
    return spread.mapInArrow(intake_batches(folder, source_of(run.settings), run.settings.what.ingest), answer)


def _refused(rows: DataFrame, folder: str, declared: StructType) -> DataFrame:
    """Rows of `rejected` for those rows that have a reason."""
    said = {column: declared[column].dataType for column in ("doc_id", "sha256", *SAID, *PAGES)}
    told = [(F.col(c) if c in rows.columns else F.lit(None).cast(kind)).alias(c) for c, kind in said.items()]
    frame = rows.where(F.col("_reason").isNotNull()).select(
        F.lit(folder).alias("source"),
        F.col("file").alias("manifest"),
        "row",
        *told,
        F.when(F.col("_reason") == "duplicate", F.lit("duplicate")).otherwise(F.lit("rejected")).alias("outcome"),
        F.lit("ingest").alias("stage"),
        F.col("_reason").alias("reason"),
        F.col("_detail").alias("detail"),
        F.lit(None).cast("string").alias("inspector"),
    )
    return frame.select(*(name for name in declared.names if name not in STAMPED))


def _declared(rows: DataFrame, table: str, run: Run) -> DataFrame:
    """The rows with the table's columns."""
    named = rows.withColumn("known_at", F.lit(run.night))
    if table == "documents":
        named = named.withColumnRenamed("file", "manifest")
    return named.select(*_columns(table))


def _columns(table: str) -> tuple[str, ...]:
    return tuple(name for name in TABLES[table].names if name not in STAMPED)
