"""A real S3 server on loopback, in a process of its own, for whoever tests against more than moto."""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

HOST, KEY, SECRET, BUCKET = "127.0.0.1", "lookback", "a-canary-secret", "lake"
READY_SECONDS = 60
GRPC = 10_000  # above each port the server opens one more


@dataclass(frozen=True)
class Store:
    """A running server with one empty bucket."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """What boto3, Spark and delta-rs need to find it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self) -> "S3Client":
        once = Config(retries={"max_attempts": 1}, connect_timeout=2, read_timeout=10)
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=once,
        )

    def upload(self, folder: Path, prefix: str) -> None:
        """Put every file of a folder."""
        client = self.client()
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                client.upload_file(str(path), BUCKET, f"{prefix}/{path.relative_to(folder)}")

    def download(self, prefix: str, folder: Path) -> None:
        """Bring every object below a prefix."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=f"{prefix}/")
        for key in (item["Key"] for page in pages for item in page.get("Contents", ())):
            path = folder / key.removeprefix(f"{prefix}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            if not key.endswith("/"):
                self.client().download_file(BUCKET, key, str(path))


@contextmanager
def seaweed(folder: Path) -> Iterator[Store]:
    """A server that keeps its bytes in a folder, until the block ends."""
    program = Path(sys.executable).with_name("weed")
    config = folder / "s3.json"
    admin = {"name": "admin", "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
    config.write_text(json.dumps({"identities": [admin]}))
    (folder / "data").mkdir()
    ports = free_ports(4)
    flags = dict(zip(("s3.port", "master.port", "volume.port", "filer.port"), ports, strict=True))
    command = [str(program), "-logdir", str(folder), "server", f"-dir={folder / 'data'}", f"-ip={HOST}"]
    command += [f"-ip.bind={HOST}", "-volume.max=0", "-master.telemetry=false"]
    command += ["-s3", f"-s3.config={config}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    command += [f"-{flag}={port}" for flag, port in flags.items()]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        store = Store(f"http://{HOST}:{ports[0]}")
        make_bucket(store, server, folder / "server.log")
        yield store
    finally:
        server.kill()
        server.wait(timeout=30)
        shutil.rmtree(folder / "data", ignore_errors=True)


def make_bucket(store: Store, server: subprocess.Popen, log: Path) -> None:
    """Wait until the server makes a bucket and takes an object."""
    client, deadline = store.client(), time.monotonic() + READY_SECONDS
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="ready", Body=b"")
        except (BotoCoreError, ClientError) as error:
            if isinstance(error, ClientError) and "BucketAlready" in str(error):
                client.put_object(Bucket=BUCKET, Key="ready", Body=b"")
                return
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"no server: {error}\n{log.read_text()[-2000:]}") from error
            time.sleep(0.2)
        else:
            return


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, nor on those that lie as far above as the server's second ones do."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as low, socket.socket() as high:
            low.bind((HOST, 0))
            port = low.getsockname()[1]
            if port + GRPC > 65_535 or port in found:
                continue
            try:
                high.bind((HOST, port + GRPC))
            except OSError:
                continue
            found.append(port)
    return found
