"""What a process and all that it started use: CPU seconds and resident bytes, from Linux's /proc."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """One process of a tree.

    Attributes:
        kind: `driver`, its `jvm`, or one of the `workers` that Spark started.
        cpu_seconds: its own and those of children that ended.
        resident_bytes: pages in memory, those that it shares included.
    """

    kind: str
    cpu_seconds: float
    resident_bytes: int


@dataclass(frozen=True)
class _Seen:
    parent: int
    command: str
    cpu_seconds: float
    resident_bytes: int


def tree(root: int) -> list[Usage]:
    """All that lives now below a process, itself included."""
    seen = {int(path.name): found for path in PROC.glob("[0-9]*") if (found := _look(path)) is not None}
    kinds = {root: "driver"} if root in seen else {}
    while more := {
        pid: _kind(found, kinds) for pid, found in seen.items() if found.parent in kinds and pid not in kinds
    }:
        kinds |= more
    return [Usage(kind, seen[pid].cpu_seconds, seen[pid].resident_bytes) for pid, kind in kinds.items()]


def cpu_seconds(root: int) -> float:
    """Of a process and all that lives below it, those that ended while their parents live included."""
    return sum(used.cpu_seconds for used in tree(root))


def _kind(found: _Seen, kinds: dict[int, str]) -> str:
    """Workers are what the JVM forks in Python, and all below."""
    if found.command.split(" ", 1)[0].endswith("java"):
        return "jvm"
    return "driver" if kinds[found.parent] == "driver" else "workers"


def _look(path: Path) -> _Seen | None:
    """One process; null where it ended meanwhile."""
    try:
        stat = (path / "stat").read_text().rpartition(")")[2].split()  # the command before it may hold blanks
        command = (path / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return None
    return _Seen(int(stat[1]), command, sum(map(int, stat[11:15])) / TICKS, int(stat[21]) * PAGE)
