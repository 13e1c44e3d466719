"""A night with lake and tables in a real object store leaves the bytes of one in folders, whatever the store does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobs.jars import s3_jars
from jobs.s3a import JARS
from schemas import TABLES
from tests.faults import audit
from tests.faults.harness import run_night
from tests.faults.store_proxy import Fault, Proxy, misbehaving
from tests.s3_server import BUCKET, SECRET, Store, seaweed

placed = all((s3_jars() / name).is_file() for name in JARS)
pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.timeout(3_600),
    pytest.mark.skipif(not placed, reason="the jars of s3a are not placed: make s3"),
]
NIGHT = "2026-03-01"
# What an attempt froze of its inputs names the lake, which stands elsewhere here.
COMPARED = sorted(set(TABLES) - {"runs"})
TROUBLE = (
    Fault("503", "GET", every=40, times=12),
    Fault("503", "PUT", every=25, times=8),
    Fault("500", "GET", every=55, times=8),
    Fault("500", "PUT", ".parquet", every=9, times=4),
    Fault("reset", "GET", every=70, times=6),
    Fault("reset", "PUT", ".parquet", every=13, times=3),
    Fault("stall", "GET", every=150, times=3),
    Fault("lost", "PUT", ".json", every=11, times=5),
    Fault("lost", "PUT", "lease.json", every=6, times=3),
    Fault("409", "PUT", "0.json", every=5, times=3),
    Fault("409", "PUT", "lease.json", every=9, times=2),
)


# Sixteen drivers, as far as the store can tell: each commits the same version through the log store of the session.
RACE = """
import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from conf.settings import Settings
from jobs.session import open_session
from jobs.spark_errors import SPARK_ERRORS
from udfs.images.objects import open_bucket

spark = open_session(Settings.model_validate({"how": {"places": {"lake": "s3://lake/race"}, "spark": {"cores": 2}}}))
jvm, conf, start = spark._jvm, spark._jsc.hadoopConfiguration(), Barrier(16)
store = jvm.java.lang.Class.forName(spark.conf.get("spark.delta.logStore.s3a.impl")).getConstructors()[0]
path = jvm.org.apache.hadoop.fs.Path("s3a://lake/race/_delta_log/00000000000000000007.json")

def commit(racer):
    arguments = spark.sparkContext._gateway.new_array(jvm.java.lang.Object, 1)
    arguments[0] = conf
    actions = jvm.java.util.ArrayList()
    actions.add(f"racer {racer}")
    start.wait()
    try:
        store.newInstance(arguments).write(path, actions.iterator(), False, conf)
    except SPARK_ERRORS:
        return None
    return racer

with ThreadPoolExecutor(16) as pool:
    first = [racer for racer in pool.map(commit, range(16)) if racer is not None]
print(json.dumps([first, open_bucket().read("s3://lake/race/_delta_log/00000000000000000007.json").decode()]))
"""


@dataclass(frozen=True)
class Twin:
    """A lake in a folder and what one quiet night makes of it; the same lake waits in a bucket."""

    folder: Path
    lake: Path
    digests: dict[str, str]
    store: Store


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    from udfs.specimens.lake import deliver, plan_lake

    folder = tmp_path_factory.mktemp("s3")
    lake = folder / "lake"
    deliver(plan_lake(24, 9), lake, 0)
    with seaweed(folder) as store:
        store.upload(lake, "archive")
        quiet = run_night(lake, NIGHT)
        assert quiet.code == 0, quiet.log[-3_000:]
        yield Twin(folder, lake, digests(lake / "_lookback" / "tables"), store)


def digests(root: Path) -> dict[str, str]:
    return {name: digest for name, digest in audit.digests(root).items() if name in COMPARED}


def night_on(twin: Twin, endpoint: str, name: str, patch: pytest.MonkeyPatch) -> list[str]:
    """Run the night through an endpoint until it is released, three times at most; then what it left, and its logs."""
    for variable, value in (twin.store.environment | {"AWS_ENDPOINT_URL": endpoint}).items():
        patch.setenv(variable, value)
    patch.setenv("LOOKBACK__HOW__PLACES__TABLES", f"s3://{BUCKET}/{name}")
    patch.setenv("LOOKBACK__HOW__PLACES__MODELS", f"sqlite:///{twin.folder}/{name}/mlflow.db")
    logs = []
    for _ in range(3):
        outcome = run_night(f"s3://{BUCKET}/archive", NIGHT)
        logs.append(outcome.log)
        assert outcome.code in (0, 75), outcome.log[-3_000:]
        if outcome.code == 0:
            break
    twin.store.download(name, twin.folder / name)
    return logs


def test_of_many_drivers_one_commits_a_version(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in twin.store.environment.items():
        monkeypatch.setenv(variable, value)
    done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    told_first, stands = json.loads(done.stdout.splitlines()[-1])
    assert len(told_first) == 1
    assert stands == f"racer {told_first[0]}\n"


def test_the_same_digests_on_s3_as_in_folders(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    logs = night_on(twin, twin.store.endpoint, "quiet", monkeypatch)
    assert len(logs) == 1
    assert digests(twin.folder / "quiet") == twin.digests
    assert audit.audit(twin.lake, twin.folder / "quiet") == []
    assert SECRET not in "".join(logs)


@pytest.mark.fault("F17", "F18", "F19")
def test_a_store_in_trouble_costs_no_row(twin: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    with misbehaving(twin.store.endpoint, *TROUBLE, stall_seconds=20) as proxy:
        logs = night_on(twin, proxy.endpoint, "troubled", monkeypatch)
    assert digests(twin.folder / "troubled") == twin.digests, told(proxy)
    assert audit.audit(twin.lake, twin.folder / "troubled") == []
    assert {fault.kind for fault in proxy.struck} == {"503", "500", "reset", "stall", "lost", "409"}, told(proxy)
    assert SECRET not in "".join(logs)


def told(proxy: Proxy) -> str:
    return ", ".join(f"{fault.kind} {fault.method} {fault.part}: {count}" for fault, count in proxy.struck.items())
