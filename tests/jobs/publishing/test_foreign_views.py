"""The released views of foreign engines: parsed by DuckDB, and run over tables that delta-rs wrote."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import duckdb
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from moto.server import ThreadedMotoServer

from conf.errors import BadSettings
from jobs.publishing.foreign_views import ENGINES, known_engine, shown, views_for
from schemas import TABLES

if TYPE_CHECKING:
    from jobs.publishing.releases import Release

OLD, WITHDRAWN, NEW = "2026-03-01.1", "2026-03-02.1", "2026-03-02.2"


def released(versions: dict[str, int]) -> "Release":
    from jobs.publishing.releases import Release

    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Release(3, "published", NEW, date(2026, 3, 2), OLD, (OLD, NEW), versions, {}, {}, at)


def everything() -> "Release":
    return released({name: 7 for name, table in TABLES.items() if table.scope != "head"})


def frame(**columns: list[str]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def table_of(name: str) -> pa.Table:
    """An empty table with the declared columns, every type a text: names are all that views touch."""
    return pa.table({column: pa.array([], pa.string()) for column in TABLES[name].names})


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Two nights of documents and profiles, one withdrawn attempt between, and a write after the release."""
    root = tmp_path / "tables"
    for run, sha in ((OLD, "a"), (WITHDRAWN, "b"), (NEW, "c"), ("2026-03-03.1", "d")):
        write_deltalake(root / "documents", frame(doc_id=[f"D-{sha}"], sha256=[sha], run_id=[run]), mode="append")
        write_deltalake(root / "observations", frame(sha256=[sha], run_id=[run]), mode="append")
        whole = frame(account_id=[f"A-{sha}"], tier=["low"], run_id=[run])
        write_deltalake(root / "risk_profiles", whole, mode="overwrite")
        write_deltalake(root / "runs", frame(run_id=[run]), mode="append")
        write_deltalake(root / "releases", frame(release=[run]), mode="append")
    return root


def test_the_python_script_shows_what_the_release_shows(stored: Path) -> None:
    release = released({"documents": 3, "observations": 2, "risk_profiles": 2})
    questions = (
        "SELECT doc_id FROM documents ORDER BY 1",
        "SELECT sha256 FROM observations ORDER BY 1",
        "SELECT account_id FROM risk_profiles",
        "SELECT count(*) FROM runs",
    )
    asked = [f"print(database.sql({question!r}).fetchall())" for question in questions]
    script = "\n".join([views_for("delta-rs", release, str(stored)), *asked])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-4:] == ["[('D-a',), ('D-c',)]", "[('a',), ('c',)]", "[('A-c',)]", "[(4,)]"]
    assert "accounts" in done.stdout


@pytest.fixture
def bucket() -> Iterator[dict[str, str]]:
    """An empty bucket named `lake` of a server on loopback, and the environment that finds it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    server.stop()


def test_the_python_script_reads_tables_in_a_bucket(
    stored: Path, bucket: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    client = boto3.Session().client("s3")
    client.create_bucket(Bucket="lake")
    for path in sorted(stored.rglob("*")):
        if path.is_file():
            client.upload_file(str(path), "lake", f"tables/{path.relative_to(stored)}")
    release = released({"documents": 3, "observations": 2, "risk_profiles": 2})
    asked = "print(database.sql('SELECT doc_id FROM documents ORDER BY 1').fetchall())"
    script = f"{views_for('delta-rs', release, 's3://lake/tables')}\n{asked}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == "[('D-a',), ('D-c',)]"


def test_each_engine_is_given_its_own_address_of_a_bucket() -> None:
    printed = {engine: views_for(engine, everything(), "s3://lake/tables") for engine in ENGINES}
    assert "delta.`s3a://lake/tables/documents` VERSION AS OF 7" in printed["spark"]
    assert "delta_scan('s3://lake/tables/documents', version => 7)" in printed["duckdb"]
    assert "CREATE SECRET lookback (TYPE s3, PROVIDER credential_chain)" in printed["duckdb"]
    assert "table_location => 's3://lake/tables/documents'" in printed["trino"]
    assert 'ROOT = "s3://lake/tables"' in printed["delta-rs"]
    assert "SECRET" not in views_for("duckdb", everything(), "/data/tables")


def test_duckdb_reads_every_view_once_its_scan_is_there() -> None:
    database = duckdb.connect()
    for name in TABLES:
        database.register(f"{name}_stored", table_of(name))
    asked = {}
    for statement in duckdb.extract_statements(views_for("duckdb", everything(), "/data/tables")):
        text = statement.query.strip()
        if "delta_scan" in text:
            name = text.split()[4]  # CREATE OR REPLACE VIEW name; its scan is a download, so the table stands for it
            scan = text[text.index("delta_scan(") : text.index(")", text.index("delta_scan(")) + 1]
            asked[name] = scan
            database.execute(text.replace("VIEW", "TEMP VIEW", 1).replace(scan, f"{name}_stored", 1))
            assert database.view(name).columns == list(TABLES[name].names)
    assert set(asked) == set(TABLES) - {"backfills"}  # told by a command of its own
    assert asked["scores"] == "delta_scan('file:///data/tables/scores', version => 7)"
    assert asked["runs"] == "delta_scan('file:///data/tables/runs')"


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_every_engine_gets_every_view_documents_first(engine: str) -> None:
    text = views_for(engine, everything(), "/data/tables")
    places = [text.index(f"VIEW {name} AS") for name in shown(everything())]
    assert places == sorted(places)
    assert shown(everything())[0] == "documents"
    assert f"'{OLD}', '{NEW}'" in text
    assert WITHDRAWN not in text


def test_relative_places_become_whole_ones_and_addresses_stay(stored: Path) -> None:
    assert f"{Path.cwd()}/tables/scores" in views_for("spark", everything(), "tables")
    assert "'s3://bucket/t/scores'" in views_for("duckdb", everything(), "s3://bucket/t")


def test_delta_rs_can_read_the_pinned_version(stored: Path) -> None:
    assert DeltaTable(stored / "risk_profiles", version=2).to_pyarrow_table()["account_id"].to_pylist() == ["A-c"]


def test_an_unknown_engine_is_named_with_those_that_there_are() -> None:
    with pytest.raises(BadSettings, match=r"spark, duckdb, trino, delta-rs"):
        known_engine("presto")
