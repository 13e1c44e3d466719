"""One writer: the lease of a lake, a file that one process alone creates, takes over, and renews while it lives."""

import fcntl
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from conf.errors import LeaseHeld
from conf.settings import LeaseSettings

LOG = logging.getLogger(__name__)
LEASE = "lease.json"
BEATS = 3  # renewals in the time after which a lease may be taken over
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
    """

    token: str
    host: str
    pid: int
    expires: float
    began: str | None = None

    def lives(self, now: float) -> bool:
        """Whether the holder still counts: seen running on this host, else not expired."""
        if self.host != socket.gethostname() or not PROC.exists():
            return self.expires >= now
        began = _began(self.pid)
        if self.began is None:
            return began is not None and self.expires >= now
        return began == self.began


class Lease:
    """The lease of one folder of tables; its token stands in the metadata of every commit."""

    def __init__(self, folder: Path, purpose: str, settings: LeaseSettings) -> None:
        self._path = folder / LEASE
        self._settings = settings
        self._left = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="lease", daemon=True)
        self.token = f"{purpose}@{socket.gethostname()}:{os.getpid()}"

    def __enter__(self) -> "Lease":
        self._path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + self._settings.wait_seconds
        while not self._taken():
            holder = self._holder()
            if time.monotonic() >= deadline:
                who = f"{holder.token}, for {holder.expires - time.time():.0f} s more" if holder else "another writer"
                raise LeaseHeld(f"{self._path.parent}: held by {who}. Wait for it, or set how.lease.wait_seconds")
            time.sleep(0.2)
        self._heart.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._left.set()
        self._heart.join()
        with self._alone():
            holder = self._holder()
            if holder is not None and holder.token == self.token:
                self._path.unlink()

    def renew(self) -> None:
        """Read the lease again and prolong it; called before each commit.

        Raises:
            LeaseHeld: another writer took over.
        """
        with self._alone():
            holder = self._holder()
            if holder is None or holder.token != self.token:
                who = holder.token if holder else "nobody, it is gone"
                raise LeaseHeld(f"{self._path.parent}: the lease was taken over by {who}")
            self._place()

    def _beat(self) -> None:
        """Renew while the lease is held, however long a slice takes; a lost one is reported by the next commit."""
        while not self._left.wait(self._settings.seconds / BEATS):
            try:
                self.renew()
            except LeaseHeld:
                return
            except OSError as error:
                LOG.warning("the lease was not renewed this time: %s", error)

    def _taken(self) -> bool:
        """Take the lease if it is free, or its holder dead or expired."""
        with self._alone():
            holder = self._holder()
            if holder is not None and holder.lives(time.time()):
                return False
            self._place()
            return True

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Compare and set: no other process of this host looks at the lease meanwhile."""
        with self._path.with_name("lease.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _place(self) -> None:
        """Write the lease whole."""
        pid, expires = os.getpid(), time.time() + self._settings.seconds
        mine = Holder(self.token, socket.gethostname(), pid, expires, _began(pid))
        draft = self._path.with_name(f"lease.{pid}")
        draft.write_text(json.dumps(asdict(mine)))
        draft.replace(self._path)

    def _holder(self) -> Holder | None:
        """Who holds it now."""
        return holder_of(self._path.parent)


def holder_of(folder: Path) -> Holder | None:
    """Who wrote the lease of a folder of tables, living or not; null where nobody did."""
    try:
        return Holder(**json.loads((folder / LEASE).read_text()))
    except FileNotFoundError:
        return None


def _began(pid: int) -> str | None:
    """When a process of this host started, in ticks since the boot; null where there is none, or no /proc."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[START_TIME]
    except (OSError, IndexError):
        return None
