"""How much memory processes held at most, from Linux's /proc."""

import os
from pathlib import Path

PROC = Path("/proc")
PEAK = "VmHWM:"  # the most resident bytes since the process began, or since `forget_peak`


def peak_bytes(pid: int) -> int:
    """The most resident bytes that a process held; 0 where it is gone."""
    try:
        lines = (PROC / str(pid) / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(PEAK)), 0)


def forget_peak(pid: int) -> None:
    """Let the peak of a process begin anew at what it holds now (proc(5), clear_refs)."""
    try:
        (PROC / str(pid) / "clear_refs").write_text("5", encoding="ascii")
    except OSError:  # gone, or not allowed here: then the peak of the whole run is told, which is more, never less
        return


def below_here() -> list[int]:
    """Children of this process."""
    return [int(path.name) for path in PROC.glob("[0-9]*") if _parent(path) == os.getpid()]


def _parent(path: Path) -> int | None:
    try:
        return int((path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except OSError:
        return None
