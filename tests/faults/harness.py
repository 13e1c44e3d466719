"""Runs nights as processes of their own, and kills them."""

import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

COMPUTED = re.compile(r"slice computed: (\d+) contents inspected")
LIMIT_SECONDS = 900


@dataclass(frozen=True)
class Outcome:
    """How a process ended, and what it inspected."""

    code: int
    computed: int
    log: str


def run_night(lake: Path, night: str, *, point: str | None = None, kill_after: float | None = None) -> Outcome:
    """Run one night; die at a named point, or after so many seconds.

    Where a point is named, tables are written one after another, so that a chain of points meets each of them.
    """
    environment = {key: value for key, value in os.environ.items() if key != "LOOKBACK_FAULT_POINT"}
    command = [sys.executable, "-m", "jobs", "night", "--date", night, "--lake", str(lake), "--debug"]
    command += ["--set", "slices.documents=6", "--set", "monitor.control_documents=0", "--set", "spark.cores=2"]
    if point is not None:
        environment["LOOKBACK_FAULT_POINT"] = point
        command += ["--set", "slices.writers=1"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        log, _ = process.communicate(timeout=kill_after or LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        log, _ = process.communicate()
    finally:
        end_group(process.pid)
    computed = sum(int(count) for count in COMPUTED.findall(log))
    return Outcome(process.returncode, computed, log)


def end_group(group: int) -> None:
    """End what a killed driver left behind: its JVM and workers are of its own process group."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
