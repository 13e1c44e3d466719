"""What a person sees where the object store cannot be used: a sentence and an exit code, no JVM and no stack trace."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

CANARY = "canary-7f3a"


@pytest.fixture(scope="module")
def environment() -> Iterator[dict[str, str]]:
    """What finds a store on loopback that has one bucket, `there`."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    found = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_DEFAULT_REGION": "us-east-1"}
    found |= {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": CANARY, "PATH": "/usr/bin:/bin"}
    client = boto3.client(
        "s3",
        endpoint_url=found["AWS_ENDPOINT_URL"],
        region_name="us-east-1",
        aws_access_key_id="nobody",
        aws_secret_access_key=CANARY,
    )
    client.create_bucket(Bucket="there")
    yield found
    server.stop()


def lookback(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[3])
    known = environment | {"PYTHONPATH": root, "HOME": "/nowhere"}
    command = [sys.executable, "-m", "jobs", *words]
    done = subprocess.run(command, env=known, capture_output=True, text=True, timeout=120, check=False)
    assert "Traceback" not in done.stderr
    assert CANARY not in done.stdout + done.stderr
    return done


def test_a_night_without_its_bucket_ends_for_good(environment: dict[str, str], tmp_path: Path) -> None:
    models = f"places.models=sqlite:///{tmp_path}/mlflow.db"
    done = lookback(environment, "night", "--date", "2026-03-01", "--lake", "s3://gone/lake", "--set", models)
    assert done.returncode == 65
    said = " ".join(done.stderr.split())
    assert "BadStore: s3://gone/lake/_lookback/tables: there is no such bucket at http://127.0.0.1" in said


def test_a_night_without_a_place_of_models_asks_for_one(environment: dict[str, str]) -> None:
    done = lookback(environment, "night", "--date", "2026-03-01", "--lake", "s3://there/lake")
    assert done.returncode == 65
    assert "Name one: --set places.models=sqlite:////FOLDER/mlflow.db" in " ".join(done.stderr.split())


def test_status_without_keys_says_which_to_set(environment: dict[str, str]) -> None:
    keyless = {name: value for name, value in environment.items() if "ACCESS" not in name}
    done = lookback(keyless | {"AWS_EC2_METADATA_DISABLED": "true"}, "status", "--lake", "s3://there/lake")
    assert done.returncode == 65
    assert "no key was found" in " ".join(done.stderr.split())
    assert "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in " ".join(done.stderr.split())


def test_status_of_a_lake_without_a_night_needs_no_jvm(environment: dict[str, str]) -> None:
    done = lookback(environment, "status", "--lake", "s3://there/lake")
    assert done.returncode == 0
    assert "No night has run" in done.stdout


def test_doctor_names_the_store_that_is_away_and_stops_there(environment: dict[str, str], tmp_path: Path) -> None:
    away = environment | {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    models = f"places.models=sqlite:///{tmp_path}/mlflow.db"
    done = lookback(away, "doctor", "--lake", "s3://there/lake", "--set", models)
    assert done.returncode == 65
    said = " ".join(done.stdout.split())
    assert "✗ store s3://there/lake/_lookback/tables: nothing answers in time at http://127.0.0.1:1" in said


def test_doctor_asks_for_a_place_of_models_beside_tables_in_a_bucket(environment: dict[str, str]) -> None:
    done = lookback(environment, "doctor", "--lake", "s3://there/lake")
    assert done.returncode == 65
    assert "--set places.models=sqlite:////FOLDER/mlflow.db" in " ".join(done.stdout.split())
