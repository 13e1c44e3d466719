"""Two whole nights on a small lake, in one process: what they must leave behind."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from deltalake import DeltaTable

from conf.errors import NightRefused, Undeclared
from conf.settings import Settings
from jobs.pipeline import step_named
from schemas import TABLES
from tests.faults import audit
from tests.jobs import cookbook
from tests.jobs.bad_files import REASONS, manifest, write_bad_files

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark
NIGHTS = (date(2026, 3, 1), date(2026, 3, 2))


@dataclass(frozen=True)
class Nights:
    """A lake after two nights."""

    lake: Path
    settings: Settings
    spark: "SparkSession"

    @property
    def root(self) -> Path:
        return Path(self.settings.tables)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, spark: "SparkSession") -> Nights:
    from jobs.night import Ask, run_night
    from udfs.specimens.lake import deliver, plan_lake

    lake = tmp_path_factory.mktemp("nights") / "lake"
    settings = Settings.model_validate({"how": {"places": {"lake": str(lake)}, "slices": {"documents": 12}}})
    plan = plan_lake(24, 5)
    deliver(plan, lake, 0)
    good = next(path for path in sorted((lake / "images").glob("*.jpg")) if path.stat().st_size > 20_000)
    write_bad_files(lake / "images" / "bad", good.read_bytes())
    (lake / "manifests" / "bad.csv").write_text(manifest(REASONS))
    run_night(settings, Ask(NIGHTS[0]))
    deliver(plan, lake, 1)
    run_night(settings, Ask(NIGHTS[1]))
    return Nights(lake, settings, spark)


def test_every_manifest_row_is_in_one_place(nights: Nights) -> None:
    assert audit.audit(nights.lake, nights.root) == []


def test_good_documents_are_scored_and_each_bad_one_has_its_reason(nights: Nights) -> None:
    seen = audit.released(nights.root).tables
    rejected = seen["rejected"].to_pandas()
    bad = rejected[rejected["doc_id"].astype(str).str.startswith("BAD-")].sort_values("doc_id")
    assert dict(zip(bad["doc_id"], bad["reason"], strict=True)) == {
        f"BAD-{number}": reason for number, reason in enumerate(REASONS.values())
    }
    assert not seen["scores"].to_pandas()["doc_id"].str.startswith("BAD-").any()
    assert seen["scores"].num_rows >= 20


def test_the_control_totals_of_the_plan_agree(nights: Nights) -> None:
    """Rows beside the plan, those of bad files, have none."""
    seen = audit.released(nights.root).tables
    metrics = [row for row in seen["metrics"].to_pylist() if row["night"] == NIGHTS[1]]
    (whole,) = [row for row in metrics if row["measure"] == "control_totals_agreeing"]
    assert whole["value"] == whole["n"] > 10
    (row,) = [
        row for row in seen["coverage"].to_pylist() if row["detector"] == "control_totals" and row["night"] == NIGHTS[1]
    ]
    assert row["scored"] >= 20
    assert set(dict(row["reasons"])) <= {"no independent total"}


def test_a_finished_night_run_again_changes_no_table(nights: Nights) -> None:
    from jobs.night import Ask, run_night

    before = {name: DeltaTable(str(nights.root / name)).version() for name in TABLES}
    assert run_night(nights.settings, Ask(NIGHTS[1])) == "2026-03-02.1"
    assert {name: DeltaTable(str(nights.root / name)).version() for name in TABLES} == before


def test_other_engines_read_the_rows_that_spark_reads(nights: Nights) -> None:
    from jobs.publishing.releases import newest, open_views
    from jobs.tables import Tables

    tables = Tables(nights.spark, nights.settings.tables)
    release = newest(tables)
    assert release is not None
    open_views(tables, release)
    theirs = audit.released(nights.root).tables
    with duckdb.connect() as engine:
        for name, table in theirs.items():
            engine.register(name, table)
            counted = engine.table(name).shape[0]
            ours = nights.spark.table(name).toArrow()
            assert counted == ours.num_rows == release.rows[name], name
            assert audit.digest(name, ours) == audit.digest(name, table), name


@pytest.mark.parametrize(("title", "query"), cookbook.queries())
def test_every_recipe_of_the_cookbook_runs(nights: Nights, title: str, query: str) -> None:
    from jobs.publishing.as_of import create_profile_as_of
    from jobs.publishing.releases import newest, open_views
    from jobs.tables import Tables

    tables = Tables(nights.spark, nights.settings.tables)
    release = newest(tables)
    assert release is not None
    open_views(tables, release)
    create_profile_as_of(nights.spark)
    assert nights.spark.sql(query.rstrip().rstrip(";")).toPandas().columns.size > 1, title


def test_labels_of_the_release_are_exported_and_each_accounted_for(nights: Nights, tmp_path: Path) -> None:
    from jobs.feed import read_feed
    from jobs.learning.exporting import export, write_set
    from jobs.learning.labelled import of_release
    from jobs.publishing.releases import newest
    from jobs.tables import Tables

    tables = Tables(nights.spark, nights.settings.tables)
    release = newest(tables)
    assert release is not None
    seen = audit.released(nights.root).tables
    labels = seen["labels"].to_pandas()
    feed = read_feed(export(tables, release, nights.settings))
    assert sum(feed.counts.values()) == len(labels[["target_kind", "target_id"]].drop_duplicates()) > 0

    read = of_release(tables, release)
    scored, documents = set(seen["scores"]["doc_id"].to_pylist()), read("documents").selectExpr("doc_id AS target_id")
    review = read("labels").drop("target_id", "verdict").limit(1)
    asked = documents.crossJoin(review).selectExpr("*", "'cleared' AS verdict")
    feed = read_feed(write_set(lambda name: asked if name == "labels" else read(name), release.run_id, tmp_path))
    assert feed.counts == {"learned": len(scored), "not_observed": documents.count() - len(scored)}
    assert {row["doc_id"] for row in feed.rows} == scored
    assert all(row["signal_spectral_peak"] is not None for row in feed.rows if row["width"] == "wide")


def test_a_check_counts_only_what_no_night_took(nights: Nights) -> None:
    from jobs.health.lake_check import check_lake
    from jobs.health.lake_history import history_of

    history = history_of(nights.settings)
    assert (history.night, history.waiting) == ("2026-03-02.1", 0)
    assert (history.rest_seconds or 0) > 1
    assert history.each is not None
    assert 0.05 < history.each[0] < 60
    late = nights.lake / "labels" / "late.csv"
    late.write_text("target_kind,target_id,verdict,reviewer,reviewed_at\n")
    report = check_lake(nights.settings, None, sample=5, told=lambda *_: None, history=history)
    late.unlink()
    assert [file.uri for file in report.files if not file.earlier] == [str(late)]
    assert (report.new, report.waiting, report.images.looked) == (0, 0, 0)


def test_the_next_night_builds_on_the_first(nights: Nights) -> None:
    release = audit.released(nights.root).row
    assert (release["release"], release["parent"]) == ("2026-03-02.1", "2026-03-01.1")
    assert release["lineage"] == ["2026-03-01.1", "2026-03-02.1"]


def test_an_earlier_night_cannot_begin(nights: Nights) -> None:
    from jobs.night import Ask, run_night

    with pytest.raises(NightRefused, match="nights go in order"):
        run_night(nights.settings, Ask(date(2026, 2, 27)))


def test_other_settings_cannot_resume_but_a_finished_night_needs_none(nights: Nights) -> None:
    from jobs.night import Ask, run_night

    changed = nights.settings.model_copy(
        update={
            "what": nights.settings.what.model_copy(
                update={"link": nights.settings.what.link.model_copy(update={"neighbours": 3})}
            )
        }
    )
    assert run_night(changed, Ask(NIGHTS[1])) == "2026-03-02.1"


def test_a_step_that_touches_an_unlisted_table_fails(nights: Nights) -> None:
    from jobs.nights import attempts
    from jobs.run import Run
    from jobs.tables import Tables

    tables = Tables(nights.spark, nights.settings.tables)
    attempt = attempts(tables)[-1]
    run = Run(attempt.run_id, attempt.night, step_named("cluster"), nights.settings, attempt.frozen, tables)
    with pytest.raises(Undeclared, match="step cluster reads plates, which it does not list"):
        run.read("plates")
    with pytest.raises(Undeclared, match="step cluster writes scores"):
        run.write("scores", tables.empty("scores"))


def test_the_audit_finds_what_is_broken(nights: Nights, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    shutil.copytree(nights.lake, lake, ignore=shutil.ignore_patterns("models", "mlflow.db"))
    root = lake / "_lookback" / "tables"
    assert audit.audit(lake, root) == []
    (lake / "manifests" / "lost.csv").write_text(
        "doc_id,account_id,uri,side,submitted_at\nX,A,x.jpg,front,2026-01-01T00:00:00Z\n"
    )
    assert [problem for problem in audit.audit(lake, root) if "in no place" in problem]
    (lake / "manifests" / "lost.csv").unlink()
    (lake / "manifests" / "bad.csv").unlink()
    assert [problem for problem in audit.audit(lake, root) if "of no manifest" in problem]
    victim = Path(DeltaTable(str(root / "scores")).file_uris()[0].removeprefix("file://"))
    victim.rename(victim.with_suffix(".gone"))
    with pytest.raises(OSError, match=victim.name):
        audit.audit(lake, root)
    assert any("scores" in file for file in audit.missing_files(root))
