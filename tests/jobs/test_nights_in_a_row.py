"""Nights that follow one another on a lake of a few tiny pictures: nothing is lost between them, nothing is twice."""

import hashlib
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conf.errors import NightRefused
from conf.settings import Settings
from tests.faults import audit
from tests.jobs.tiny_lake import deliver, picture, settings_of

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.slow]
NIGHTS = [date(2026, 3, day) for day in range(1, 5)]


def places(lake: Path, settings: Settings) -> dict[str, list[str]]:
    """Which documents ended where, as readers see it, on a lake that the audit finds sound."""
    root = Path(settings.tables)
    assert audit.audit(lake, root) == []
    seen = audit.released(root)
    names = {
        (row["manifest"], row["row"]): row["doc_id"]
        for table in ("documents", "rejected")
        for row in seen.tables[table].to_pylist()
    }
    return {place: sorted(names[key] for key in keys) for place, keys in audit.places(seen).items()}


def test_what_one_inspector_refused_another_may_see(lake: Path, spark: "SparkSession") -> None:
    from jobs.night import Ask, run_night

    small, large, cut = picture(90), picture(400), picture(91)[:300]
    (lake / "images").mkdir()
    for name, content in (("here.jpg", small), ("large.jpg", large), ("cut.jpg", cut)):
        (lake / "images" / name).write_bytes(content)
    first = {"GONE": ("gone.jpg", small), "HERE": ("here.jpg", small)}
    deliver(lake, "1.csv", first | {"LARGE": ("large.jpg", large), "CUT": ("cut.jpg", cut)})
    strict, lenient = settings_of(lake, max_pixels=50_000), settings_of(lake)
    run_night(strict, Ask(NIGHTS[0]))
    # A content tries one address a night: that of GONE tonight, that of HERE tomorrow.
    assert places(lake, strict) == {
        "scored": [],
        "rejected": ["CUT", "GONE", "LARGE"],
        "duplicate": [],
        "pending": ["HERE"],
    }
    deliver(lake, "2.csv", {"CUT-2": ("cut.jpg", cut)})
    run_night(lenient, Ask(NIGHTS[1]))
    seen = places(lake, lenient)
    assert seen["scored"] == ["GONE", "HERE", "LARGE"]
    assert (seen["rejected"], seen["pending"]) == (["CUT", "CUT-2"], [])


def test_an_archive_that_does_not_fit_a_night_waits_and_a_withdrawn_night_is_made_anew(
    lake: Path, spark: "SparkSession"
) -> None:
    from jobs.night import Ask, run_night
    from jobs.publishing.rollback import withdraw

    (lake / "images").mkdir()
    lines = {f"D{number}": (f"{number}.jpg", picture(80 + number)) for number in range(5)}
    for uri, content in lines.values():
        (lake / "images" / uri).write_bytes(content)
    deliver(lake, "1.csv", lines)
    settings = settings_of(lake)

    run_night(settings, Ask(NIGHTS[0], limit=2))
    limited = places(lake, settings)
    assert (limited["scored"], limited["pending"]) == (["D0", "D1"], ["D2", "D3", "D4"])

    run_night(settings, Ask(NIGHTS[1], until=time.time() - 1))
    assert places(lake, settings) == limited

    run_night(settings, Ask(NIGHTS[2]))
    whole = places(lake, settings)
    assert (whole["scored"], whole["pending"]) == (sorted(lines), [])

    with pytest.raises(NightRefused, match=r"2026-03-02\.1 was not withdrawn: 2026-03-03\.1 is the newest"):
        withdraw(settings, spark, "2026-03-02.1")
    withdraw(settings, spark, "2026-03-03.1")
    assert places(lake, settings) == limited
    with pytest.raises(NightRefused, match="was withdrawn"):
        run_night(settings, Ask(NIGHTS[2]))
    assert run_night(settings, Ask(NIGHTS[2], again=True)) == "2026-03-03.2"
    assert places(lake, settings) == whole
    observed = audit.table_at(Path(settings.tables), "observations")
    assert sorted(observed["sha256"].to_pylist()) == sorted(hashlib.sha256(c).hexdigest() for _, c in lines.values())
