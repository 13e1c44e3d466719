"""What doctor finds, check by check, from facts alone."""

import json
import os
import socket
import time
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from pyspark.errors import PySparkException

from conf.errors import StoreAway
from conf.settings import Settings
from jobs import jars
from jobs.health import doctor, doctor_facts
from jobs.health.doctor import Finding, worst_first
from jobs.health.doctor_facts import _contents, broken_files, lake_findings, machine_findings
from jobs.health.status import NightStatus
from jobs.lease import Holder
from jobs.publishing.releases import Release
from jobs.tables import Tables

GB, GIB = 10**9, 1 << 30
NIGHT = date(2026, 3, 2)
# Columns of /proc/net/tcp: the Spark UI on all addresses, a master on loopback only, an open port that is not Spark's.
SOCKETS = """  sl  local_address rem_address   st tx_queue
   0: 00000000:0FC8 00000000:0000 0A 00000000:00000000
   1: 0100007F:1BA5 00000000:0000 0A 00000000:00000000
   2: 00000000:0016 00000000:0000 0A 00000000:00000000
   3: 0000000000000000FFFF00000100007F:0FC9 00000000000000000000000000000000:0000 0A 00000000:00000000
   4: 00000000000000000000000000000000:46A0 00000000000000000000000000000000:0000 01 00000000:00000000
"""


@pytest.mark.parametrize(
    ("said", "level"),
    [
        (None, "fail"),
        ('openjdk version "11.0.22" 2024-01-16', "fail"),
        ('java version "1.8.0_392"', "fail"),
        ('openjdk version "17.0.10" 2024-01-16', "pass"),
        ('openjdk version "21" 2023-09-19', "pass"),
    ],
)
def test_java_must_be_17_or_newer(said: str | None, level: str) -> None:
    found = doctor.java_finding(said)
    assert found.level == level
    assert (found.mend is None) == (level == "pass")


def test_python_must_be_one_that_is_tested() -> None:
    assert [doctor.python_finding(v).level for v in ((3, 10), (3, 11), (3, 12), (3, 13))] == [
        "fail", "pass", "pass", "fail",
    ]  # fmt: skip


def test_packages_are_told_apart_by_what_is_wrong() -> None:
    wanted = {"pyspark": "4.2.0", "numpy": None, "torch": None}
    assert doctor.packages_finding(wanted, {"pyspark": "4.2.0", "numpy": "2.2", "torch": "2.13"}).level == "pass"
    bad = doctor.packages_finding(wanted, {"pyspark": "4.1.0", "numpy": "2.2", "torch": None})
    assert (bad.level, bad.text) == ("fail", "missing: torch; another version: pyspark 4.1.0, not 4.2.0")


