"""One writer: the lease of a lake, which one process alone takes, takes over, and renews while it lives."""

import json
import logging
import os
import socket
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from conf.errors import JobError, LeaseHeld
from conf.settings import LeaseSettings
from jobs.lease_slots import slot_of

LOG = logging.getLogger(__name__)
BEATS = 3  # renewals in the time after which a lease may be taken over
GIVING_WAY = ("backfill", "maintain")  # purposes of work that lets go of the lease between two pieces
PIECE_SECONDS = 3_600  # of such a piece at most; it is about a minute
YIELD_SECONDS = 0.5  # for which such work leaves a free lease to whoever else waits, who looks more often
FREED_SECONDS = 5  # for which a lease that was given back meanwhile is asked again: it is free, or somebody came first
PROC = Path("/proc")
START_TIME = 19  # of the words of /proc/PID/stat that follow the command's name: ticks from the boot to the start


@dataclass(frozen=True)
class Holder:
    """Who holds a lease, and until when.

    Attributes:
        token: purpose, host and process.
        host: where the process runs.
        pid: its number there.
        expires: seconds since the epoch after which another host may take over.
        began: when the process started, which tells it from a later one of that number; null where nothing tells.
        boot: the machine's running kernel, which tells it from another of that name, and the namespace of process
            numbers, which tells a container from its host; null where nothing tells.
    """

    token: str
    host: str
    pid: int
    expires: float
    began: str | None = None
    boot: str | None = None

    def lives(self, now: float) -> bool:
        """Whether the holder still counts: seen running on this host, else not expired."""
        if self.host != socket.gethostname() or self.boot not in {None, _boot()} or not PROC.exists():
            return self.expires >= now
        began = _began(self.pid)
        if self.began is None:
            return began is not None and self.expires >= now
        return began == self.began


class Lease:
    """The lease of one root of tables, folder or s3:// prefix; its token stands in the metadata of every commit."""

    def __init__(self, place: str | Path, purpose: str, settings: LeaseSettings) -> None:
        self._place = str(place)
        self._slot = slot_of(self._place)
        self._settings = settings
        self._turn = threading.Lock()
        self._left = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="lease", daemon=True)
        host, pid = socket.gethostname(), os.getpid()
        self.token = f"{purpose}@{host}:{pid}"
        self._me = Holder(self.token, host, pid, 0.0, _began(pid), _boot())

    def __enter__(self) -> "Lease":
        self._slot.prepare()
        began = held = time.monotonic()
        while not self._taken():
            holder, now = holder_of(self._place), time.monotonic()
            held = held if holder is None else now
            asked = self._settings.wait_seconds
            waits = asked if holder is None or self._gives_way else patience(holder, asked)
            if now - began >= waits and (holder is not None or now - held >= FREED_SECONDS):
                who = f"{holder.token}, for {holder.expires - time.time():.0f} s more" if holder else "another writer"
                raise LeaseHeld(f"{self._place}: held by {who}. Wait for it, or set how.lease.wait_seconds")
            time.sleep(0.2)
        self._heart.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._heart.join()
        try:
            text, tag = self._slot.read()
            holder = _holder(text)
            if self._is_mine(holder):
                self._slot.put("", tag)
        except JobError as error:
            LOG.warning("the lease was not given back, it will expire: %s", error)

    def renew(self) -> None:
        """Read the lease again and prolong it; called before each commit.

        Raises:
            LeaseHeld: another writer took over.
        """
        with self._turn:
            text, tag = self._slot.read()
            holder = _holder(text)
            if not self._is_mine(holder) or not self._prolonged(tag):
                holder = holder_of(self._place)
                who = holder.token if holder else "nobody, it is gone"
                raise LeaseHeld(f"{self._place}: the lease was taken over by {who}")

    def _beat(self) -> None:
        """Renew while the lease is held, however long a slice takes; a lost one is reported by the next commit."""
        while not self._left.wait(self._settings.seconds / BEATS):
            try:
                self.renew()
            except LeaseHeld:
                return
            except (OSError, JobError) as error:
                LOG.warning("the lease was not renewed this time: %s", error)

    def _taken(self) -> bool:
        """Take the lease if it is free, or its holder dead or expired, and nobody came first."""
        text, tag = self._slot.read()
        holder = _holder(text)
        if holder is not None and holder.lives(time.time()):
            return False
        if self._gives_way:
            time.sleep(YIELD_SECONDS)
        return self._prolonged(tag)

    @property
    def _gives_way(self) -> bool:
        """Whether this work waits for others as long as it has time, and no longer."""
        return self.token.startswith(GIVING_WAY)

    def _prolonged(self, tag: str | None) -> bool:
        """Write this process as the holder from now on, unless somebody came first."""
        held = replace(self._me, expires=time.time() + self._settings.seconds)
        return self._slot.put(json.dumps(asdict(held)), tag)

    def _is_mine(self, holder: Holder | None) -> bool:
        """Whether a holder is this process, not one of its name and number in another container or after a restart."""
        return holder is not None and replace(holder, expires=self._me.expires) == self._me


def patience(holder: Holder, asked: int) -> int:
    """Seconds to wait for a holder: long enough for work that holds it one piece at a time, else as asked."""
    return max(asked, PIECE_SECONDS) if holder.token.startswith(GIVING_WAY) else asked


def holder_of(place: str | Path) -> Holder | None:
    """Who wrote the lease of a root of tables, living or not; null where nobody did."""
    return _holder(slot_of(str(place)).read()[0])


def _holder(text: str) -> Holder | None:
    return Holder(**json.loads(text)) if text else None


def _began(pid: int) -> str | None:
    """When a process of this host started, in ticks since the boot; null where there is none, or no /proc."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[START_TIME]
    except (OSError, IndexError):
        return None


def _boot() -> str | None:
    """Ids of this machine's running kernel and of our process numbers in it; null where there is no /proc."""
    try:
        kernel = (PROC / "sys" / "kernel" / "random" / "boot_id").read_text().strip()
        return f"{kernel} {(PROC / 'self' / 'ns' / 'pid').readlink()}"
    except OSError:
        return None
