"""One writer: the lease of a lake, a file that is created or taken over by one process alone."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from conf.errors import LeaseHeld
from conf.settings import LeaseSettings

LEASE = "lease.json"


@dataclass(frozen=True)
class Holder:
    """Who holds a lease, and until when."""

    token: str
    host: str
    pid: int
    expires: float

    def lives(self, now: float) -> bool:
        """Whether the holder still counts: not expired and, on this host, still running."""
        if self.expires < now:
            return False
        return self.host != socket.gethostname() or Path(f"/proc/{self.pid}").exists() or not Path("/proc").exists()


class Lease:
    """The lease of one folder of tables; its token stands in the metadata of every commit."""

    def __init__(self, folder: Path, purpose: str, settings: LeaseSettings) -> None:
        self._path = folder / LEASE
        self._settings = settings
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
        return self

    def __exit__(self, *_: object) -> None:
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
        mine = Holder(self.token, socket.gethostname(), os.getpid(), time.time() + self._settings.seconds)
        draft = self._path.with_name(f"lease.{os.getpid()}")
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
