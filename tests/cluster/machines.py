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
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SPARK_HOME = next(BIN.parent.glob("lib/python*/site-packages/pyspark"))
HOST = "127.0.0.1"
WORKERS = ("127.0.0.2", "127.0.0.3")
LIMIT_SECONDS = 2_400
START_SECONDS = 120


@dataclass(frozen=True)
class Code:
    """Where our code is, and which Python runs it.

    Attributes:
        application: what spark-submit is given to run.
        driver: the driver's Python.
        worker: the workers' Python, as each of them finds it.
        path: a folder that both import from; null where the code is installed.
        conf: what brings it to the workers.
    """

    application: Path = ROOT / "jobs" / "__main__.py"
    driver: str = sys.executable
    worker: str = sys.executable
    path: Path | None = ROOT
    conf: Mapping[str, str] = field(default_factory=dict)


CHECKOUT = Code()


def environment(address: str, code: Code) -> dict[str, str]:
    """The environment of a Spark process that binds to an address."""
    others = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    path = {} if code.path is None else {"PYTHONPATH": str(code.path)}
    pythons = {"PYSPARK_PYTHON": code.worker, "PYSPARK_DRIVER_PYTHON": code.driver}
    return others | path | pythons | {"SPARK_HOME": str(SPARK_HOME), "SPARK_LOCAL_IP": address}


def submit(master: str, code: Code, *words: str) -> str:
    """Run an application by spark-submit to its end, and give what it printed; a failure is an error."""
    given = {"spark.log.level": "ERROR", "spark.driver.host": HOST, "spark.ui.enabled": "false", **code.conf}
    command = [str(BIN / "spark-submit"), "--master", master]
    for key, value in given.items():
        command += ["--conf", f"{key}={value}"]
    process = subprocess.Popen(
        [*command, str(code.application), *words],
        env=environment(HOST, code),
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
def standalone(folder: Path, code: Code = CHECKOUT) -> Iterator[str]:
    """A master and two workers of one core each; gives the master's address, and ends them all."""
    port, page = free_port(), free_port()
    address = f"spark://{HOST}:{port}"
    own = ("--host", HOST, "--port", str(port), "--webui-port", str(page))
    running = [spark_class("master.Master", *own, env=environment(HOST, code), log=folder / "master.log")]
    try:
        for host in WORKERS:
            work = folder / host
            work.mkdir(parents=True)
            own = ("--host", host, "--cores", "1", "--memory", "3g", "--work-dir", str(work))
            env, log = environment(host, code), folder / f"{host}.log"
            running.append(spark_class("worker.Worker", *own, address, env=env, log=log))
        wait_for_workers(page)
        yield address
    finally:
        for process in running:
            end_group(process)


def spark_class(name: str, *words: str, env: Mapping[str, str], log: Path) -> subprocess.Popen:
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [str(SPARK_HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *words]
    with log.open("w") as out:
        return subprocess.Popen(command, env=env, stdout=out, stderr=out, start_new_session=True)


def wait_for_workers(page: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    alive: list[str] = []
    while len(alive) < len(WORKERS):
        assert time.monotonic() < deadline, f"only {alive} registered within {START_SECONDS} s"
        time.sleep(0.5)
        try:
            asked = HTTPConnection(HOST, page, timeout=5)
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
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def end_group(process: subprocess.Popen) -> None:
    """End a process and all that it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()
