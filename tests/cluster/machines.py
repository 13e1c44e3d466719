"""Spark on processes of their own: spark-submit, and a standalone master with two workers on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SPARK_HOME = next(BIN.parent.glob("lib/python*/site-packages/pyspark"))
WORKERS = ("127.0.0.2", "127.0.0.3")
LIMIT_SECONDS = 1_500
START_SECONDS = 120


def environment(address: str = "127.0.0.1") -> dict[str, str]:
    """The environment of a Spark process that binds to an address."""
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_HOME": str(SPARK_HOME),
        "SPARK_LOCAL_IP": address,
    }


def submit(master: str, application: Path, *words: str, conf: Mapping[str, str] | None = None) -> str:
    """Run an application by spark-submit to its end, and give what it printed; a failure is an error."""
    given = {"spark.log.level": "ERROR", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false", **(conf or {})}
    command = [str(BIN / "spark-submit"), "--master", master]
    for key, value in given.items():
        command += ["--conf", f"{key}={value}"]
    process = subprocess.Popen(
        [*command, str(application), *words],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(timeout=LIMIT_SECONDS)
    finally:
        end_group(process)
    assert process.returncode == 0, said[-4_000:]
    return said


@contextmanager
def standalone(folder: Path) -> Iterator[str]:
    """A master and two workers of one core each; gives the master's address, and ends them all."""
    port, page = free_port(), free_port()
    address = f"spark://127.0.0.1:{port}"
    running = [
        spark_class(
            "127.0.0.1",
            "org.apache.spark.deploy.master.Master",
            *("--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)),
            log=folder / "master.log",
        )
    ]
    try:
        for host in WORKERS:
            work = folder / host
            work.mkdir(parents=True)
            own = ("--host", host, "--cores", "1", "--memory", "3g", "--work-dir", str(work))
            running.append(
                spark_class(host, "org.apache.spark.deploy.worker.Worker", *own, address, log=folder / f"{host}.log")
            )
        wait_for_workers(page)
        yield address
    finally:
        for process in running:
            end_group(process)


def spark_class(host: str, name: str, *words: str, log: Path) -> subprocess.Popen:
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(SPARK_HOME / "bin" / "spark-class"), name, *words]
    with log.open("w") as out:
        return subprocess.Popen(command, env=environment(host), stdout=out, stderr=out, start_new_session=True)


def wait_for_workers(page: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    alive: list[str] = []
    while len(alive) < len(WORKERS):
        assert time.monotonic() < deadline, f"only {alive} registered within {START_SECONDS} s"
        time.sleep(0.5)
        try:
            asked = HTTPConnection("127.0.0.1", page, timeout=5)
            asked.request("GET", "/json/")
            told = json.load(asked.getresponse())
        except (OSError, ValueError):  # not listening yet, or no page yet
            continue
        alive = [worker["host"] for worker in told["workers"] if worker["state"] == "ALIVE"]


def worked(folder: Path) -> set[str]:
    """Workers that had an executor."""
    return {host for host in WORKERS if any((folder / host).glob("app-*/*/stderr"))}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_group(process: subprocess.Popen) -> None:
    """End a process and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
