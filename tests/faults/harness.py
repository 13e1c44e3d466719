"""Runs nights as processes of their own, disturbs them, and holds what they leave against an undisturbed one."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import audit

COMPUTED = re.compile(r"slice computed: (\d+) contents inspected")
LIMIT_SECONDS = 900
NIGHT = "2026-03-01"
SLICE, IN_FLIGHT = 6, 2
SETTINGS = (f"slices.documents={SLICE}", "monitor.control_documents=0", "spark.cores=2")
# A driver that takes itself for another host's: who looks at its lease cannot see whether its process lives.
ON_HOST = "import socket, sys; socket.gethostname = lambda: {host!r}; from jobs.cli import main; main(sys.argv[1:])"


@dataclass(frozen=True)
class Disturbance:
    """What happens to a night.

    Attributes:
        point: a named moment of the driver; tables are then written one after another, so that each moment comes.
        signal: what the driver gets there.
        kill_after: seconds after which it is killed wherever it is.
        host: the name of the host that it takes itself to be on.
        settings: more settings, as `--set` takes them.
        environment: more variables.
    """

    point: str | None = None
    signal: str = "SIGKILL"
    kill_after: float | None = None
    host: str | None = None
    settings: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a process ended, and what it inspected."""

    code: int
    computed: int
    log: str


class Night:
    """One night as a process group of its own."""

    def __init__(self, lake: Path | str, on: str, disturbed: Disturbance) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("LOOKBACK_FAULT_")}
        environment |= disturbed.environment
        settings = [*SETTINGS, *disturbed.settings]
        if disturbed.point is not None:
            environment |= {"LOOKBACK_FAULT_POINT": disturbed.point, "LOOKBACK_FAULT_SIGNAL": disturbed.signal}
            settings.append("slices.writers=1")
        start = ["-m", "jobs"] if disturbed.host is None else ["-c", ON_HOST.format(host=disturbed.host)]
        command = [sys.executable, *start, "night", "--date", on, "--lake", str(lake), "--debug"]
        command += [word for setting in settings for word in ("--set", setting)]
        sink, log = tempfile.mkstemp(prefix="night-", suffix=".log")
        self._log = Path(log)
        self._process = subprocess.Popen(
            command, env=environment, stdout=sink, stderr=subprocess.STDOUT, start_new_session=True
        )
        os.close(sink)
        self.group = self._process.pid

    def ended(self, within: float = LIMIT_SECONDS) -> Outcome:
        """How it ended by itself, or by SIGKILL after so many seconds; nothing of it is left running."""
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            end_group(self.group)
        log = self._log.read_text()
        self._log.unlink()
        computed = sum(int(count) for count in COMPUTED.findall(log))
        return Outcome(self._process.returncode, computed, log)

    def wait_until_stopped(self) -> None:
        """Wait until SIGSTOP has reached it."""
        until = time.monotonic() + LIMIT_SECONDS
        while Path(f"/proc/{self.group}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            assert self._process.poll() is None, self.ended().log[-3_000:]
            assert time.monotonic() < until
            time.sleep(0.2)

    def go_on(self) -> None:
        """Send SIGCONT."""
        self._process.send_signal(signal.SIGCONT)


@dataclass(frozen=True)
class Undisturbed:
    """A lake as delivered, and what one quiet night makes of it.

    Attributes:
        pristine: the lake as delivered.
        lake: where nights run: addresses stand in what a night freezes.
        finished: a copy of the lake after the quiet night.
        digests: of every table.
        computed: contents inspected.
        seconds: how long it took.
    """

    pristine: Path
    lake: Path
    finished: Path
    digests: dict[str, str]
    computed: int
    seconds: float

    @property
    def root(self) -> Path:
        """The tables."""
        return tables(self.lake)

    def fresh(self) -> Path:
        """The lake as delivered, at the same place."""
        shutil.rmtree(self.lake)
        shutil.copytree(self.pristine, self.lake)
        return self.lake

    def finish(self, killed: Sequence[Outcome], disturbed: Disturbance | None = None) -> Outcome:
        """Resume to the end, then compare every table, audit, and count the inspections."""
        last = run_night(self.lake, NIGHT, disturbed)
        assert last.code == 0, last.log[-3_000:]
        self.same([*killed, last])
        return last

    def same(self, ran: Sequence[Outcome]) -> None:
        """The lake is as after the quiet night, and nobody but a killed driver had its slices inspected again."""
        assert audit.digests(self.root) == self.digests
        assert audit.audit(self.lake, self.root) == []
        repeated = sum(outcome.computed for outcome in ran) - self.computed
        assert repeated <= IN_FLIGHT * SLICE * (len(ran) - 1)


def quiet_night(folder: Path) -> Undisturbed:
    """Deliver a small lake and run one night that nothing disturbs."""
    from udfs.specimens.lake import deliver, plan_lake

    pristine, lake, finished = folder / "pristine", folder / "lake", folder / "finished"
    deliver(plan_lake(24, 9), pristine, 0)
    shutil.copytree(pristine, lake)
    began = time.monotonic()
    outcome = run_night(lake, NIGHT)
    seconds = time.monotonic() - began
    assert outcome.code == 0, outcome.log[-3_000:]
    assert audit.audit(lake, tables(lake)) == []
    shutil.copytree(lake, finished)
    return Undisturbed(pristine, lake, finished, audit.digests(tables(lake)), outcome.computed, seconds)


def run_night(lake: Path | str, night: str, disturbed: Disturbance | None = None) -> Outcome:
    """Run one night to its end, whatever that is."""
    disturbed = disturbed or Disturbance()
    return Night(lake, night, disturbed).ended(disturbed.kill_after or LIMIT_SECONDS)


def tables(lake: Path) -> Path:
    return lake / "_lookback" / "tables"


def end_group(group: int) -> None:
    """End what a killed driver left behind: its JVM and workers are of its own process group."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
