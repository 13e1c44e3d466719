"""Which files a night takes: by listing, by inventory, and never twice; none of these starts Spark."""

from pathlib import Path

import pytest

from conf.errors import BadLake
from conf.settings import Settings
from jobs.store import arrived
from tests.fakes_risk import UNFROZEN

ROW = "doc_id,account_id,uri,side,submitted_at\n{0},A-1,images/{0}.jpg,front,2026-02-28T10:00:00Z\n"


def lake_with(settings: Settings, *names: str, inventory: str | None = "inventory.csv") -> Settings:
    for name in names:
        (Path(settings.lake) / "manifests" / name).write_text(ROW.format(name.partition(".")[0]))
    places = settings.how.places.model_copy(update={"inventory": inventory})
    return settings.model_copy(update={"how": settings.how.model_copy(update={"places": places})})


def names(settings: Settings) -> list[str]:
    return [Path(file.uri).name for file in arrived(settings, [])["manifests"]]


def test_what_an_inventory_does_not_list_waits_for_the_next_one(settings: Settings) -> None:
    chosen = lake_with(settings, "a.csv", "b.csv")
    inventory = Path(settings.lake) / "inventory.csv"
    inventory.write_text("path\nmanifests/a.csv\nmanifests/readme.txt\nimages/a.csv\n")
    assert names(chosen) == ["a.csv"]
    inventory.write_text("path\nmanifests/b.csv\nmanifests/a.csv\n")
    assert names(chosen) == ["a.csv", "b.csv"]
    taken = UNFROZEN.model_copy(update={"files": arrived(chosen, [])})
    assert arrived(chosen, [taken])["manifests"] == ()
    assert names(lake_with(settings, "c.csv", inventory=None)) == ["a.csv", "b.csv", "c.csv"]


def test_an_inventory_that_is_older_than_the_folder_is_told_so(settings: Settings) -> None:
    chosen = lake_with(settings, "a.csv")
    with pytest.raises(BadLake, match=r"inventory\.csv: the inventory that places\.inventory names cannot be read"):
        arrived(chosen, [])
    (Path(settings.lake) / "inventory.csv").write_text("path\nmanifests/a.csv\nmanifests/gone.csv\n")
    with pytest.raises(BadLake, match=r"gone\.csv: is listed and cannot be read.*Is an inventory older"):
        arrived(chosen, [])
    (Path(settings.lake) / "inventory.csv").write_text("path\nimages/a.jpg\n")
    with pytest.raises(BadLake, match=r"no \.parquet, \.csv or \.jsonl file"):
        arrived(chosen, [])
