"""Collects what doctor judges: of the machine without Spark, of the tables with it."""

import hashlib
import json
import logging
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conf.errors import BadModel, JobError, NightRefused, first_line
from conf.settings import Settings
from jobs import jars, machine
from jobs.full_disk import LOCAL_DIR, disks
from jobs.health import doctor, leftovers
from jobs.health.doctor import Finding
from jobs.health.status import nights_of
from jobs.lease import holder_of
from jobs.models.folders import models_at_hand
from jobs.object_store import prove_conditional_writes
from jobs.publishing import intact
from jobs.s3a import LOG_STORE_JAR, on_s3, tables_on_s3
from jobs.store import input_files

if TYPE_CHECKING:
    from jobs.delta_log import DeltaLog
    from jobs.publishing.releases import Release
    from jobs.tables import Tables

LOG = logging.getLogger(__name__)
ROOT = Path(__file__).parent.parent.parent
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?(?:==([^,;\s]+))?")
SOCKETS = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
JAVA_SECONDS, DAY = 20, 86_400

Row = dict[str, Any]


def machine_findings() -> Iterator[Finding]:
    """Java, Python, jars, packages, memory, ports: what no lake is needed for."""
    yield doctor.java_finding(_java())
    yield doctor.python_finding((sys.version_info[0], sys.version_info[1]))
    wanted = _wanted()
    found = {name: _version(name) for name in wanted}
    yield doctor.packages_finding(wanted, found)
    if found.get("pyspark"):
        home = os.environ.get("SPARK_HOME")
        mend = f"copy dist/jars, which make pack makes, into {home}/jars" if home else "make setup"
        yield doctor.jars_finding(jars.absent(), mend=mend)
    yield doctor.faiss_finding(find_spec("faiss") is not None)
    yield doctor.machine_finding(machine.cores(), machine.memory_bytes())


def lake_findings(settings: Settings) -> Iterator[Finding]:
    """Lake, lease, models, network: what needs settings, but no Spark."""
    try:
        manifests, error = len(input_files(settings, "manifests")), None
    except JobError as unlisted:
        manifests, error = None, str(unlisted)
    yield doctor.lake_finding(settings.lake, manifests, error, feed=settings.how.places.feed)
    yield from _writers(settings)
    yield from _models(settings)
    sockets = "".join(path.read_text() for path in SOCKETS if path.is_file())
    yield doctor.network_finding(doctor.open_ports(sockets), settings.how.spark.conf)


def table_findings(settings: Settings, tables: "Tables", *, deep: bool = False) -> Iterator[Finding]:
    """Nights, coverage, disk and the files of live releases, as the tables tell them; `deep`: every row read again."""
    from jobs.publishing.releases import ever_published, live, publications
    from jobs.upkeep.shape import gaps

    runs, coverage = (_rows(tables, name) for name in ("runs", "coverage"))
    published = publications(tables)
    lineage = published[-1].lineage if published else ()
    nights = nights_of(runs, coverage, lineage=lineage, published=ever_published(published), writing=None)
    yield doctor.shape_finding([f"{gap.table} {gap.lacks}" for gap in gaps(tables)])
    yield doctor.nights_finding(nights)
    yield doctor.coverage_finding(coverage, nights[0].run_id if nights else None)
    yield disk(settings, runs, lineage)
    releases = live(published, settings.what.releases.keep, intact.oldest_of(settings.tables))
    logs = intact.logs_of(settings.tables)  # listed after the versions were read that they are held against
    lost = intact.damaged_logs(logs, intact.recorded([*(row.versions for row in published), *_written(runs)]))
    if lost:
        yield leftovers.log_finding(lost, len(logs))
    else:
        yield from _damage(logs, releases, time.time() - DAY * settings.what.releases.retention_days)
    yield leftovers.resume_finding(_refusal(tables, settings))
    if deep and published and published[-1].versions:
        yield _contents(tables, published[-1])


def log_findings(settings: Settings) -> Iterator[Finding]:
    """Logs of tables, from the files alone: what Spark would trip over, or not notice."""
    logs = intact.logs_of(settings.tables)
    yield leftovers.log_finding(intact.damaged_logs(logs), sum(log.newest >= 0 for log in logs.values()))


def spill(settings: Settings) -> Finding:
    """Free space where Spark spills, on the fullest of its disks."""
    (_, place, free), *_ = [found for found in disks(settings) if found[0] == LOCAL_DIR]
    return leftovers.spill_finding(place, free)


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
        if on_s3(settings):
            yield doctor.jars_finding([*jars.absent(jars.OF_S3), *jars.unmade(LOG_STORE_JAR)], "s3a", "make s3")
        if tables_on_s3(settings):
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


def _damage(logs: "Mapping[str, DeltaLog]", releases: "Sequence[Release]", before: float) -> Iterator[Finding]:
    """Files of the live releases, those that were replaced before then may be gone, and what killed writers left."""
    every = {release.run_id: intact.damaged_files(logs, release.versions) for release in releases}
    replaced = {old.run_id: new.published_at.timestamp() for new, old in pairwise(releases)}
    damages = leftovers.without_outlived(every, replaced, before)
    live = [release.versions for release in releases if release.run_id in damages]
    versions = {(name, number) for versions in live for name, number in versions.items()}
    if outlived := [run_id for run_id in every if run_id not in damages]:
        yield leftovers.outlived_finding(outlived)
    yield leftovers.files_finding(damages, releases[0].run_id if releases else None, len(versions))
    orphans = [size for log in logs.values() for size in log.orphans().values()]
    yield leftovers.orphans_finding(len(orphans), sum(orphans), sum(sum(log.sizes.values()) for log in logs.values()))


def _written(runs: Sequence[Row]) -> Iterator[dict[str, int]]:
    """Table versions that steps wrote, as `runs` tells them."""
    return (dict(row["writes"] or {}) for row in runs)


def _refusal(tables: "Tables", settings: Settings) -> str | None:
    """Why the open night, if there is one, could not go on as things are."""
    from jobs.nights import Told, attempts, unchanged
    from jobs.publishing.releases import publications

    told = Told.by(publications(tables))
    for attempt in attempts(tables, leaving_out=told.published):
        if told.is_open(attempt):
            try:
                unchanged(attempt, settings, told)
            except (NightRefused, BadModel) as refused:
                return str(refused)
    return None


def _contents(tables: "Tables", release: "Release") -> Finding:
    """Every view of a release, read whole and held against what was published."""
    from jobs.publishing.contents import counted
    from jobs.spark_errors import SPARK_ERRORS, told_of_spark

    found: dict[str, str] = {}
    for name in release.versions:
        pinned = {view: release.versions[view] for view in ("documents", name)}
        try:
            found |= {one.name: _words(one.rows, one.digest) for one in counted(tables, release.lineage, pinned)}
        except SPARK_ERRORS as error:
            if (away := told_of_spark(error)) and away.retry:
                raise away from error
            LOG.info("%s cannot be read: %s", name, first_line(str(error)))
    expected = {name: _words(rows, release.digests.get(name)) for name, rows in sorted(release.rows.items())}
    return leftovers.contents_finding(expected, found, release.run_id)


def _words(rows: int, digest: str | None) -> str:
    return f"{rows:,} rows" + (f" of digest {digest}" if digest else "")


def _rows(tables: "Tables", name: str) -> list[Row]:
    """All rows of a small table."""
    return [row.asDict(recursive=True) for row in tables.read(name).collect()]


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
