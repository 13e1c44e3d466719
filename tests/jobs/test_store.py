"""Which files a night takes: by listing, by inventory, and never twice; none of these starts Spark."""

from hashlib import sha256
from pathlib import Path
from threading import Barrier

import pytest

from conf.errors import BadLake, BadStore, JobError, StoreAway
from conf.settings import IngestSettings, Settings
from jobs.store import arrived, checked_rows, every_file
from tests.fakes_risk import UNFROZEN
from tests.udfs.intake.examples import NESTED
from udfs.images.folder import Folder
from udfs.images.store_errors import NoAnswer, StoreError, Unreadable
from udfs.images.stored import Stored

ROW = "doc_id,account_id,uri,side,submitted_at\n{0},A-1,images/{0}.jpg,front,2026-02-28T10:00:00Z\n"


def lake_with(settings: Settings, *names: str, inventory: str | None = "inventory.csv") -> Settings:
    for name in names:
        (Path(settings.lake) / "manifests" / name).write_text(ROW.format(name.partition(".")[0]))
    places = settings.how.places.model_copy(update={"inventory": inventory})
    return settings.model_copy(update={"how": settings.how.model_copy(update={"places": places})})


def names(settings: Settings) -> list[str]:
    return [Path(file.uri).name for file in arrived(settings, []).new["manifests"]]


def test_what_an_inventory_does_not_list_waits_for_the_next_one(settings: Settings) -> None:
    chosen = lake_with(settings, "a.csv", "b.csv")
    inventory = Path(settings.lake) / "inventory.csv"
    inventory.write_text("path\nmanifests/a.csv\nmanifests/readme.txt\nimages/a.csv\n")
    assert names(chosen) == ["a.csv"]
    inventory.write_text("path\nmanifests/b.csv\nmanifests/a.csv\n")
    assert names(chosen) == ["a.csv", "b.csv"]
    taken = UNFROZEN.model_copy(update={"files": arrived(chosen, []).new})
    assert arrived(chosen, [taken]).new["manifests"] == ()
    assert names(lake_with(settings, "c.csv", inventory=None)) == ["a.csv", "b.csv", "c.csv"]


def test_an_inventory_that_is_older_than_the_folder_is_told_so(settings: Settings) -> None:
    chosen = lake_with(settings, "a.csv")
    with pytest.raises(BadLake, match=r"inventory\.csv: the inventory that places\.inventory names is not there"):
        arrived(chosen, [])
    (Path(settings.lake) / "inventory.csv").write_text("path\nmanifests/a.csv\nmanifests/gone.csv\n")
    with pytest.raises(BadLake, match=r"gone\.csv: is listed and not there.*Is an inventory older"):
        arrived(chosen, [])
    (Path(settings.lake) / "inventory.csv").write_text("path\nimages/a.jpg\n")
    with pytest.raises(BadLake, match=r"no \.parquet, \.csv or \.jsonl file"):
        arrived(chosen, [])


def test_an_inventory_that_lists_nothing_of_the_lake_is_named(settings: Settings) -> None:
    chosen = lake_with(settings, "a.csv")
    (Path(settings.lake) / "inventory.csv").write_text("path\nkyc/manifests/a.csv\n")
    with pytest.raises(
        BadLake, match=r"no \.parquet, \.csv or \.jsonl file in inventory\.csv, which places\.inventory"
    ):
        arrived(chosen, [])


@pytest.mark.parametrize("inventory", [None, "inventory.csv"])
def test_files_that_no_night_reads_are_named_but_for_hidden_ones_and_marks(
    settings: Settings, caplog: pytest.LogCaptureFixture, inventory: str | None
) -> None:
    odd = ["b.csv.gz", "c.tsv", "d.jsonl.gz", "e.parq", "f.txt", "g.txt"]
    quiet = ["._a.csv", ".b.csv.crc", "b.csv.crc", "_SUCCESS", "_temporary/0/b.csv", "old_$folder$"]
    (Path(settings.lake) / "manifests" / "_temporary" / "0").mkdir(parents=True)
    chosen = lake_with(settings, "a.csv", *odd, *quiet, inventory=inventory)
    listed = [f"manifests/{name}" for name in ("a.csv", *odd, *quiet)]
    (Path(settings.lake) / "inventory.csv").write_text("\n".join(["path", *listed]))
    assert names(chosen) == ["a.csv"]
    (said,) = caplog.messages
    assert said.startswith(
        "6 files of drop folders not read, as no name ends in .parquet, .csv, .jsonl, .ndjson, .json: "
    )
    assert [Path(name).name for name in said.partition(": ")[2].split(", ")] == [*odd[:5], "..."]


