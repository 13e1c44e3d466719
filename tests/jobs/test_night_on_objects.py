"""A whole night on a lake in an object store, its tables in a folder, and one whose store is away for a while."""

import os
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.faults import audit
from tests.faults.harness import NIGHT, Disturbance, run_night
from tests.faults.store_proxy import Fault, misbehaving
from udfs.specimens.lake import deliver, plan_lake

pytestmark = [pytest.mark.spark, pytest.mark.slow, pytest.mark.timeout(2_000)]
PREFIX = "archive"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty bucket of a server on loopback, which boto3 finds by the environment, here and in every worker."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="lake")
    yield "lake"
    server.stop()


@pytest.mark.fault("F17")
def test_a_night_reads_a_bucket_and_refuses_nothing_while_it_gives_no_image(bucket: str, tmp_path: Path) -> None:
    delivered, tables = tmp_path / "lake", tmp_path / "tables"
    deliver(plan_lake(24, 5), delivered, 0)
    for path in sorted(delivered.rglob("*")):
        if path.is_file():
            boto3.client("s3").upload_file(str(path), bucket, f"{PREFIX}/{path.relative_to(delivered)}")
    lake, settings = f"s3://{bucket}/{PREFIX}", (f"places.tables={tables}",)
    away = Fault("503", "GET", "/images/", every=1, times=10_000)
    with misbehaving(os.environ["AWS_ENDPOINT_URL"], away) as proxy:
        through = {"AWS_ENDPOINT_URL": proxy.endpoint}
        failed = run_night(lake, NIGHT, Disturbance(settings=settings, environment=through))
    assert failed.code == 75, failed.log[-3_000:]
    assert "its store gives no answer (SlowDown)" in failed.log
    night = run_night(lake, NIGHT, Disturbance(settings=settings))
    assert night.code == 0, night.log[-3_000:]
    assert audit.audit(delivered, tables) == []
    released = audit.released(tables)
    assert released.tables["scores"].num_rows >= 10
    assert "unreadable" not in released.tables["rejected"]["reason"].to_pylist()
    assert not Path("s3:").exists()
