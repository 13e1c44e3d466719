"""An Airflow of its own in a folder: database, API server, DAG processor and scheduler, each a process on loopback."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[2]
AIRFLOW = ROOT / ".venv-airflow" / "bin"
DAG_FILE = """\
from airflow_dags.backfill import dag as backfill
from airflow_dags.maintenance import dag as maintenance
from airflow_dags.nightly import dag as nightly
from airflow_dags.training import dag as training
"""
ENDED = ("success", "failed")
POLL_SECONDS = 0.5
T = TypeVar("T")


@dataclass
class AirflowHome:
    """One Airflow over one lake."""

    folder: Path
    environment: dict[str, str]
    running: list[subprocess.Popen] = field(default_factory=list)

    def run(self, *words: str) -> str:
        """Run one command of Airflow to its end."""
        done = subprocess.run(
            [AIRFLOW / "airflow", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
        return done.stdout

    def start(self, *words: str) -> None:
        """Start one of Airflow's services."""
        log = (self.folder / f"{words[0]}.log").open("w")
        command = [AIRFLOW / "airflow", *words]
        self.running.append(
            subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        )

    def rows(self, query: str, *values: str) -> list[tuple]:
        """Rows of Airflow's own database, read beside it."""
        with sqlite3.connect(f"file:{self.folder}/airflow.db?mode=ro", uri=True, timeout=60) as database:
            return database.execute(query, values).fetchall()

    def trigger(self, night: str) -> str:
        """Begin a night, as a person would; gives the id of the run."""
        run = f"night-{night}"
        self.run("dags", "trigger", "lookback_nightly", "--run-id", run, "--conf", json.dumps({"date": night}))
        return run

    def wait(self, run: str, seconds: float) -> str:
        """The state that a run ends in."""

        def ended() -> str | None:
            ((state,),) = self.rows("select state from dag_run where run_id = ?", run)
            return state if state in ENDED else None

        return until(ended, seconds, f"{run}: {self.states(run)}")

    def states(self, run: str) -> dict[str, tuple[str, int]]:
        """State and number of tries of each task."""
        rows = self.rows("select task_id, state, try_number from task_instance where run_id = ?", run)
        return {task: (state, tries) for task, state, tries in rows}

    def log(self, run: str, task: str, attempt: int = 1) -> str:
        """What a try of a task logged, message by message."""
        place = f"dag_id=lookback_nightly/run_id={run}/task_id={task}/attempt={attempt}.log"
        lines = [json.loads(line) for line in (self.folder / "logs" / place).read_text().splitlines()]
        return "\n".join(f"{line.get('event')}{line.get('error_detail') or ''}" for line in lines)

    def stop(self) -> None:
        """End every service, and what they started, by its process group."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            for process in self.running:
                try:
                    os.killpg(process.pid, how)
                except ProcessLookupError:
                    continue
            for process in self.running:
                try:
                    process.wait(timeout=20)
                except subprocess.TimeoutExpired:
                    continue


@contextmanager
def airflow_home(folder: Path, lake: Path, env: Path) -> Iterator[AirflowHome]:
    """An Airflow that has taken in the DAGs, from our wheel as it would be installed; ended at the end."""
    (folder / "dags").mkdir(parents=True)
    (folder / "dags" / "lookback.py").write_text(DAG_FILE)
    home = AirflowHome(folder, environment(folder, lake, env))
    try:
        home.run("db", "migrate")
        for service in (("api-server", "--host", "127.0.0.1", "--workers", "1"), ("dag-processor",), ("scheduler",)):
            home.start(*service)
        dags = "select dag_id from dag where dag_id like 'lookback%'"
        until(lambda: len(home.rows(dags)) == DAG_FILE.count("import") or None, 120, "the DAGs are not taken in")
        yield home
    finally:
        home.stop()


def environment(folder: Path, lake: Path, env: Path) -> dict[str, str]:
    """Airflow's settings, the lake's variables, and the other environment's Spark."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    python = str(Path(sys.executable))
    kept = {key: os.environ[key] for key in ("HOME", "JAVA_HOME", "LANG", "TMPDIR") if key in os.environ}
    return kept | {
        "PATH": f"{Path(python).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(installed_wheel(folder)),
        "PYSPARK_PYTHON": python,
        "PYSPARK_DRIVER_PYTHON": python,
        "SPARK_HOME": str(next(Path(python).parents[1].glob("lib/python*/site-packages/pyspark"))),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW_VAR_LOOKBACK_LAKE": str(lake),
        "AIRFLOW_VAR_LOOKBACK_ENV": str(env),
        "AIRFLOW_CONN_SPARK_DEFAULT": json.dumps({"conn_type": "spark", "host": "local[2]"}),
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API_AUTH__JWT_SECRET": "one key for all services of this test, on loopback alone " * 2,
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "1",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
    }


def installed_wheel(folder: Path) -> Path:
    """Our wheel, installed without what it needs into a folder of its own."""
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", ROOT]
    subprocess.run(build, capture_output=True, check=True, timeout=180)
    (wheel,) = (folder / "dist").glob("*.whl")
    target = folder / "site-packages"
    install = [AIRFLOW / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wheel]
    subprocess.run(install, capture_output=True, check=True, timeout=180)
    return target


def until(found: Callable[[], T | None], seconds: float, what: str) -> T:
    """The first answer that is one, or an error after so many seconds."""
    deadline = time.monotonic() + seconds
    while (answer := found()) is None:
        assert time.monotonic() < deadline, f"{what}, after {seconds:.0f} s"
        time.sleep(POLL_SECONDS)
    return answer


def driver_of(step: str, night: str, lake: Path) -> int | None:
    """Process of the Python driver that runs a step of a night of this lake, if there is one."""
    wanted = ["run", step, "--date", night, "--lake", str(lake)]
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if "python" in words[0] and words[2 : 2 + len(wanted)] == wanted:
                return int(folder.name)
    return None
