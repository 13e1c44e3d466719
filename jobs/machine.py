"""What this machine has: cores and memory, the limits of its control group included, and this code's version."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from udfs.parts import code_digest

CGROUP_MEMORY = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
CGROUP_CPU = Path("/sys/fs/cgroup/cpu.max")
GIB = 1 << 30
ROOT, PACKAGES = Path(__file__).parent.parent, ("conf", "jobs", "schemas", "udfs")  # not the DAGs, which decide nothing
DIGITS = 12  # of a code's digest


def cores() -> int:
    """Cores that this process may use."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if CGROUP_CPU.is_file():
        quota, _, period = CGROUP_CPU.read_text().partition(" ")
        if quota.strip().isdigit():
            return max(1, min(found, int(quota) // int(period)))
    return found


def memory_bytes() -> int:
    """Bytes of memory that this process may use."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in CGROUP_MEMORY:
        if path.is_file() and path.read_text().strip().isdigit():
            return min(found, int(path.read_text()))
    return found


def driver_memory() -> str:
    """Driver heap: a quarter of the memory, between 1 and 8 GiB; Python workers need the rest."""
    return f"{min(8 * 1024, max(1024, memory_bytes() // 4 // (1 << 20)))}m"


def describe() -> str:
    """Machine class in one line: same bytes are promised within one."""
    return f"{platform.machine()}, {cores()} cores, {memory_bytes() / GIB:.0f} GiB, Python {platform.python_version()}"


def code_version() -> str:
    """Version of the installed code, and a digest of its sources: two wheels of one version are two codes."""
    try:
        installed = version("lookback")
    except PackageNotFoundError:
        installed = f"source, Python {platform.python_version()}"
    return f"{installed}+{code_digest(PACKAGES, ROOT)[:DIGITS]}"
