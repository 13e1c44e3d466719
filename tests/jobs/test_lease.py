"""One writer: a lease is held once, taken over only from the dead, and lost loudly; in a folder as in a bucket."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from conf.errors import LeaseHeld, StoreAway
from conf.settings import LeaseSettings
from jobs.lease import Lease, holder_of
from jobs.lease_slots import ObjectSlot
from tests.fakes_bucket import fake_bucket
from udfs.images.objects import Bucket, open_bucket, open_objects
from udfs.images.store_errors import Unreadable

NOW = LeaseSettings()
SHORT = LeaseSettings(seconds=1)
BUCKET = "s3://bucket/lake/tables"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A root of tables in a bucket whose store has proven itself."""
    with fake_bucket("bucket", monkeypatch):
        open_bucket().write(f"{BUCKET}/_proof.json", open_bucket().endpoint[0].encode())
        yield BUCKET


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path) if request.param == "folder" else request.getfixturevalue("bucket")


def plant(place: str, *, pid: int, expires: float, host: str | None = None) -> None:
    holder = {"token": "other", "host": host or socket.gethostname(), "pid": pid, "expires": expires}
    open_objects(place).write(f"{place}/lease.json", json.dumps(holder).encode())


def test_a_second_writer_waits_its_turn(place: str) -> None:
    with Lease(place, "first", NOW), pytest.raises(LeaseHeld, match="held by first@"), Lease(place, "second", NOW):
        pass
    with Lease(place, "second", NOW) as lease:
        holder = holder_of(place)
        assert holder is not None
        assert holder.token == lease.token
    assert holder_of(place) is None


def test_a_lease_of_a_dead_process_is_taken_over(place: str) -> None:
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    plant(place, pid=int(dead.stdout), expires=time.time() + 300)
    with Lease(place, "next", NOW) as lease:
        holder = holder_of(place)
        assert holder is not None
        assert holder.token == lease.token


def test_a_lease_of_another_host_is_taken_over_when_it_expired(place: str) -> None:
    plant(place, pid=os.getpid(), expires=time.time() + 300, host="elsewhere")
    with pytest.raises(LeaseHeld), Lease(place, "next", NOW):
        pass
    plant(place, pid=os.getpid(), expires=time.time() - 1, host="elsewhere")
    with Lease(place, "next", NOW) as lease:
        assert lease.token.startswith("next@")


def test_a_lease_that_was_taken_over_is_not_renewed(place: str) -> None:
    with Lease(place, "first", NOW) as lease:
        lease.renew()
        plant(place, pid=os.getpid(), expires=time.time() + 300)
        with pytest.raises(LeaseHeld, match="taken over by other"):
            lease.renew()


def test_a_lease_that_was_removed_is_not_renewed(tmp_path: Path) -> None:
    with Lease(tmp_path, "first", NOW) as lease:
        (tmp_path / "lease.json").unlink()
        with pytest.raises(LeaseHeld, match="taken over by nobody"):
            lease.renew()


def test_a_lease_outlives_its_seconds_without_a_commit(place: str) -> None:
    with Lease(place, "slow slice", SHORT):
        time.sleep(1.3)
        holder = holder_of(place)
        assert holder is not None
        assert holder.expires > time.time()
    assert holder_of(place) is None
    assert "lease" not in {thread.name for thread in threading.enumerate()}


def test_a_lost_lease_is_not_won_back_by_the_heartbeat(place: str) -> None:
    with Lease(place, "first", SHORT) as lease:
        plant(place, pid=os.getpid(), expires=time.time() + 300)
        time.sleep(0.5)
        with pytest.raises(LeaseHeld, match="taken over by other"):
            lease.renew()
    holder = holder_of(place)
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
        of_that_name = replace(holder, boot="another machine", began="1")
        assert of_that_name.lives(holder.expires - 1)
        assert not of_that_name.lives(holder.expires + 1)
        assert holder.boot is not None
        in_a_container = replace(holder, boot=holder.boot.replace("pid:[", "pid:[1"), began="1")
        assert in_a_container.lives(holder.expires - 1), "its numbers are not ours"