def test_a_folder_that_a_store_shows_as_an_object_is_no_file(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = ("", "2026/", "a.csv", "b.csv.gz")
    monkeypatch.setattr(Folder, "list", lambda _self, place: [Stored(f"{place}/{name}", 0, "") for name in seen])
    found = [uri.rpartition("/")[2] for folder, uri in every_file(settings) if folder == "manifests"]
    assert found == ["a.csv", "b.csv.gz"]


def test_a_file_that_a_mapping_reads_no_row_from_is_told(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    record = '{"id": "C-1", "created_at": "2026-02-01T10:00:00Z", "applicant": {"external_id": "A-1"}, "docs": []}'
    assert checked_rows("manifests", "c.jsonl", record.encode(), IngestSettings(mapping="nested_checks")) == 0
    assert caplog.messages == ["c.jsonl: the mapping reads no row of manifests from it"]
    caplog.clear()
    assert checked_rows("manifests", "c.csv", ROW.partition("\n")[0].encode(), IngestSettings()) == 0
    assert caplog.messages == []


@pytest.mark.parametrize("inventory", [None, "inventory.csv"])
def test_what_stands_as_it_was_taken_is_not_read_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, inventory: str | None
) -> None:
    chosen = lake_with(settings, "a.csv", "b.csv", inventory=inventory)
    (Path(settings.lake) / "inventory.csv").write_text("path\nmanifests/a.csv\nmanifests/b.csv\n")
    taken = UNFROZEN.model_copy(update={"files": arrived(chosen, []).new})
    read: list[str] = []
    whole = Folder.read

    def noting(folder: Folder, uri: str) -> bytes:
        read.append(Path(uri).name)
        return whole(folder, uri)

    monkeypatch.setattr(Folder, "read", noting)
    changed = Path(settings.lake) / "manifests" / "b.csv"
    changed.write_text(ROW.format("c"))  # as long as before, at the same address
    assert [Path(file.uri).name for file in arrived(chosen, [taken]).new["manifests"]] == ["b.csv"]
    assert read == ["inventory.csv"] * (inventory is not None) + ["b.csv"]
    unmarked = taken.model_copy(
        update={
            "files": {
                folder: tuple(file.model_copy(update={"mark": None}) for file in files)
                for folder, files in taken.files.items()
            }
        }
    )
    changed.write_text(ROW.format("b"))
    assert arrived(chosen, [unmarked]).new["manifests"] == ()
    assert read[-2:] == ["a.csv", "b.csv"]


def test_after_a_move_old_files_are_read_by_one_night_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = lake_with(settings, "a.csv", "b.csv", inventory=None)
    first = UNFROZEN.model_copy(update={"files": arrived(chosen, []).new})
    manifests = Path(settings.lake) / "manifests"
    (manifests / "old").mkdir()
    for name in ("a.csv", "b.csv"):
        (manifests / name).rename(manifests / "old" / name)
    new, again = arrived(chosen, [first])
    assert (new["manifests"], [Path(file.uri).parent.name for file in again["manifests"]]) == ((), ["old", "old"])
    monkeypatch.setattr(Folder, "read", lambda _self, uri: pytest.fail(uri))
    assert arrived(chosen, [first, first.model_copy(update={"files": {}, "again": again})]).new["manifests"] == ()


def test_each_file_that_an_inventory_lists_is_asked_for_once_and_not_one_after_the_other(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = lake_with(settings)
    ingest = chosen.what.ingest.model_copy(update={"mapping": IngestSettings(mapping="nested_checks").mapping})
    mapped = chosen.model_copy(update={"what": chosen.what.model_copy(update={"ingest": ingest})})
    files = [f"manifests/{name}.jsonl" for name in "abcd"]
    for file in files:
        (Path(settings.lake) / file).write_text(NESTED.replace("I-81", f"I-{Path(file).stem}"))
    (Path(settings.lake) / "inventory.csv").write_text("\n".join(["path", *files]))
    asked: list[str] = []
    together, whole = Barrier(2), Folder.find

    def noting(folder: Folder, uri: str) -> Stored:
        together.wait(timeout=30)  # whoever asks one after the other never comes by
        asked.append(Path(uri).name)
        return whole(folder, uri)

    monkeypatch.setattr(Folder, "find", noting)
    found = arrived(mapped, []).new
    assert sorted(asked) == ["a.jsonl", "b.jsonl", "c.jsonl", "d.jsonl"]
    assert [len(found[folder]) for folder in ("manifests", "accounts")] == [4, 4]
    assert found["manifests"][0].sha256 == sha256(Path(found["manifests"][0].uri).read_bytes()).hexdigest()


class InTrouble:
    """A store that lists what it cannot read."""

    def __init__(self, errors: dict[str, StoreError]) -> None:
        self._errors = errors

    def list(self, place: str) -> list[Stored]:
        return [Stored(uri, 1, "") for uri in self._errors if uri.startswith(place)]

    def read(self, uri: str) -> bytes:
        raise self._errors[uri]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (NoAnswer("SlowDown"), StoreAway),
        (Unreadable("AccessDenied"), BadStore),
        (Unreadable("InvalidObjectState"), BadLake),
    ],
)
def test_a_store_in_trouble_may_be_asked_again_unless_asking_cannot_help(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, error: StoreError, raised: type[JobError]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("jobs.store.open_objects", lambda _: InTrouble({"s3://archive/lake/manifests/a.csv": error}))
    places = settings.how.places.model_copy(update={"lake": "s3://archive/lake"})
    chosen = settings.model_copy(update={"how": settings.how.model_copy(update={"places": places})})
    with pytest.raises(raised, match=r"s3://archive/lake/manifests/a\.csv"):
        arrived(chosen, [])
