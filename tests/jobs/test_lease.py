"""One writer: a lease is held once, taken over only from the dead, and lost loudly."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from conf.errors import LeaseHeld
from conf.settings import LeaseSettings
from jobs.lease import Lease, holder_of

NOW = LeaseSettings()
SHORT = LeaseSettings(seconds=1)


def plant(folder: Path, *, pid: int, expires: float, host: str | None = None) -> None:
    holder = {"token": "other", "host": host or socket.gethostname(), "pid": pid, "expires": expires}
    (folder / "lease.json").write_text(json.dumps(holder))


def test_a_second_writer_waits_its_turn(tmp_path: Path) -> None:
    with (
        Lease(tmp_path, "first", NOW),
        pytest.raises(LeaseHeld, match="held by first@"),
        Lease(tmp_path, "second", NOW),
    ):
        pass
    with Lease(tmp_path, "second", NOW):
        assert (tmp_path / "lease.json").exists()
    assert not (tmp_path / "lease.json").exists()


def test_a_lease_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    plant(tmp_path, pid=int(dead.stdout), expires=time.time() + 300)
    with Lease(tmp_path, "next", NOW) as lease:
        assert json.loads((tmp_path / "lease.json").read_text())["token"] == lease.token


def test_a_lease_of_another_host_is_taken_over_when_it_expired(tmp_path: Path) -> None:
    plant(tmp_path, pid=os.getpid(), expires=time.time() + 300, host="elsewhere")
    with pytest.raises(LeaseHeld), Lease(tmp_path, "next", NOW):
        pass
    plant(tmp_path, pid=os.getpid(), expires=time.time() - 1, host="elsewhere")
    with Lease(tmp_path, "next", NOW) as lease:
        assert lease.token.startswith("next@")


def test_a_lease_that_was_taken_over_is_not_renewed(tmp_path: Path) -> None:
    with Lease(tmp_path, "first", NOW) as lease:
        lease.renew()
        plant(tmp_path, pid=os.getpid(), expires=time.time() + 300)
        with pytest.raises(LeaseHeld, match="taken over by other"):
            lease.renew()


def test_a_lease_outlives_its_seconds_without_a_commit(tmp_path: Path) -> None:
    with Lease(tmp_path, "slow slice", SHORT):
        time.sleep(1.3)
        assert json.loads((tmp_path / "lease.json").read_text())["expires"] > time.time()
    assert not (tmp_path / "lease.json").exists()
    assert "lease" not in {thread.name for thread in threading.enumerate()}


def test_a_lost_lease_is_not_won_back_by_the_heartbeat(tmp_path: Path) -> None:
    with Lease(tmp_path, "first", SHORT) as lease:
        plant(tmp_path, pid=os.getpid(), expires=time.time() + 300)
        time.sleep(0.5)
        with pytest.raises(LeaseHeld, match="taken over by other"):
            lease.renew()
    holder = holder_of(tmp_path)
    assert holder is not None
    assert holder.pid == os.getpid()
    assert not holder.token.startswith("first@")


def test_a_living_process_of_this_host_keeps_an_expired_lease(tmp_path: Path) -> None:
    with Lease(tmp_path, "first", NOW):
        holder = holder_of(tmp_path)
        assert holder is not None
        assert holder.lives(holder.expires + 1)
        assert not replace(holder, began="1").lives(holder.expires - 1), "another process of that number"
        assert not replace(holder, host="elsewhere").lives(holder.expires + 1)


def test_of_many_racers_one_wins(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from conf.errors import LeaseHeld\n"
        "from conf.settings import LeaseSettings; from jobs.lease import Lease\n"
        "folder = Path(sys.argv[1]); (folder / f'ready.{sys.argv[2]}').touch()\n"
        "while len(list(folder.glob('ready.*'))) < 4: time.sleep(0.01)\n"
        "try:\n"
        "    with Lease(folder, 'racer', LeaseSettings()):\n"
        "        print('won', flush=True); sys.stdin.read()\n"
        "except LeaseHeld: print('lost', flush=True)\n"
    )
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path), str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    answers = [racer.stdout.readline().strip() for racer in racers if racer.stdout]
    for racer in racers:
        racer.communicate(timeout=60)
    assert sorted(answers) == ["lost", "lost", "lost", "won"]