@pytest.mark.parametrize(
    ("free", "last", "level"),
    [(100 * GB, None, "pass"), (GB // 2, None, "fail"), (11 * GB, 23 * GB // 10, "warn"), (2 * GB, 3 * GB, "fail")],
)
def test_disk_is_held_against_the_last_night(free: int, last: int | None, level: str) -> None:
    assert doctor.disk_finding("/data", free, last).level == level


def test_disk_says_how_many_nights_are_left() -> None:
    text = doctor.disk_finding("/data", 11 * GB, 23 * GB // 10).text
    assert text == "tables on /data: 11.0 GB free; the last night wrote 2.30 GB: 4 nights left"


def test_memory_below_a_driver_and_a_worker_is_too_little() -> None:
    assert [doctor.machine_finding(2, gib * GIB).level for gib in (2, 4, 16)] == ["fail", "warn", "pass"]


def test_a_lake_without_manifests_cannot_have_a_night() -> None:
    assert doctor.lake_finding("l", 3, None).level == "pass"
    assert doctor.lake_finding("l", 0, None).level == "fail"
    assert "ENOENT" in doctor.lake_finding("l", None, "ENOENT").text


def test_only_a_living_writer_holds_a_night_up() -> None:
    now = time.time()
    mine = Holder("night 2026-03-02@here", socket.gethostname(), os.getpid(), now + 60)
    expired = Holder("night 2026-03-02@here", socket.gethostname(), os.getpid(), now - 1)
    assert doctor.lease_finding(mine, now).level == "fail"
    assert "takes it over" in doctor.lease_finding(expired, now).text
    assert doctor.lease_finding(None, now).level == "pass"


def test_an_attempt_that_did_not_end_is_told_with_its_command() -> None:
    failed = NightStatus("2026-03-02.1", NIGHT, "failed", bound_by="coverage", next="lookback night --again")
    found = doctor.nights_finding([failed])
    assert (found.level, found.mend) == ("warn", "lookback night --again")
    again = NightStatus("2026-03-02.2", NIGHT, "released")
    assert doctor.nights_finding([again, failed]).level == "pass"


def test_coverage_names_the_detectors_with_holes() -> None:
    whole = {"run_id": "r", "scored": 7, "rejected": 2, "duplicate": 0, "erased": 0, "pending": 1, "skipped": 0}
    rows = [whole | {"detector": "manifest", "manifest_rows": 10}, whole | {"detector": "card", "manifest_rows": 13}]
    assert doctor.coverage_finding(rows, "r").text == "r: 3 missing in card"
    assert doctor.coverage_finding(rows[:1], "r").level == "pass"


def test_ports_that_only_this_machine_reaches_are_no_matter() -> None:
    assert doctor.open_ports(SOCKETS) == [4040]
    assert doctor.network_finding([4040], {}).level == "warn"
    assert doctor.network_finding([], {"spark.ui.enabled": "true"}).level == "warn"
    assert doctor.network_finding([], {}).level == "pass"


def test_a_changed_model_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").write_bytes(b"weights")
    nets = {"a": {"file": "a.safetensors", "sha256": sha256(b"weights").hexdigest()}}
    (tmp_path / "manifest.json").write_text(json.dumps({"nets": nets}))
    assert broken_files(tmp_path) == []
    (tmp_path / "a.safetensors").write_bytes(b"other weights")
    assert broken_files(tmp_path) == ["a.safetensors"]
    assert doctor.models_finding("inspector", tmp_path, ["a.safetensors"]).level == "fail"
    assert broken_files(tmp_path / "nowhere") is None


def test_the_worst_comes_first() -> None:
    found = [Finding("pass", "a", ""), Finding("fail", "b", ""), Finding("warn", "c", ""), Finding("fail", "d", "")]
    assert [finding.name for finding in worst_first(found)] == ["b", "d", "c", "a"]


def test_the_checks_of_this_machine_and_an_empty_lake_run(settings: Settings, lake: Path) -> None:
    names = {finding.name: finding.level for finding in (*machine_findings(), *lake_findings(settings))}
    assert {"java", "python", "packages", "faiss", "machine", "lake", "lease", "network"} <= set(names)
    assert names["python"] == "pass"
    assert names["lake"] == "fail"
    assert not list(lake.rglob("*.db"))


@pytest.mark.parametrize("away", [True, False])
def test_a_store_that_fails_is_no_damage_of_what_it_holds(monkeypatch: pytest.MonkeyPatch, *, away: bool) -> None:
    cause = "org.apache.hadoop.fs.s3a.AWSStatus500Exception: 500" if away else "CRC checksum verification failed"

    def failing(*_given: object) -> None:
        raise PySparkException(f"FAILED_READ_FILE s3a://b/t/scores/part-0.parquet: {cause}")

    monkeypatch.setattr("jobs.publishing.contents.counted", failing)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    release = Release(
        1, "published", "2026-03-01.1", date(2026, 3, 1), None, (), {"documents": 1}, {"documents": 7}, {}, at
    )
    tables = Tables.__new__(Tables)
    if away:
        with pytest.raises(StoreAway, match="s3://b/t/scores"):
            _contents(tables, release)
    else:
        assert "documents: cannot be read" in _contents(tables, release).text


def test_jars_are_looked_for_where_spark_would_find_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare = tmp_path / "environment" / "jars"
    monkeypatch.setattr(jars, "spark_jars", lambda: bare)  # as packed for a cluster: without Spark's own
    for name in ("SPARK_HOME", "SPARK_CONF_DIR", "PYSPARK_GATEWAY_PORT"):
        monkeypatch.delenv(name, raising=False)
    assert jars.absent() == [jar.name for jar in jars.OF_DELTA]
    assert said_of("delta").mend == "make setup"

    monkeypatch.setenv("SPARK_HOME", str(tmp_path / "spark"))
    (tmp_path / "spark" / "jars").mkdir(parents=True)
    first, *others = jars.OF_DELTA
    own = jars.Jar(first.owner, first.name, first.version, sha256(b"jar").hexdigest())
    monkeypatch.setattr(jars.absent, "__defaults__", ((own, *others),))
    (tmp_path / "spark" / "jars" / own.file).write_bytes(b"jar")
    assert jars.absent() == [jar.name for jar in others]
    assert said_of("delta").mend == f"copy dist/jars, which make pack makes, into {tmp_path}/spark/jars"
    (tmp_path / "spark" / "conf").mkdir()
    named = ",".join(f"/opt/jars/{jar.file}" for jar in others)
    (tmp_path / "spark" / "conf" / "spark-defaults.conf").write_text(f"spark.jars {named}\n")
    assert said_of("delta").level == "pass"

    monkeypatch.delenv("SPARK_HOME")
    monkeypatch.setenv("PYSPARK_GATEWAY_PORT", "1")
    assert jars.absent() == []


def test_the_jar_that_make_s3_makes_is_missed_as_those_that_it_brings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SPARK_HOME", "SPARK_CONF_DIR", "PYSPARK_GATEWAY_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(jars, "s3_jars", lambda: tmp_path)
    monkeypatch.setattr(jars, "missing", lambda _folder, _wanted: [])
    monkeypatch.setattr(doctor_facts, "prove_conditional_writes", lambda _place: None)
    monkeypatch.setattr(doctor_facts, "holder_of", lambda _place: None)
    settings = Settings.model_validate({"how": {"places": {"lake": "s3://bucket/lake"}}})
    lacking, *_ = doctor_facts._writers(settings)
    assert (lacking.level, lacking.mend) == ("fail", "make s3")
    assert lacking.text.endswith(": lookback-log-store")
    (tmp_path / "lookback-log-store.jar").touch()
    assert next(doctor_facts._writers(settings)).level == "pass"


def said_of(name: str) -> Finding:
    (found,) = (finding for finding in machine_findings() if finding.name == name)
    return found
