"""A lake that an earlier version wrote: it is read as it is, told what it lacks, upgraded, and goes on."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conf.errors import BadLake
from jobs.upkeep.shape import gaps
from tests.faults import audit
from tests.jobs.tiny_lake import deliver_with_images, left_alone, settings_of
from tests.jobs.upkeep.earlier import unpack

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def released_digests(root: Path) -> dict[str, str]:
    """What readers of the newest release see, column by column as that version had them, read by delta-rs."""
    return {name: audit.digest(name, table) for name, table in audit.released(root).tables.items()}


@pytest.mark.spark
@pytest.mark.slow
def test_a_lake_of_the_version_before_is_upgraded_and_goes_on(lake: Path, spark: "SparkSession") -> None:
    from jobs.health.doctor_facts import table_findings
    from jobs.night import Ask, run_night
    from jobs.publishing.releases import newest, open_views
    from jobs.tables import Tables
    from jobs.upkeep.upgrading import upgrade

    unpack(lake)
    settings = settings_of(lake)
    root = Path(settings.tables)
    before = released_digests(root)
    tables = Tables(spark, settings.tables)
    release = newest(tables)
    assert release is not None
    open_views(tables, release)
    assert spark.table("documents").count() == 4

    with pytest.raises(BadLake, match=r"an earlier version wrote this lake: .*lookback upgrade"):
        run_night(settings, Ask(date(2026, 3, 3)))
    (finding,) = (found for found in table_findings(settings, tables) if found.name == "shape")
    assert (finding.level, finding.mend) == ("fail", "lookback upgrade")

    left_alone(root, 61)
    assert upgrade(settings)
    for name, version in release.versions.items():
        tables.read(name, version).count()
    assert gaps(tables) == []
    assert upgrade(settings) == []
    assert released_digests(root) == before
    assert audit.audit(lake, root) == []

    deliver_with_images(lake, "3.csv", {"LATER": 95})
    assert run_night(settings, Ask(date(2026, 3, 3))) == "2026-03-03.1"
    assert audit.audit(lake, root) == []
    seen = audit.released(root)
    assert seen.row["lineage"] == ["2026-03-01.1", "2026-03-02.1", "2026-03-03.1"]
    assert len(audit.places(seen)["scored"]) == 3
