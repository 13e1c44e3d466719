"""Two drivers on one lake: the one that slept through its lease writes nothing more."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conf.settings import LeaseSettings
from jobs.lease import Lease
from tests.faults.harness import NIGHT, Disturbance, Night, Undisturbed, run_night

ZOMBIE = """
import socket, sys
from pathlib import Path
socket.gethostname = lambda: "elsewhere"
from conf.settings import LeaseSettings
from jobs.lease import Lease
with Lease(Path(sys.argv[1]), "first", LeaseSettings(seconds=1)) as lease:
    print("held", flush=True)
    sys.stdin.readline()
    lease.renew()
"""


@pytest.mark.fault("F26")
def test_a_holder_that_slept_beyond_its_lease_may_not_write(tmp_path: Path) -> None:
    zombie = subprocess.Popen(
        [sys.executable, "-c", ZOMBIE, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert zombie.stdout is not None
        assert zombie.stdout.readline() == "held\n"
        zombie.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with Lease(tmp_path, "second", LeaseSettings(seconds=60, wait_seconds=30)) as lease:
            assert time.monotonic() - began < 20
            zombie.send_signal(signal.SIGCONT)
            _, told = zombie.communicate("\n", timeout=60)
            assert zombie.returncode != 0
            assert "LeaseHeld" in told
            lease.renew()
    finally:
        zombie.kill()
        zombie.wait()


@pytest.mark.spark
@pytest.mark.slow
@pytest.mark.timeout(3_000)
@pytest.mark.fault("F26")
def test_a_driver_stopped_in_its_night_wakes_to_find_it_released(undisturbed: Undisturbed) -> None:
    lake = undisturbed.fresh()
    asleep = Disturbance(
        point="before_commit:vectors", signal="SIGSTOP", host="elsewhere", settings=("lease.seconds=5",)
    )
    zombie = Night(lake, NIGHT, asleep)
    zombie.wait_until_stopped()
    second = run_night(lake, NIGHT, Disturbance(settings=("lease.wait_seconds=60",)))
    assert second.code == 0, second.log[-3_000:]
    zombie.go_on()
    last = zombie.ended()
    assert last.code == 75, last.log[-3_000:]
    assert "LeaseHeld" in last.log
    undisturbed.same([last, second])
