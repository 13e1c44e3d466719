"""Settings: order of the sources, and errors that name every wrong path."""

from pathlib import Path

import pytest

from conf.errors import BadSettings
from conf.loading import load_settings
from conf.settings import How, Settings, What


def test_later_sources_win(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("what: {link: {neighbours: 5}}\nhow: {places: {lake: /a}}\n")
    assert load_settings(str(file)).what.link.neighbours == 5
    environ = {"LOOKBACK__WHAT__LINK__NEIGHBOURS": "6", "OTHER": "x"}
    assert load_settings(str(file), environ=environ).what.link.neighbours == 6
    assert load_settings(str(file), environ=environ, overrides=["link.neighbours=7"]).what.link.neighbours == 7


def test_a_mapping_that_a_file_names_lies_beside_that_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, column in (("settings", "Beside"), ("elsewhere", "Here")):
        (tmp_path / folder).mkdir()
        mapping = f"folders: {{manifests: {{columns: {{doc_id: {column}}}}}}}\n"
        (tmp_path / folder / "mine.yaml").write_text(mapping)
    named = tmp_path / "settings" / "prod.yaml"
    monkeypatch.chdir(tmp_path / "elsewhere")
    for given in ("mine.yaml", str(tmp_path / "settings" / "mine.yaml")):
        named.write_text(f"what: {{ingest: {{mapping: {given}}}}}\n")
        mapping = load_settings(str(named)).what.ingest.mapping
        assert mapping is not None
        assert mapping.folders["manifests"].columns["doc_id"] == "Beside"
    typed = load_settings(str(named), overrides=["ingest.mapping=mine.yaml"]).what.ingest.mapping
    assert typed is not None
    assert typed.folders["manifests"].columns["doc_id"] == "Here"
    named.write_text("what: {ingest: {mapping: flat_csv}}\n")
    assert load_settings(str(named)).what.ingest.mapping is not None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"what: {link: {neighbours: 5}}\nhow: {}\nwhat: {}\n", "the key what .line 3. stands twice in one place"),
        (b"what: {ingest: {mapping: [}", "is not YAML"),
        (b"# caf\xe9\nwhat: {}\n", "is not YAML: 'utf-8' codec"),
    ],
)
def test_a_file_that_can_be_read_in_two_ways_or_none_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(content)
    with pytest.raises(BadSettings, match=rf"^settings .*mine\.yaml: {told}"):
        load_settings(str(file))


def test_a_mapping_that_says_a_key_twice_is_refused_and_an_anchor_is_no_second_one(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    shared = "  manifests: {columns: &same {account_id: a}}\n  transactions: {columns: {<<: *same}}\n"
    for columns in ("{doc_id: id, doc_id: other}", "{doc_id: id}\n    codes: {doc_id: {F: front, B: back, F: back}}"):
        file.write_text(f"folders:\n  manifests:\n    columns: {columns}\n")
        with pytest.raises(BadSettings, match=r"^mapping .*mine\.yaml: the key (doc_id|F) .line [34]. stands twice"):
            load_settings("local", overrides=[f"ingest.mapping={file}"])
    file.write_text(f"folders:\n{shared}")
    mapping = load_settings("local", overrides=[f"ingest.mapping={file}"]).what.ingest.mapping
    assert mapping is not None
    assert mapping.folders["transactions"].columns == {"account_id": "a"}


@pytest.mark.parametrize("key", ["what.ingest.zone", "ingest.zone"])
def test_a_key_needs_no_half(key: str) -> None:
    assert load_settings("local", overrides=[f"{key}=Europe/Vilnius"]).what.ingest.zone == "Europe/Vilnius"


def test_the_halves_share_no_name() -> None:
    assert not set(What.model_fields) & set(How.model_fields)


def test_a_typo_and_a_bad_value_are_reported_together() -> None:
    with pytest.raises(
        BadSettings, match=r"(?s)what\.link\.neighbors.*how\.worker\.batch|how\.worker\.batch.*neighbors"
    ):
        load_settings("local", overrides=["link.neighbors=3", "worker.batch=0"])


@pytest.mark.parametrize("bad", ["link.neighbours", "link.neighbours=[", "how.places.lake.x.y=1"])
def test_a_bad_override_says_how(bad: str) -> None:
    with pytest.raises(BadSettings):
        load_settings("local", overrides=["how.places.lake=/a", bad])


def test_an_unknown_environment_names_the_known() -> None:
    with pytest.raises(BadSettings, match="cluster, local"):
        load_settings("moon")


def test_only_the_deciding_half_is_digested() -> None:
    base = Settings()
    assert load_settings("local", overrides=["worker.batch=3"]).what.digest == base.what.digest
    assert load_settings("local", overrides=["link.neighbours=3"]).what.digest != base.what.digest


def test_a_relative_lake_is_found_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings("local", overrides=["places.lake=.lake"])
    assert settings.lake == str(tmp_path / ".lake")
    assert settings.tables == str(tmp_path / ".lake" / "_lookback" / "tables")
    assert load_settings("local", overrides=["places.lake=s3://bucket/lake/"]).lake == "s3://bucket/lake"


def test_a_missing_lake_and_tables_elsewhere_are_refused_with_what_to_do() -> None:
    with pytest.raises(BadSettings, match="no lake is named; give --lake FOLDER"):
        _ = load_settings("local").lake
    with pytest.raises(BadSettings, match=r"hdfs://name/tables: tables are kept in a folder or on s3://"):
        _ = load_settings("local", overrides=["places.tables=hdfs://name/tables"]).tables


def test_with_tables_in_a_bucket_models_need_a_folder_of_their_own(tmp_path: Path) -> None:
    bucket = load_settings("local", overrides=["places.lake=s3://bucket/lake"])
    assert bucket.tables == "s3://bucket/lake/_lookback/tables"
    for read in ("home", "models"):
        with pytest.raises(BadSettings, match=r"s3://bucket/lake/_lookback/tables: .*--set places.models=sqlite:////"):
            getattr(bucket, read)
    named = load_settings(
        "local", overrides=["places.lake=s3://bucket/lake", f"places.models=sqlite:///{tmp_path}/mlflow.db"]
    )
    assert (named.home, named.models) == (str(tmp_path), f"sqlite:///{tmp_path}/mlflow.db")
    placed = load_settings("local", overrides=["places.lake=s3://bucket/lake", f"places.tables={tmp_path}/tables"])
    assert (placed.home, placed.models) == (str(tmp_path), f"sqlite:///{tmp_path}/mlflow.db")