def test_threads_that_renew_at_once_do_not_take_the_lease_from_each_other(place: str) -> None:
    with Lease(place, "first", NOW) as lease:
        failed = []

        def renew() -> None:
            try:
                lease.renew()
            except LeaseHeld as error:
                failed.append(error)

        threads = [threading.Thread(target=renew) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []


def test_whoever_read_an_older_version_writes_nothing(bucket: str) -> None:
    first, second = ObjectSlot(bucket), ObjectSlot(bucket)
    assert first.put("first", None)
    assert not second.put("second", None), "If-None-Match"
    _, tag = second.read()
    assert first.put("first again", tag)
    assert not second.put("second", tag), "If-Match"
    assert second.read()[0] == "first again"
    assert first.put("", first.read()[1])
    assert second.put("second", second.read()[1]), "an emptied lease is free"


def test_a_lease_whose_answer_was_lost_is_held_all_the_same(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_over = Bucket.write_over

    def unheard(store: Bucket, uri: str, content: bytes, tag: str | None) -> None:
        write_over(store, uri, content, tag)

    monkeypatch.setattr(Bucket, "write_over", unheard)
    with Lease(bucket, "first", NOW) as lease:
        lease.renew()
        with pytest.raises(LeaseHeld, match="held by first@"), Lease(bucket, "second", NOW):
            pass


def test_a_store_that_is_away_ends_no_lease_but_a_commit(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Unreadable("ReadTimeoutError")

    with Lease(bucket, "first", SHORT) as lease:
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(Bucket, "read_tagged", away)
            time.sleep(0.8)
            with pytest.raises(StoreAway, match="nothing answers in time at https://s3"):
                lease.renew()
        lease.renew()
    assert holder_of(bucket) is None


def test_a_process_of_that_name_and_number_elsewhere_is_not_this_one(place: str) -> None:
    with Lease(place, "night D", NOW) as lease:
        holder = holder_of(place)
        assert holder is not None
        text = json.dumps(asdict(replace(holder, began="1", expires=time.time() + 300)))
        open_objects(place).write(f"{place}/lease.json", text.encode())
        with pytest.raises(LeaseHeld, match="taken over by night D@"):
            lease.renew()
    assert holder_of(place) is not None, "it is another's to give back"


def test_a_lease_given_back_between_two_looks_is_taken(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slice that a night waited for ends just after the night has found the lease held."""
    monkeypatch.setattr("jobs.lease.FREED_SECONDS", 0.5)
    slices = Lease(place, "backfill", NOW)
    slices.__enter__()
    looks = Lease._taken

    def ends_meanwhile(lease: Lease) -> bool:
        taken = looks(lease)
        if time.monotonic() - began > 1.0 and holder_of(place) is not None and not taken:
            slices.__exit__()
        return taken

    began = time.monotonic()
    monkeypatch.setattr(Lease, "_taken", ends_meanwhile)
    with Lease(place, "night D", NOW):
        assert time.monotonic() - began > 1.0


def test_work_that_gives_way_waits_no_longer_than_it_has_time(place: str) -> None:
    began = time.monotonic()
    with (
        Lease(place, "maintain", NOW),
        pytest.raises(LeaseHeld, match="held by maintain@"),
        Lease(place, "backfill", LeaseSettings(wait_seconds=1)),
    ):
        pass
    assert time.monotonic() - began < 5


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


def test_of_those_that_wait_a_night_comes_before_work_that_gives_way(place: str) -> None:
    waiting = LeaseSettings(wait_seconds=20)
    order: list[str] = []

    def take(purpose: str) -> None:
        with Lease(place, purpose, waiting):
            order.append(purpose)

    others = [threading.Thread(target=take, args=(purpose,)) for purpose in ("maintain", "backfill", "night D")]
    with Lease(place, "backfill", NOW):
        for other in others:
            other.start()
        time.sleep(0.3)
    for other in others:
        other.join(30)
    assert order[0] == "night D"
    assert sorted(order) == ["backfill", "maintain", "night D"]
