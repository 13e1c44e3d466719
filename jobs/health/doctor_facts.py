"""Collects what doctor judges: of the machine without Spark, of the tables with it."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from conf.errors import BadLake, BadModel, JobError
from conf.places import S3
from conf.settings import Settings
from jobs import jars, machine
from jobs.health import doctor
from jobs.health.doctor import Finding
from jobs.health.status import nights_of
from jobs.lease import holder_of
from jobs.models.folders import models_at_hand
from jobs.object_store import prove_conditional_writes
from jobs.s3a import in_spark, tables_on_s3
from jobs.store import input_files
from udfs.images.objects import open_objects

if TYPE_CHECKING:
    from jobs.tables import Tables

PARQUET_END = b"PAR1"
ROOT = Path(__file__).parent.parent.parent
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?(?:==([^,;\s]+))?")
SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
JAVA_SECONDS = 20

Row = dict[str, Any]


def machine_findings() -> Iterator[Finding]:
    """Java, Python, jars, packages, memory, ports: what no lake is needed for."""
    yield doctor.java_finding(_java())
    yield doctor.python_finding((sys.version_info[0], sys.version_info[1]))
    wanted = _wanted()
    found = {name: _version(name) for name in wanted}
    yield doctor.packages_finding(wanted, found)
    if found.get("pyspark"):
        yield doctor.jars_finding(jars.missing(jars.spark_jars()))
    yield doctor.faiss_finding(find_spec("faiss") is not None)
    yield doctor.machine_finding(machine.cores(), machine.memory_bytes())


def lake_findings(settings: Settings) -> Iterator[Finding]:
    """Lake, lease, models, network: what needs settings, but no Spark."""
    try:
        manifests, error = len(input_files(settings, "manifests")), None
    except JobError as unlisted:
        manifests, error = None, str(unlisted)
    yield doctor.lake_finding(settings.lake, manifests, error)
    yield from _writers(settings)
    yield from _models(settings)
    sockets = "".join(path.read_text() for path in SOCKETS if path.is_file())
    yield doctor.network_finding(doctor.open_ports(sockets), settings.how.spark.conf)


def table_findings(settings: Settings, tables: "Tables") -> Iterator[Finding]:
    """Nights, coverage, disk and the files of live releases, as the tables tell them."""
    from jobs.publishing.releases import live, publications

    runs, coverage = (_rows(tables, name) for name in ("runs", "coverage"))
    published = publications(tables)
    lineage = published[-1].lineage if published else ()
    nights = nights_of(runs, coverage, lineage=lineage, writing=None)
    yield doctor.nights_finding(nights)
    yield doctor.coverage_finding(coverage, nights[0].run_id if nights else None)
    yield disk(settings, runs, lineage)
    releases = live(published, settings.what.releases.keep)
    missing = {}
    pinned = {(name, number) for release in releases for name, number in release.versions.items()}
    for name, pins in groupby(sorted(pinned), key=itemgetter(0)):
        stored = _stored(tables, name)
        for _, number in pins:
            gone = _gone(tables, name, number, stored)
            if gone:
                missing[f"{name} version {number}"] = gone
    yield doctor.files_finding(missing, len(pinned))


def disk(settings: Settings, runs: Sequence[Row] = (), lineage: Sequence[str] = ()) -> Finding:
    """Free space where the tables are, or will be."""
    if tables_on_s3(settings):
        return Finding("pass", "disk", f"tables on {settings.tables}: how much it takes is the store's to say")
    place = Path(settings.tables)
    there = next(folder for folder in (place, *place.absolute().parents) if folder.is_dir())
    times = [row["at"].timestamp() for row in runs if lineage and row["run_id"] == lineage[-1]]
    written = None
    if times:
        sizes = (path.stat() for path in place.rglob("*") if path.is_file())
        written = sum(found.st_size for found in sizes if min(times) <= found.st_mtime <= max(times))
    return doctor.disk_finding(str(place), shutil.disk_usage(there).free, written)


def broken_files(folder: Path) -> list[str] | None:
    """Files of a model folder whose bytes are not those that its manifest names; null without a manifest."""
    try:
        nets = json.loads((folder / "manifest.json").read_text())["nets"]
    except (OSError, ValueError, KeyError):
        return None
    return sorted(
        entry["file"]
        for entry in nets.values()
        if not (folder / entry["file"]).is_file()
        or hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() != entry["sha256"]
    )


def _writers(settings: Settings) -> Iterator[Finding]:
    """Whether one writer can be told from many: an object store's jars and proof, and the lease."""
    try:
        if tables_on_s3(settings):
            yield doctor.jars_finding(jars.missing(jars.s3_jars(), jars.OF_S3), "s3a", "make s3")
            prove_conditional_writes(settings.tables)
            yield Finding("pass", "store", f"{settings.tables}: conditional writes are enforced")
        yield doctor.lease_finding(holder_of(settings.tables), time.time())
    except JobError as error:
        yield Finding("fail", "store", str(error))


def _models(settings: Settings) -> Iterator[Finding]:
    """Every model in a role."""
    try:
        models = models_at_hand(settings)
    except BadModel as error:
        yield Finding("fail", "models", str(error), "lookback model list")
        return
    for name, roles in models.items():
        for chosen in roles.values():
            yield doctor.models_finding(name, Path(chosen.path), broken_files(Path(chosen.path)))


def _rows(tables: "Tables", name: str) -> list[Row]:
    """All rows of a small table."""
    return [row.asDict(recursive=True) for row in tables.read(name).collect()]


def _stored(tables: "Tables", name: str) -> set[str]:
    """Every object below a table on s3://, as Spark names it; nothing for a folder, whose files are looked at."""
    if not tables.root.startswith(S3):
        return set()
    return {in_spark(uri) for uri, _ in open_objects(tables.root).list(f"{tables.root}/{name}")}


def _gone(tables: "Tables", name: str, number: int, stored: set[str]) -> int:
    """How many data files of a table version are not there, or not whole; of an object store, not there."""
    if not tables.exists(name):
        return 1
    try:
        files = tables.read(name, number).inputFiles()
    except BadLake:
        return 1
    if stored:
        return sum(unquote(file) not in stored for file in files)
    local = [unquote(urlparse(file).path) for file in files if urlparse(file).scheme in {"", "file"}]
    return sum(not is_whole(Path(file)) for file in local)


def is_whole(path: Path) -> bool:
    """Whether a Parquet file is there and ends as one does, which a truncated one does not."""
    try:
        with path.open("rb") as file:
            file.seek(-len(PARQUET_END), os.SEEK_END)
            return file.read() == PARQUET_END
    except OSError:
        return False


def _java() -> str | None:
    """What `java -version` says, of the Java that Spark itself would start."""
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java")
    if java is None or not Path(java).is_file():
        return None
    done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=JAVA_SECONDS, check=False)
    return done.stderr + done.stdout


def _wanted() -> dict[str, str | None]:
    """Packages that the core needs, with the version where one is pinned."""
    try:
        listed = [line for line in requires("lookback") or () if "extra ==" not in line]
    except PackageNotFoundError:
        listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    matches = (REQUIREMENT.match(line) for line in listed)
    return {found[1]: found[2] for found in matches if found}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
