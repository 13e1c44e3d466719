"""A whole night on a lake in an object store, its tables in a folder."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from tests.faults import audit
from udfs.specimens.lake import deliver, plan_lake

pytestmark = [pytest.mark.spark, pytest.mark.slow]
PREFIX = "archive"
LIMIT_SECONDS = 800


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


def test_a_night_reads_manifests_facts_and_images_from_a_bucket(bucket: str, tmp_path: Path) -> None:
    delivered, tables = tmp_path / "lake", tmp_path / "tables"
    deliver(plan_lake(24, 5), delivered, 0)
    for path in sorted(delivered.rglob("*")):
        if path.is_file():
            boto3.client("s3").upload_file(str(path), bucket, f"{PREFIX}/{path.relative_to(delivered)}")
    command = [sys.executable, "-m", "jobs", "night", "--date", "2026-03-01", "--lake", f"s3://{bucket}/{PREFIX}"]
    command += ["--set", f"places.tables={tables}", "--set", "monitor.control_documents=0"]
    night = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    assert night.returncode == 0, night.stderr[-3_000:]
    assert audit.audit(delivered, tables) == []
    assert audit.released(tables).tables["scores"].num_rows >= 10
    assert not Path("s3:").exists()
