"""The released views in the words of each engine: the one place that knows engines."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from conf.errors import BadSettings
from conf.places import S3
from jobs.s3a import in_spark
from schemas import TABLES

if TYPE_CHECKING:
    from jobs.publishing.releases import Release

Source = Callable[[str, int | None], str]

OUTSIDE_A_NIGHT = ("runs", "releases")  # tables read at their head, which every lake with a release has

PYTHON = '''\
"""Released views of {run_id}, read by delta-rs and asked through DuckDB; needs: pip install deltalake duckdb"""

{store}import duckdb
from deltalake import DeltaTable

ROOT = "{root}"
VERSIONS = {{  # None: read at its head
{versions}
}}

database = duckdb.connect()
database.execute("SET TimeZone = 'UTC'")
for name, version in VERSIONS.items():
    table = DeltaTable(f"{{ROOT}}/{{name}}", version=version)
    database.register(f"{{name}}_stored", table.to_pyarrow_dataset())
database.execute("""
{views}
""")

print(database.sql("SELECT tier, count(*) AS accounts FROM risk_profiles GROUP BY tier ORDER BY accounts DESC"))
'''
PYTHON_STORE = """\
import os

# Keys, region and AWS_ENDPOINT_URL come from the environment, as everywhere.
os.environ.setdefault("AWS_ALLOW_HTTP", str(os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")).lower())
"""
TRINO = """\
-- Released views of {run_id} for Trino; the catalog `delta` is its Delta Lake connector, with
-- delta.register-table-procedure.enabled=true. Register the tables once:
{registrations}
CREATE SCHEMA IF NOT EXISTS delta.released;
USE delta.released;
{views}"""
DUCKDB_STORE = """\
INSTALL aws;
LOAD aws;
CREATE SECRET lookback (TYPE s3, PROVIDER credential_chain);  -- elsewhere than at Amazon: ENDPOINT, URL_STYLE, USE_SSL
"""
DUCKDB = """\
-- Released views of {run_id} for DuckDB 2.0; its extension `delta` is downloaded on first use.
-- Without downloads: lookback release sql --engine delta-rs
INSTALL delta;
LOAD delta;
{store}SET TimeZone = 'UTC';
{views}"""


def known_engine(engine: str) -> str:
    """The engine, if its words are known.

    Raises:
        BadSettings: there is no such engine.
    """
    if engine not in ENGINES:
        raise BadSettings(f"--engine {engine}: give one of {', '.join(ENGINES)}")
    return engine


def views_for(engine: str, release: "Release", root: str) -> str:
    """The released views with pinned versions: SQL, or for delta-rs a Python script."""
    return ENGINES[engine](release, root if "://" in root else str(Path(root).resolve()))


def spark_view(name: str, release: "Release", root: str) -> str:
    """The statement that makes one released view in a Spark session."""
    return _view("CREATE OR REPLACE TEMPORARY VIEW", name, release, _in_spark(root))


def shown(release: "Release") -> tuple[str, ...]:
    """Names of the views of a release: `documents` first, because others look into it."""
    names = [name for name in TABLES if name in release.versions or name in OUTSIDE_A_NIGHT]
    return tuple(sorted(names, key=lambda name: name != "documents"))


def _spark(release: "Release", root: str) -> str:
    return "\n".join(f"{spark_view(name, release, root)};" for name in shown(release))


def _duckdb(release: "Release", root: str) -> str:
    place = root if "://" in root else f"file://{root}"

    def source(name: str, version: int | None) -> str:
        pinned = "" if version is None else f", version => {version}"
        return f"delta_scan('{place}/{name}'{pinned})"

    store = DUCKDB_STORE if root.startswith(S3) else ""
    return DUCKDB.format(run_id=release.run_id, store=store, views=_views("CREATE OR REPLACE VIEW", release, source))


def _trino(release: "Release", root: str) -> str:
    def source(name: str, version: int | None) -> str:
        return f"delta.lookback.{name}" + ("" if version is None else f" FOR VERSION AS OF {version}")

    place = root if "://" in root else f"file://{root}"
    calls = [
        f"--   CALL delta.system.register_table(schema_name => 'lookback', table_name => '{name}', "
        f"table_location => '{place}/{name}');"
        for name in shown(release)
    ]
    views = _views("CREATE OR REPLACE VIEW", release, source)
    return TRINO.format(run_id=release.run_id, registrations="\n".join(calls), views=views)


def _delta_rs(release: "Release", root: str) -> str:
    versions = "\n".join(f'    "{name}": {_version(name, release)},' for name in shown(release))
    views = _views("CREATE TEMP VIEW", release, lambda name, _: f"{name}_stored")
    store = PYTHON_STORE if root.startswith(S3) else ""
    return PYTHON.format(run_id=release.run_id, store=store, root=root, versions=versions, views=views).rstrip()


ENGINES: dict[str, Callable[["Release", str], str]] = {
    "spark": _spark,
    "duckdb": _duckdb,
    "trino": _trino,
    "delta-rs": _delta_rs,
}


def _in_spark(root: str) -> Source:
    def source(name: str, version: int | None) -> str:
        return f"delta.`{in_spark(root)}/{name}`" + ("" if version is None else f" VERSION AS OF {version}")

    return source


def _views(create: str, release: "Release", source: Source) -> str:
    return "\n".join(f"{_view(create, name, release, source)};" for name in shown(release))


def _view(create: str, name: str, release: "Release", source: Source) -> str:
    """One view: the table at its version, and of it the rows that the release shows."""
    words = [create, name, "AS SELECT * FROM", source(name, _version(name, release)), *_filter(name, release)]
    return " ".join(words)


def _version(name: str, release: "Release") -> int | None:
    """The pinned version; tables written outside a night are read at their head."""
    return None if TABLES[name].scope == "head" else release.versions[name]


def _filter(name: str, release: "Release") -> Iterator[str]:
    """Which rows of an appended table belong to the release; run ids hold digits, `-` and `.` alone."""
    match TABLES[name].scope:
        case "lineage":
            yield "WHERE run_id IN (" + ", ".join(f"'{run_id}'" for run_id in release.lineage) + ")"
        case "content":
            yield "WHERE sha256 IN (SELECT sha256 FROM documents)"
